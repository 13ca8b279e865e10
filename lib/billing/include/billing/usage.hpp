// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/entropy.hpp>
#include <billing/ids.hpp>
#include <billing/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace billing {

/// What was used.
enum class UsageKind {
  session,   ///< Pair coding; a usage record on the subscription's metered item.
  workshop,  ///< `quantity` attendees; an invoice item on the subscription's next invoice.
};

/// One click: something a customer used, once. Made by `make_usage_event` only, so never invalid.
struct UsageEvent {
  EventId id;
  CustomerId customer;
  /// The subscription item it is billed on; of a workshop one of its subscription's, in whose queue
  /// it stands.
  ItemId item;
  IdempotencyKey key;  ///< Unique for ever among the customer's events.
  std::string
      content_hash;  ///< Equal for equal requests: the same key with another hash is a conflict.
  UsageKind kind = UsageKind::session;
  std::int64_t quantity = 1;
  Instant clicked_at;
  /// Of a workshop alone: whose next invoice it goes on, and its price as it was offered then.
  SubscriptionId subscription = {};
  PriceId price = {};
};

struct NewUsage {
  CustomerId customer;
  ItemId item;
  /// The client's `Idempotency-Key`; without one, one is made, and the click can't be repeated.
  std::optional<std::string> key = std::nullopt;
  UsageKind kind = UsageKind::session;
  std::int64_t quantity = 1;
  Instant clicked_at;
  SubscriptionId subscription = {};
  PriceId price = {};
};

/// `invalid` for a key that is not 1 to 255 visible ASCII characters, or a quantity below 1.
Result<UsageEvent> make_usage_event(const NewUsage& usage, Entropy& entropy);

/// The seconds of one item that events already have, in the open period.
struct UsedSeconds {
  Second earliest;
  Second latest;
};

struct SecondRequest {
  Second clicked_at;
  Second period_start;  ///< Of the open period; usage has to come after it.
  Second now_at_stripe;
  std::optional<UsedSeconds> used = std::nullopt;
};

/// The second at which an event's usage is set: one that no other event of the item has, because at
/// Stripe `set` overwrites the usage of exactly that second, and seconds add up. The click's own if
/// it is later than all used; else the one before the earliest used; else the one after the latest.
/// None if that has not come yet.
std::optional<Second> choose_second(const SecondRequest& request);

std::string_view name(UsageKind kind);
std::optional<UsageKind> parse_usage_kind(std::string_view text);

}  // namespace billing
