// SPDX-License-Identifier: Apache-2.0
#include "oracle_store.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

namespace simulation {
namespace {

/// Of what the sandbox tells all that changes what the product has to know. Where Stripe says one
/// thing by two names (`invoice.paid`, `invoice.payment_succeeded`), one is enough.
constexpr std::array<std::string_view, 14> types_that_matter = {"checkout.session.completed",
                                                                "customer.deleted",
                                                                "customer.subscription.created",
                                                                "customer.subscription.deleted",
                                                                "customer.subscription.updated",
                                                                "customer.updated",
                                                                "invoice.created",
                                                                "invoice.deleted",
                                                                "invoice.finalized",
                                                                "invoice.marked_uncollectible",
                                                                "invoice.paid",
                                                                "invoice.payment_failed",
                                                                "invoice.updated",
                                                                "invoice.voided"};

std::string told(std::string_view status, std::optional<std::int64_t> ended_at,
                 std::vector<std::string> items) {
  std::ranges::sort(items);
  return fmt::format("{}, ended at {}, items {}", status, ended_at.value_or(0),
                     fmt::join(items, " "));
}

std::string told(const StripeRecords::Subscription& subscription) {
  return told(subscription.status, subscription.ended_at, subscription.items);
}

std::string told(const billing::Subscription& subscription) {
  std::vector<std::string> items;
  for (const auto& item : subscription.items) items.push_back(item.id.text());
  std::optional<std::int64_t> ended_at;
  if (subscription.ended_at) ended_at = subscription.ended_at->time_since_epoch().count();
  return told(subscription.status, ended_at, items);
}

std::string told(const StripeRecords::Invoice& invoice) {
  std::string text = fmt::format("{}, {} in all", invoice.status, invoice.total);
  for (const auto& line : invoice.lines) {
    text += fmt::format(", {} for {} {}{}", line.quantity, line.amount, line.invoice_item,
                        line.subscription_item);
  }
  return text;
}

std::string told(const billing::Invoice& invoice) {
  std::string text = fmt::format("{}, {} in all", invoice.status, invoice.total.minor);
  for (const auto& line : invoice.lines) {
    text += fmt::format(", {} for {} {}{}", line.quantity, line.amount.minor,
                        line.invoice_item.text(), line.item.text());
  }
  return text;
}

class StoreComparison {
 public:
  StoreComparison(World& world, const StripeRecords& stripe) : world_(world), stripe_(stripe) {}

  void check_customer(const std::string& customer) {
    const auto subscriptions = world_.store().subscriptions(billing::CustomerId(customer));
    const auto invoices = world_.store().invoices(billing::CustomerId(customer));
    if (!subscriptions || !invoices) return complain("the store can't be read");
    check_same(*subscriptions, stripe_.subscriptions, customer);
    check_same(*invoices, stripe_.invoices, customer);
  }

  void check_inbox() {
    const auto rows = world_.inbox().list({.limit = 1'000'000});
    if (!rows) return complain("the inbox can't be read: " + rows.error().message);
    std::set<std::string, std::less<>> known;
    for (const billing::InboxRow& row : *rows) {
      known.insert(row.event.id.text());
      if (row.state == billing::WebhookState::done) continue;
      complain(
          fmt::format("{} ({}) is not done: {}", row.event.id.text(), row.event.type, row.reason));
    }
    for (const StripeRecords::Event& event : stripe_.events) {
      if (std::ranges::find(types_that_matter, event.type) == types_that_matter.end()) continue;
      if (!known.contains(event.id)) {
        complain(fmt::format("{} ({}) never arrived", event.id, event.type));
      }
    }
  }

  std::vector<std::string> complaints() && { return std::move(complaints_); }

 private:
  void complain(std::string what) { complaints_.push_back(std::move(what)); }

  template <class Stored, class AtStripe>
  void check_same(const std::vector<Stored>& stored, const std::vector<AtStripe>& at_stripe,
                  const std::string& customer) {
    std::map<std::string, std::string> known;
    for (const Stored& each : stored) known.emplace(each.id.text(), told(each));
    for (const AtStripe& each : at_stripe) {
      if (each.customer != customer) continue;
      const std::string truth = told(each);
      const std::string belief = known[each.id];
      if (belief != truth) {
        complain(fmt::format("{} is known as \"{}\" and is \"{}\"", each.id, belief, truth));
      }
      known.erase(each.id);
    }
    for (const auto& [id, belief] : known) {
      complain(fmt::format("{} is known as \"{}\" and is not there", id, belief));
    }
  }

  World& world_;
  const StripeRecords& stripe_;
  std::vector<std::string> complaints_;
};

}  // namespace

std::vector<std::string> compare_store(World& world, const People& people,
                                       const StripeRecords& stripe) {
  StoreComparison comparison(world, stripe);
  for (const Person& person : people.all()) {
    if (!person.customer.empty()) comparison.check_customer(person.customer);
  }
  comparison.check_inbox();
  return std::move(comparison).complaints();
}

}  // namespace simulation
