// SPDX-License-Identifier: Apache-2.0
#include <billing/restoring.hpp>

#include "restore/restored_item.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <unordered_map>

namespace billing {
namespace {

/// Of all pages of all subscriptions.
constexpr stripe::Call long_read{.budget = std::chrono::minutes(10), .tries_max = 3};
constexpr int events_a_page = 1'000;

using SessionsByItem = std::unordered_map<ItemId, std::vector<RecordedEvent>>;

/// Sessions in one state, oldest first, by item.
Result<SessionsByItem> sessions_in(Ledger& ledger, EventState state) {
  SessionsByItem found;
  EventFilter filter{.state = state, .limit = events_a_page};
  while (true) {
    auto page = ledger.list(filter);
    if (!page) return failure(std::move(page));
    for (RecordedEvent& row : *page) {
      if (row.event->kind == UsageKind::session) found[row.event->item].push_back(row);
    }
    if (page->size() < static_cast<std::size_t>(events_a_page)) break;
    filter.before_sequence = page->back().sequence;
  }
  for (auto& [item, rows] : found) std::ranges::reverse(rows);
  return found;
}

std::int64_t units_of(const SessionsByItem& sessions, const ItemId& item) {
  std::int64_t units = 0;
  const auto found = sessions.find(item);
  if (found == sessions.end()) return units;
  for (const RecordedEvent& row : found->second) units += row.event->quantity;
  return units;
}

std::vector<RecordedEvent> rows_of(SessionsByItem& sessions, const ItemId& item) {
  const auto found = sessions.find(item);
  return found == sessions.end() ? std::vector<RecordedEvent>() : std::move(found->second);
}

}  // namespace

bool RestoredLedger::exact() const {
  return std::ranges::all_of(items,
                             [](const RestoredItem& each) { return each.difference() == 0; });
}

Result<RestoredLedger> Restoring::run(const std::function<void(const std::string&)>& tell) {
  const auto subscriptions = read_subscriptions();
  if (!subscriptions) return tl::unexpected(subscriptions.error());
  auto pending = sessions_in(world_.ledger, EventState::pending);
  if (!pending) return failure(std::move(pending));
  const auto parked = sessions_in(world_.ledger, EventState::parked);
  if (!parked) return tl::unexpected(parked.error());
  RestoredLedger restored;
  std::size_t done = 0;
  for (const Subscription& each : *subscriptions) {
    tell(fmt::format("comparing with Stripe: {} of {} subscriptions", ++done,
                     subscriptions->size()));
    for (const SubscriptionItem& item : each.items) {
      if (item.usage_type != UsageType::metered) continue;
      ItemRestoring one(world_, each, item, rows_of(*pending, item.id), units_of(*parked, item.id));
      if (auto ran = one.run(restored); !ran) return failure(std::move(ran));
    }
  }
  return restored;
}

/// All of the users', oldest first, and stored; the store learns of users that the backup lacks.
Result<std::vector<Subscription>> Restoring::read_subscriptions() {
  const auto reading = world_.store.begin_reading();
  if (!reading) return tl::unexpected(reading.error());
  const auto all = world_.stripe.subscriptions(long_read);
  if (!all) return tl::unexpected(all.error());
  std::vector<Subscription> ours;
  for (const Subscription& each : std::views::reverse(*all)) {
    const auto is = is_ours(each.customer);
    if (!is) return tl::unexpected(is.error());
    if (!*is) continue;
    if (auto stored = world_.store.remember(each, *reading); !stored) {
      return failure(std::move(stored));
    }
    ours.push_back(each);
  }
  return ours;
}

Result<bool> Restoring::is_ours(const CustomerId& customer) {
  const auto known = world_.store.user(customer);
  if (!known) return tl::unexpected(known.error());
  if (*known) return true;
  const auto subscriptions = world_.store.subscriptions(customer);
  if (!subscriptions) return tl::unexpected(subscriptions.error());
  if (!subscriptions->empty()) return true;
  const auto read = world_.stripe.customer(customer);
  if (!read) return tl::unexpected(read.error());
  const auto mark = read->metadata.find("challenge_id");
  const bool marked = mark != read->metadata.end() && mark->second == world_.challenge_id;
  const auto email = normalise_email(read->email);
  if (read->deleted || !marked || !email) return false;
  const auto user = world_.store.reserve_user(*email, world_.stripe.fresh_key());
  if (!user) return tl::unexpected(user.error());
  const auto set = world_.store.set_customer(*email, customer);
  if (!set) return tl::unexpected(set.error());
  return true;
}

}  // namespace billing
