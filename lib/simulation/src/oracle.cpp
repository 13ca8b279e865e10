// SPDX-License-Identifier: Apache-2.0
#include "oracle.hpp"

#include "oracle_bills.hpp"
#include "oracle_store.hpp"
#include "stripe_records.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

namespace simulation {
namespace {

using billing::EventState;
using billing::RecordedEvent;

using Usage = std::map<std::string, std::map<std::int64_t, std::int64_t>>;

class Comparison {
 public:
  Comparison(World& world, const People& people, const Witness& witness)
      : world_(world), people_(people), witness_(witness), stripe_(read_records(world)) {}

  Books run() {
    read_rows();
    check_clicks();
    for (const RecordedEvent& row : rows_) check_row(row);
    check_usage();
    check_customers();
    check_mended_cards();
    for (std::string& each : check_bills(rows_, stripe_)) complain(std::move(each));
    for (std::string& each : compare_store(world_, people_, stripe_)) complain(std::move(each));
    count_events();
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
    const auto now = billing::to_second(world_.clock().true_now());
    for (const Press& click : people_.presses().all()) {
      const auto ago =
          std::chrono::floor<std::chrono::seconds>(world_.clock().moment() - click.heard_at);
      heard_at_[{click.customer, click.key}] = (now - ago).time_since_epoch().count();
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
      case EventState::parked: complain(id + " is parked: " + row.reason); break;
      case EventState::refused:
      case EventState::final_invoice: return check_left_out(row);
      case EventState::delivered: count_delivered(row); break;
    }
    if (row.event->kind == billing::UsageKind::workshop) return;
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

  void count_delivered(const RecordedEvent& row) {
    const auto* subscription = stripe_.subscription_of_item(row.event->item.text());
    const bool ended = subscription != nullptr && subscription->ended_at;
    ++(ended ? books_.invoiced : books_.delivered);
  }

  /// What is not usage at Stripe: only with its subscription's end can that be.
  void check_left_out(const RecordedEvent& row) {
    const std::string& id = row.event->id.text();
    const std::string& item = row.event->item.text();
    // Stripe may have counted it before the end, and bills it no more.
    if (row.usage_at) excused_[item].insert(row.usage_at->time_since_epoch().count());
    const StripeRecords::Subscription* subscription = stripe_.subscription_of_item(item);
    if (subscription == nullptr || !subscription->ended_at) {
      return complain(fmt::format("{} is {} though its subscription is in force: {}", id,
                                  billing::name(row.state), row.reason));
    }
    const auto clicked_at = billing::to_second(row.event->clicked_at).time_since_epoch().count();
    const bool late = clicked_at > *subscription->ended_at;
    // A machine whose date was wrong, and that had not heard Stripe's, may take it for earlier.
    const bool heard_late =
        heard_at_[{row.event->customer.text(), row.event->key.text()}] >= *subscription->ended_at;
    if (row.state == EventState::refused) {
      ++books_.refused;
      if (row.reason.empty()) complain(id + " is refused without a reason");
      if (!late && !heard_late)
        complain(id + " is refused though it came before its subscription's end");
    } else {
      ++books_.invoiced;
      undelivered_at_end_.insert(subscription->id);
      if (late) complain(id + " is to be billed though it came after its subscription's end");
    }
  }

  void check_usage() {
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

  void check_customers() {
    std::map<std::string, std::string> customers;
    for (const StripeRecords::Customer& each : stripe_.customers) {
      if (!customers.emplace(each.email, each.id).second) {
        complain(fmt::format("{} is two customers at Stripe", each.email));
      }
    }
    for (const Person& person : people_.all()) {
      if (!person.customer.empty() && customers[person.email] != person.customer) {
        complain(fmt::format("{} was told to be {}, who is somebody else", person.email,
                             person.customer));
      }
    }
  }

  /// Nobody who has given a card that works is left owing what Stripe still collects.
  void check_mended_cards() {
    for (const Person& person : people_.all()) {
      for (const StripeRecords::Invoice& invoice : stripe_.invoices) {
        const bool owed = invoice.customer == person.customer && invoice.status == "open";
        if (person.mended && owed && invoice.auto_advance) {
          complain(
              fmt::format("{} mended their card, and {} is still open", person.email, invoice.id));
        }
      }
    }
  }

  /// Of a session that was delivered: what became of it at the end of its billing period.
  void count_period_end(const RecordedEvent& row) {
    if (row.record.empty()) books_.tally.count("found-in-closed-period");
    const auto clicked = billing::to_second(row.event->clicked_at).time_since_epoch().count();
    const auto used = row.usage_at->time_since_epoch().count();
    const auto& ends = period_ends_[row.event->item.text()];
    const auto end = ends.lower_bound(clicked);
    if (end != ends.end() && *end < used) books_.tally.count("moved-to-next-period");
  }

  void count_events() {
    for (const StripeRecords::Invoice& invoice : stripe_.invoices) {
      for (const StripeRecords::Line& line : invoice.lines) {
        if (line.subscription_item.empty()) continue;
        if (period_ends_[line.subscription_item].insert(line.period_end).second) {
          books_.tally.count("period-ended");
        }
      }
    }
    for (const RecordedEvent& row : rows_) {
      if (row.state == EventState::delivered && row.usage_at) count_period_end(row);
    }
    books_.tally.count("canceled-with-undelivered-clicks",
                       static_cast<std::int64_t>(undelivered_at_end_.size()));
    for (const StripeRecords::Event& event : stripe_.events) {
      if (event.status_before == "trialing") books_.tally.count("trial-ended");
      if (event.type == "invoice.payment_failed") books_.tally.count("card-declined");
    }
  }

  World& world_;
  const People& people_;
  const Witness& witness_;
  const StripeRecords stripe_;
  Books books_;
  std::vector<RecordedEvent> rows_;
  std::map<std::pair<std::string, std::string>, std::int64_t> heard_at_;  ///< By customer and key.
  std::set<std::string> undelivered_at_end_;                              ///< Subscriptions.
  std::map<std::string, std::set<std::int64_t>> period_ends_;             ///< By item.
  std::map<std::string, std::set<std::int64_t>> accounted_;               ///< Seconds by item.
  std::map<std::string, std::set<std::int64_t>> excused_;                 ///< Likewise.
};

}  // namespace

Books compare(World& world, const People& people, const Witness& witness) {
  return Comparison(world, people, witness).run();
}

}  // namespace simulation
