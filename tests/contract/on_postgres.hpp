// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/group_commit.hpp>
#include <billing/postgres_data.hpp>

#include "contract/ledger_fixture.hpp"
#include "support/postgres_server.hpp"

#include <atomic>

namespace billing::tests {

/// Reads what it was set to.
class SetClock final : public Clock {
 public:
  void set(Instant now) { now_ = now; }
  Instant now() const override { return now_; }
  Moment moment() const override { return billing::tests::moment(now_.load()); }
  void sleep_for(std::chrono::milliseconds /*duration*/) override {}

 private:
  std::atomic<Instant> now_{noon};
};

/// A schema whose `now()` is what it was set to, where nobody knows.
class PostgresSchema {
 public:
  explicit PostgresSchema(PostgresServer& server = PostgresServer::shared());

  std::string url() const { return server_.url(name_); }
  const std::string& name() const { return name_; }
  PostgresServer& server() const { return server_; }
  /// What the database takes the time for.
  void set_time(Instant now) const;

 private:
  PostgresServer& server_;
  std::string name_;
};

inline std::unique_ptr<PostgresData> open_postgres(const std::string& url, const Clock& clock,
                                                   DataAccess access = DataAccess::owner) {
  auto opened = PostgresData::open(url, access, clock);
  REQUIRE_MESSAGE(opened.has_value(), opened.error().message);
  return std::move(*opened);
}

class OnPostgres {
 public:
  OnPostgres() { open(); }
  Ledger& ledger() { return data_->ledger(); }
  Store& store() { return data_->store(); }
  WebhookInbox& inbox() { return data_->inbox(); }
  FinalInvoiceStore& final_invoices() { return data_->final_invoices(); }

  /// Lets it be that time, for the process and for the database, which don't know of each other's
  /// clocks.
  void at(Instant now) {
    clock_.set(now);
    schema_.set_time(now + passed_in_restarts_);
  }
  /// As after a restart, which takes as long as the longest lease.
  void reopen() {
    data_.reset();
    passed_in_restarts_ += lease;
    at(clock_.now());
    open();
  }

 private:
  void open() { data_ = open_postgres(schema_.url(), clock_); }

  SetClock clock_;
  PostgresSchema schema_;
  std::chrono::milliseconds passed_in_restarts_{0};
  std::unique_ptr<PostgresData> data_;
};

/// The same behind a GroupCommit.
class GroupedOnPostgres {
 public:
  Ledger& ledger() { return *group_; }
  Store& store() { return below_.store(); }
  void at(Instant now) { below_.at(now); }
  void reopen() {
    group_.reset();
    below_.reopen();
    group_.emplace(below_.ledger());
  }

 private:
  OnPostgres below_;
  std::optional<GroupCommit> group_{std::in_place, below_.ledger()};
};

}  // namespace billing::tests
