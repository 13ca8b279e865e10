// SPDX-License-Identifier: Apache-2.0
#include "oracle.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace simulation {
namespace {

using billing::EventState;
using billing::RecordedEvent;
using nlohmann::json;

using Usage = std::map<std::string, std::map<std::int64_t, std::int64_t>>;

class Comparison {
 public:
  Comparison(World& world, const People& people, const Witness& witness)
      : world_(world), people_(people), witness_(witness) {}

  Books run() {
    read_rows();
    check_clicks();
    for (const RecordedEvent& row : rows_) check_row(row);
    check_stripe();
    for (const std::string& error : witness_.idempotency_errors()) complain("Stripe said " + error);
    return std::move(books_);
  }

 private:
  void complain(std::string what) { books_.complaints.push_back(std::move(what)); }

  void read_rows() {
    auto rows = world_.ledger().list({.limit = 1'000'000});
    if (!rows) return complain("the ledger can't be read: " + rows.error().message);
    rows_ = std::move(*rows);
  }

  void check_clicks() {
    std::map<std::pair<std::string, std::string>, int> recorded;
    for (const RecordedEvent& row : rows_) {
      ++recorded[{row.event->customer.text(), row.event->key.text()}];
    }
    for (const Click& click : people_.clicks()) {
      const auto found = recorded.find({click.customer, click.key});
      const int times = found == recorded.end() ? 0 : found->second;
      if (times > 1) complain(fmt::format("{} is recorded {} times", click.key, times));
      if (times == 0 && click.acknowledged) {
        complain(fmt::format("{} was acknowledged and is not in the ledger", click.key));
      }
      if (found != recorded.end()) recorded.erase(found);
    }
    for (const auto& [click, times] : recorded) {
      complain(
          fmt::format("{} of {} is in the ledger and was never made", click.second, click.first));
    }
  }

  void check_row(const RecordedEvent& row) {
    const std::string& id = row.event->id.text();
    const std::string& item = row.event->item.text();
    switch (row.state) {
      case EventState::pending: complain(id + " is still pending"); break;
      case EventState::refused:
      case EventState::final_invoice: check_refused(row); return;
      case EventState::delivered: ++books_.delivered; break;
    }
    if (!row.usage_at) return complain(id + " has no second");
    const std::int64_t second = row.usage_at->time_since_epoch().count();
    if (!accounted_[item].insert(second).second) {
      complain(fmt::format("{} shares its second {} with another of {}", id, second, item));
    }
    if (!row.record.empty() && !witness_.gave(item, second, row.record.text())) {
      complain(fmt::format("{} has the record {}, which Stripe never gave for its second", id,
                           row.record.text()));
    }
  }

  void check_refused(const RecordedEvent& row) {
    ++books_.refused;
    const std::string& id = row.event->id.text();
    if (row.reason.empty()) complain(id + " is refused without a reason");
    if (!people_.ended_items().contains(row.event->item.text())) {
      complain(
          fmt::format("{} is refused though its subscription is in force: {}", id, row.reason));
    }
    // Its subscription ended while it was under way: Stripe may have counted it before, and bills
    // it no more.
    if (row.usage_at) {
      excused_[row.event->item.text()].insert(row.usage_at->time_since_epoch().count());
    }
  }

  void check_stripe() {
    const Usage usage = world_.usage_at_stripe();
    for (const auto& [item, seconds] : usage) {
      for (const auto& [second, quantity] : seconds) {
        const bool known = accounted_[item].erase(second) > 0;
        if (!known && !excused_[item].contains(second)) {
          complain(
              fmt::format("{} at second {} of {} at Stripe is nobody's", quantity, second, item));
        } else if (quantity != 1) {
          complain(fmt::format("second {} of {} counts {} at Stripe", second, item, quantity));
        }
      }
    }
    for (const auto& [item, seconds] : accounted_) {
      for (const std::int64_t second : seconds) {
        complain(fmt::format("the usage at second {} of {} is not at Stripe", second, item));
      }
    }
  }

  World& world_;
  const People& people_;
  const Witness& witness_;
  Books books_;
  std::vector<RecordedEvent> rows_;
  std::map<std::string, std::set<std::int64_t>> accounted_;  ///< Seconds by item.
  std::map<std::string, std::set<std::int64_t>> excused_;    ///< Likewise.
};

}  // namespace

void Witness::saw(const billing::HttpRequest& request, const sandbox::HttpResponse& answer) {
  if (answer.body.find("idempotency_error") != std::string::npos) {
    idempotency_errors_.push_back(request.path + ": " + answer.body);
  }
  if (answer.status != 200 || !request.path.ends_with("/usage_records")) return;
  const json record = json::parse(answer.body);
  records_[{record.at("subscription_item"), record.at("timestamp")}].insert(
      record.at("id").get<std::string>());
}

bool Witness::gave(const std::string& item, std::int64_t second, const std::string& record) const {
  const auto found = records_.find({item, second});
  return found != records_.end() && found->second.contains(record);
}

Books compare(World& world, const People& people, const Witness& witness) {
  return Comparison(world, people, witness).run();
}

}  // namespace simulation
