// SPDX-License-Identifier: Apache-2.0
#include "calendar.hpp"
#include "resources.hpp"
#include "timeline.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sandbox {
namespace {

constexpr std::int64_t past_seconds = 35 * day_seconds;
constexpr std::int64_t future_seconds = 300;

Meter& active_meter(Call& call) {
  const auto name = call.params["event_name"].get<std::string>();
  Meter* meter = call.world.metering.active(name);
  if (meter != nullptr) return *meter;
  throw Refusal{.message = fmt::format("No active meter found for event name \"{}\"", name)};
}

void check_timestamp(std::int64_t timestamp, std::int64_t now) {
  if (timestamp < now - past_seconds) {
    throw Refusal{.message = fmt::format("The event timestamp cannot be more than 35 days in past. "
                                         "Expected a timestamp greater than or equal to {}.",
                                         now - past_seconds),
                  .param = "timestamp"};
  }
  if (timestamp > now + future_seconds) {
    throw Refusal{
        .message = fmt::format("The event timestamp cannot be more than 5 minutes in future. "
                               "Expected a timestamp less than or equal to {}.",
                               now + future_seconds),
        .param = "timestamp"};
  }
}

bool decimal_shaped(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos &&
         std::ranges::count(text, '.') <= 1 && !text.starts_with('.') && !text.ends_with('.');
}

// Nothing where the payload has none, which Stripe only notices later.
std::optional<Decimal> value_in(const Meter& meter, const Json& payload) {
  if (meter.formula == "count") return Decimal{};
  const std::string text = payload.value(meter.value_key, "");
  if (text.empty()) return std::nullopt;
  if (const auto value = Decimal::read(text)) return value;
  throw Refusal{
      .code =
          decimal_shaped(text) ? "meter_event_value_too_many_digits" : "meter_event_invalid_value",
      .message = fmt::format("Invalid value for the payload key `{}`: {}", meter.value_key, text),
      .param = fmt::format("payload[{}]", meter.value_key)};
}

const Customer* customer_in(const World& world, const Meter& meter, const Json& payload) {
  const Customer* customer = world.customers.find(payload.value(meter.customer_key, ""));
  return customer == nullptr || customer->deleted ? nullptr : customer;
}

Json create_meter_event(Call& call) {
  World& world = call.world;
  const Meter& meter = active_meter(call);
  const Json& payload = call.params["payload"];
  const Customer* customer = customer_in(world, meter, payload);
  const std::int64_t now = customer != nullptr ? time_of(world, *customer) : call.now;
  const std::int64_t timestamp = call.integer("timestamp").value_or(now);
  check_timestamp(timestamp, now);
  const std::optional<Decimal> value = value_in(meter, payload);
  std::string identifier = call.text("identifier").value_or("");
  if (identifier.empty()) identifier = world.ids.plain("", 32);
  if (world.metering.taken(identifier, call.now) != nullptr) {
    throw Refusal{.message = fmt::format("An event already exists with identifier {}.", identifier),
                  .final = true};
  }
  // Whom Stripe doesn't know, and what says nothing, it takes and then counts nowhere.
  const bool counts = customer != nullptr && value;
  world.metering.take(identifier, meter, counts ? customer->id : "", timestamp,
                      value.value_or(Decimal{}), call.now);
  return {{"object", "billing.meter_event"}, {"created", now},    {"event_name", meter.event_name},
          {"identifier", identifier},        {"livemode", false}, {"payload", payload},
          {"timestamp", timestamp}};
}

Json adjust_meter_event(Call& call) {
  Metering& metering = call.world.metering;
  const Meter& meter = active_meter(call);
  const auto identifier = call.params["cancel"]["identifier"].get<std::string>();
  const Metering::Taken* event = metering.taken(identifier, call.now);
  if (event == nullptr || event->meter != meter.id) {
    throw Refusal{
        .code = "resource_missing",
        .message = fmt::format("No event of the last 24 hours has the identifier {}.", identifier),
        .param = "cancel[identifier]"};
  }
  metering.cancel(identifier);
  return {{"object", "billing.meter_event_adjustment"},
          {"cancel", {{"identifier", identifier}}},
          {"event_name", meter.event_name},
          {"livemode", false},
          {"status", "complete"},
          {"type", "cancel"}};
}

}  // namespace

Routes meter_event_routes() {
  const Field name = text("event_name", 100);
  return {{"POST", "/v1/billing/meter_events",
           operation({Field(name).need(), field(Kind::strings, "payload").need(),
                      text("identifier", 100), field(Kind::moment, "timestamp")}),
           "billing.meter_event", create_meter_event},
          {"POST", "/v1/billing/meter_event_adjustments",
           operation({Field(name).need(), choice("type", {"cancel"}).need(),
                      object("cancel", {text("identifier", 100).need()}).need()}),
           "billing.meter_event_adjustment", adjust_meter_event}};
}

}  // namespace sandbox
