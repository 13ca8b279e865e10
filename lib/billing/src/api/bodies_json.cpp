// SPDX-License-Identifier: Apache-2.0
#include <billing/error_codes.hpp>

#include "api/bodies.hpp"
#include "api/json_response.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace billing {
namespace {

using nlohmann::ordered_json;

ordered_json price_json(const OfferedPrice& price) {
  return {{"id", price.id.text()},
          {"nickname", price.nickname},
          {"currency", price.amount.currency},
          {"unit_amount", price.amount.minor},
          {"lookup_key", price.lookup_key}};
}

ordered_json user_object(const User& user, const Subscription* subscription,
                         const ProductId& product) {
  ordered_json body = {{"id", user.customer.text()}, {"email", user.email}};
  if (subscription != nullptr) {
    const bool on_demand = metered_item(*subscription, product) != nullptr;
    body["subscription"] = {{"id", subscription->id.text()},
                            {"status", subscription->status},
                            {"type", on_demand ? "ondemand" : "monthly"}};
  }
  return body;
}

/// A field of a JSON object that has it.
Result<nlohmann::json> field_of(const std::string& body, const std::string& field) {
  auto parsed = nlohmann::json::parse(body, nullptr, false);
  if (!parsed.is_object()) {
    return failure(ErrorCode::invalid,
                   fmt::format("the body has to be a JSON object with the field {}", field));
  }
  const auto found = parsed.find(field);
  if (found == parsed.end() || found->is_null()) {
    return failure(ErrorCode::invalid,
                   fmt::format("{} is missing: send it in the JSON body", field));
  }
  return std::move(*found);
}

/// What the answer to a click says of it.
ordered_json event_object(const RecordedEvent& row) {
  const bool delivered = row.state == EventState::delivered;
  const UsageEvent& event = *row.event;
  if (event.kind == UsageKind::session) {
    // It may have none: where all that is known of it is that Stripe has invoiced it.
    const bool known = delivered && !row.record.empty();
    const ordered_json record = known ? ordered_json(row.record.text()) : ordered_json();
    return {{"usageRecord", record}, {"event", event.id.text()}};
  }
  ordered_json body = {{"subscription", event.subscription.text()}, {"event", event.id.text()}};
  if (delivered && !row.record.empty()) body["invoiceItem"] = row.record.text();
  return body;
}

}  // namespace

HttpResponse json_response(int status, const ordered_json& body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
          .body = body.dump(-1, ' ', false, ordered_json::error_handler_t::replace)};
}

Result<std::string> text_field(const std::string& body, const std::string& field) {
  const auto value = field_of(body, field);
  if (!value) return tl::unexpected(value.error());
  if (!value->is_string()) {
    return failure(ErrorCode::invalid, fmt::format("{} has to be a text", field));
  }
  return value->get<std::string>();
}

Result<std::int64_t> whole_number_field(const std::string& body, const std::string& field,
                                        const WholeNumbers& allowed) {
  const auto value = field_of(body, field);
  if (!value) return tl::unexpected(value.error());
  if (value->is_number_integer()) {
    // What is beyond 63 bits is read as below zero.
    const auto number = value->get<std::int64_t>();
    if (number >= allowed.least && number <= allowed.most) return number;
  }
  return failure(ErrorCode::invalid,
                 fmt::format("{} has to be a whole number from {} to {}, without quotes", field,
                             allowed.least, allowed.most));
}

HttpResponse offerings_response(const Offerings& offerings) {
  ordered_json body = {{"pairCode", nullptr}, {"workshop", nullptr}};
  const OfferedPrice* monthly = offerings.find(PriceRole::monthly);
  const OfferedPrice* on_demand = offerings.find(PriceRole::on_demand);
  if (monthly != nullptr && on_demand != nullptr) {
    body["pairCode"] = {{"productId", on_demand->product.text()},
                        {"productName", on_demand->product_name},
                        {"monthlyPrice", price_json(*monthly)},
                        {"onDemandPrice", price_json(*on_demand)}};
  }
  if (const OfferedPrice* workshop = offerings.find(PriceRole::workshop)) {
    body["workshop"] = {{"productId", workshop->product.text()},
                        {"productName", workshop->product_name},
                        {"perSeatPrice", price_json(*workshop)}};
  }
  return json_response(200, body);
}

HttpResponse user_response(const User& user, const Subscription* subscription,
                           const ProductId& product) {
  return json_response(200, user_object(user, subscription, product));
}

HttpResponse wrapped_user_response(const User& user, const Subscription* subscription,
                                   const ProductId& product) {
  return json_response(200, {{"user", user_object(user, subscription, product)}});
}

HttpResponse url_response(const std::string& url) {
  return json_response(200, {{"url", url}});
}

HttpResponse portal_response(const stripe::PortalSession& session) {
  return json_response(200,
                       {{"url", session.url}, {"configuration", session.configuration.text()}});
}

HttpResponse event_response(const RecordedEvent& row) {
  switch (row.state) {
    case EventState::pending:
    case EventState::parked:
    case EventState::final_invoice:  // Billed for sure, and never to be usage.
      return json_response(202, event_object(row));
    case EventState::delivered: return json_response(200, event_object(row));
    case EventState::refused:
      return json_response(409, {{"error",
                                  {{"message", fmt::format("the {} was not registered: {}",
                                                           name(row.event->kind), row.reason)},
                                   {"code", "usage_refused"},
                                   {"event", row.event->id.text()}}}});
  }
  return problem(500, "internal", "unknown state of an event");
}

HttpResponse problem(const Error& error) {
  const bool stripes_own_trouble =
      error.stripe &&
      (error.stripe->status == 401 || error.stripe->status == 403 || error.stripe->status >= 500);
  if (stripes_own_trouble || error.code == ErrorCode::unavailable ||
      error.code == ErrorCode::timed_out || error.code == ErrorCode::outcome_unknown) {
    return problem(503, name(error.code),
                   "Stripe can't be used just now: nothing was charged, try again in a minute");
  }
  if (error.code == ErrorCode::corrupt || error.code == ErrorCode::internal) {
    return problem(500, name(error.code),
                   "something went wrong on our side; it is in the server's log");
  }
  return problem(http_status(error.code), name(error.code), error.message);
}

HttpResponse problem(int status, std::string_view code, const std::string& message) {
  return json_response(status, {{"error", {{"message", message}, {"code", code}}}});
}

}  // namespace billing
