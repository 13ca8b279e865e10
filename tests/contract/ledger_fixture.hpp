// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/cached_store.hpp>
#include <billing/group_commit.hpp>
#include <billing/sqlite_data.hpp>

#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>

/// One suite for every ledger: each adapter brings a way to open it on data that outlives it.
namespace billing::tests {

class OnSqlite {
 public:
  OnSqlite() { open(); }
  explicit OnSqlite(std::string path) : path_(std::move(path)) { open(); }
  Ledger& ledger() { return data_->ledger(); }
  Store& store() { return data_->store(); }
  WebhookInbox& inbox() { return data_->inbox(); }
  FinalInvoiceStore& final_invoices() { return data_->final_invoices(); }

  /// Lets it be that time; here nobody keeps a clock of its own.
  void at(Instant /*now*/) {}
  /// As after a restart.
  void reopen() {
    data_.reset();
    open();
  }
  const std::string& path() const { return path_; }

 private:
  void open() {
    auto opened = SqliteData::open(path(), SqliteAccess::owner);
    REQUIRE(opened.has_value());
    data_ = std::move(*opened);
  }

  TemporaryFolder folder_;
  std::string path_ = (folder_.path() / "billing.db").string();
  std::unique_ptr<SqliteData> data_;
};

/// The same behind a GroupCommit, which has to keep every promise of a ledger.
class GroupedOnSqlite {
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
  OnSqlite below_;
  std::optional<GroupCommit> group_{std::in_place, below_.ledger()};
};

/// The same behind a CachedStore with room for few, which has to keep every promise of a store.
class CachedOnSqlite {
 public:
  Store& store() { return *cached_; }
  void reopen() {
    cached_.reset();
    below_.reopen();
    cached_.emplace(below_.store(), 2);
  }

 private:
  OnSqlite below_;
  std::optional<CachedStore> cached_{std::in_place, below_.store(), 2};
};

inline constexpr Instant noon{std::chrono::milliseconds(1'768'478'400'000)};
inline constexpr std::chrono::milliseconds lease{60'000};

/// A monotonic clock that reads as the date does.
inline Moment moment(Instant instant) {
  return Moment(instant.time_since_epoch());
}

/// A subscription of customer `cus_x` with the metered item `si_x`, begun an hour before noon.
inline Subscription subscription_of(const std::string& x) {
  const Second start = to_second(noon) - std::chrono::hours(1);
  return {.id = SubscriptionId("sub_" + x),
          .customer = CustomerId("cus_" + x),
          .status = "active",
          .created = start,
          .items = {{.id = ItemId("si_" + x),
                     .price = PriceId("price_1"),
                     .product = ProductId("prod_1"),
                     .usage_type = UsageType::metered,
                     .period_start = start,
                     .period_end = start + std::chrono::hours(24 * 31)}}};
}

inline SharedEvent click_of(const std::string& x, const std::string& key, Instant at = noon,
                            std::int64_t quantity = 1) {
  static SystemEntropy entropy;
  return std::make_shared<const UsageEvent>(make_usage_event({.customer = CustomerId("cus_" + x),
                                                              .item = ItemId("si_" + x),
                                                              .key = key,
                                                              .quantity = quantity,
                                                              .clicked_at = at},
                                                             entropy)
                                                .value());
}

template <class Adapter>
struct LedgerFixture {
  Adapter adapter;
  template <class... Arguments>
  explicit LedgerFixture(Arguments&&... arguments)
      : adapter(std::forward<Arguments>(arguments)...) {
    for (const char* x : {"a", "b", "c"}) {
      REQUIRE(adapter.store().remember(subscription_of(x)).has_value());
    }
  }
  Ledger& ledger() { return adapter.ledger(); }

  Appended append(const SharedEvent& event, Instant now = noon) {
    auto appended = ledger().append(event, now);
    REQUIRE_MESSAGE(appended.has_value(), appended.error().message);
    return *appended;
  }
  std::optional<Claim> claim(Instant now = noon) {
    adapter.at(now);
    auto claimed = ledger().claim(moment(now), now, lease);
    REQUIRE(claimed.has_value());
    return *claimed;
  }
  bool settle(const Claim& claim, const Settlement& settlement) {
    const auto settled = ledger().settle(claim, settlement);
    REQUIRE(settled.has_value());
    return settled->has_value();
  }
};

inline Settlement delivered(const std::string& record) {
  return {.state = EventState::delivered,
          .record = UsageRecordId(record),
          .api_version = "2025-02-24.acacia"};
}

}  // namespace billing::tests
