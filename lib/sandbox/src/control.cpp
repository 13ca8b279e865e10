// SPDX-License-Identifier: Apache-2.0
#include "form.hpp"
#include "inspector.hpp"
#include "money.hpp"
#include "universe.hpp"

#include <array>

namespace sandbox {
namespace {

/// A request to the stand-in itself, which Stripe has nothing of. It needs no key: it is for tests
/// and for whoever runs the stand-in.
struct Order {
  Universe& universe;
  const Arrival& arrival;
  Form query{};
};

Json order_fault(Order& order) {
  return order.universe.faults.order(order.arrival.request.body, order.universe.router);
}

Json list_faults(Order& order) {
  return order.universe.faults.list();
}

Json clear_faults(Order& order) {
  order.universe.faults.clear();
  return {{"cleared", true}};
}

Json reset(Order& order) {
  order.universe.reset();
  return {{"reset", true}};
}

Json list_requests(Order& order) {
  return order.universe.log.list(order.query.text("method"));
}

Json clear_requests(Order& order) {
  order.universe.log.clear();
  return {{"cleared", true}};
}

Json show_clock(Order& order) {
  return clock_shown(order.universe, order.arrival);
}

Json set_clock(Order& order) {
  return move_clock(order.universe, order.arrival);
}

// All usage the item ever had, whatever its periods.
Json usage_of(const SubscriptionItem& item, const World& world) {
  Json timestamps = Json::object();
  std::int64_t total = 0;
  for (const auto& [timestamp, quantity] : item.usage) {
    timestamps[std::to_string(timestamp)] = quantity;
    total = sum_of(total, quantity);
  }
  return {{"account", world.account},
          {"subscription_item", item.id},
          {"total", total},
          {"timestamps", std::move(timestamps)},
          {"records", item.usage_calls}};
}

Json usage(Order& order) {
  const std::string wanted(order.query.text("subscription_item"));
  Json items = Json::array();
  for (const auto& [key, world] : order.universe.worlds) {
    for (std::size_t at = 0; at < world->items.size(); ++at) {
      const SubscriptionItem& item = world->items[at];
      if (item.id == wanted) return usage_of(item, *world);
      if (wanted.empty() && world->prices.at(item.price).metered()) {
        items.push_back(usage_of(item, *world));
      }
    }
  }
  if (wanted.empty()) return {{"items", std::move(items)}};
  throw Refusal{.status = 404, .message = "No such subscription_item: '" + wanted + "'"};
}

struct ControlRoute {
  std::string_view method;
  std::string_view path;
  Json (*run)(Order&);
};

constexpr std::array control_routes = {
    ControlRoute{"POST", "/_sandbox/faults", order_fault},
    ControlRoute{"GET", "/_sandbox/faults", list_faults},
    ControlRoute{"DELETE", "/_sandbox/faults", clear_faults},
    ControlRoute{"POST", "/_sandbox/reset", reset},
    ControlRoute{"GET", "/_sandbox/requests", list_requests},
    ControlRoute{"DELETE", "/_sandbox/requests", clear_requests},
    ControlRoute{"GET", "/_sandbox/usage", usage},
    ControlRoute{"GET", "/_sandbox/clock", show_clock},
    ControlRoute{"POST", "/_sandbox/clock", set_clock},
};

HttpResponse asset(std::string_view type, std::string_view body) {
  return {.headers = {{"Content-Type", std::string(type)},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Cache-Control", "no-cache"}},
          .body = std::string(body)};
}

}  // namespace

HttpResponse answer_control(Universe& universe, const Arrival& arrival) {
  const std::string& method = arrival.request.method;
  if (method == "GET" && arrival.path == "/_sandbox/assets/checkout.css") {
    return asset("text/css; charset=utf-8", checkout_css());
  }
  if (method == "GET" && arrival.path == "/_sandbox/assets/checkout.js") {
    return asset("text/javascript; charset=utf-8", checkout_js());
  }
  if (method == "GET" && arrival.path == "/_sandbox/assets/inspector.css") {
    return asset("text/css; charset=utf-8", inspector_css());
  }
  if (is_inspector(arrival.path)) return answer_inspector(universe, arrival);
  try {
    Order order{.universe = universe, .arrival = arrival};
    parse_form(arrival.query, order.query);
    for (const ControlRoute& route : control_routes) {
      if (route.method == method && route.path == arrival.path) {
        return json_response(200, route.run(order));
      }
    }
    throw unrecognized_url(method, arrival.path);
  } catch (const Refusal& refusal) {
    return json_response(refusal.status, envelope(refusal));
  }
}

}  // namespace sandbox
