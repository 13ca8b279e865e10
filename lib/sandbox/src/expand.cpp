// SPDX-License-Identifier: Apache-2.0
#include "expand.hpp"

#include "error.hpp"
#include "resources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace sandbox {
namespace {

constexpr std::size_t levels_max = 4;

/// A way from one kind of object to another. `reference`: an id that can be replaced; `inside`: an
/// object that is always there, to be walked through; `added`: only there when asked for.
enum class Way { reference, inside, added };

struct Edge {
  std::string_view from;
  std::string_view name;
  std::string_view to;
  Way way = Way::reference;
  Span in{};
};

using enum Way;

// An empty `to` is expandable at Stripe and always null here.
constexpr std::array edges = {
    Edge{"price", "product", "product"},
    Edge{"plan", "product", "product"},
    Edge{"product", "default_price", "price"},
    Edge{"product", "tax_code", ""},
    Edge{"customer", "invoice_settings", "customer.invoice_settings", inside},
    Edge{"customer.invoice_settings", "default_payment_method", "payment_method"},
    Edge{"customer", "default_source", "card"},
    Edge{"customer", "test_clock", "test_helpers.test_clock"},
    Edge{"card", "customer", "customer"},
    Edge{"setup_intent", "customer", "customer"},
    Edge{"setup_intent", "payment_method", "payment_method"},
    Edge{"setup_intent", "latest_attempt", ""},
    Edge{"setup_intent", "mandate", ""},
    Edge{"billing_portal.session", "configuration", "billing_portal.configuration"},
    Edge{"payment_method", "customer", "customer"},
    Edge{"checkout.session", "customer", "customer"},
    Edge{"checkout.session", "subscription", "subscription"},
    Edge{"checkout.session", "invoice", "invoice"},
    Edge{"checkout.session", "payment_intent", "payment_intent"},
    Edge{"checkout.session", "setup_intent", "setup_intent"},
    Edge{"checkout.session", "payment_link", ""},
    Edge{"checkout.session", "line_items", "list:item", added},
    Edge{"item", "price", "price", inside},
    Edge{"subscription", "customer", "customer"},
    Edge{"subscription", "default_payment_method", "payment_method"},
    Edge{"subscription", "latest_invoice", "invoice"},
    Edge{"subscription", "default_source", ""},
    Edge{"subscription", "pending_setup_intent", ""},
    Edge{"subscription", "schedule", ""},
    Edge{"subscription", "test_clock", "test_helpers.test_clock"},
    Edge{"subscription", "items", "list:subscription_item", inside},
    Edge{"subscription_item", "price", "price", inside},
    Edge{"subscription_item", "plan", "plan", inside},
    Edge{"invoice", "customer", "customer"},
    Edge{"invoice", "subscription", "subscription", reference, until_basil},
    Edge{"invoice", "parent", "invoice.parent", inside, since_basil},
    Edge{"invoice.parent", "subscription_details", "invoice.subscription_details", inside},
    Edge{"invoice.subscription_details", "subscription", "subscription"},
    Edge{"invoice", "default_payment_method", "payment_method"},
    Edge{"invoice", "payment_intent", "payment_intent", reference, until_basil},
    Edge{"invoice", "charge", "charge", reference, until_basil},
    Edge{"invoice", "payments", "list:invoice_payment", added, since_basil},
    Edge{"invoice", "confirmation_secret", "", added, since_basil},
    Edge{"invoice_payment", "invoice", "invoice"},
    Edge{"invoice_payment", "payment", "invoice_payment.payment", inside},
    Edge{"invoice_payment.payment", "payment_intent", "payment_intent"},
    Edge{"payment_intent", "customer", "customer"},
    Edge{"payment_intent", "invoice", "invoice", reference, until_basil},
    Edge{"payment_intent", "latest_charge", "charge"},
    Edge{"payment_intent", "payment_method", "payment_method"},
    Edge{"charge", "customer", "customer"},
    Edge{"charge", "invoice", "invoice", reference, until_basil},
    Edge{"charge", "payment_intent", "payment_intent"},
    Edge{"charge", "balance_transaction", ""},
    Edge{"invoiceitem", "customer", "customer"},
    Edge{"invoiceitem", "invoice", "invoice"},
    Edge{"invoiceitem", "subscription", "subscription", reference, until_basil},
    Edge{"invoiceitem", "price", "price", inside, until_basil},
    Edge{"invoiceitem", "test_clock", "test_helpers.test_clock"},
    Edge{"invoice", "test_clock", "test_helpers.test_clock"},
    Edge{"invoice", "lines", "list:line_item", inside},
    Edge{"line_item", "invoice_item", "invoiceitem", reference, until_basil},
    Edge{"line_item", "price", "price", inside, until_basil},
    Edge{"line_item", "plan", "plan", inside, until_basil},
    Edge{"line_item", "subscription", "subscription"},
    Edge{"line_item", "pricing", "line_item.pricing", inside, since_basil},
    Edge{"line_item.pricing", "price_details", "line_item.price_details", inside},
    Edge{"line_item.price_details",
         "price",
         "price",
         reference,
         {.since = expandable_line_price_date}},
};

std::optional<Edge> edge(std::string_view from, std::string_view name, Version version) {
  if (from.starts_with("list:") && name == "data") {
    return Edge{from, name, from.substr(5), Way::inside};
  }
  // The list itself adds it (list.hpp).
  if (from.starts_with("list:") && name == "total_count" && until_basil.has(version)) {
    return Edge{from, name, "", Way::added};
  }
  const auto found = std::ranges::find_if(
      edges, [&](const Edge& e) { return e.from == from && e.name == name && e.in.has(version); });
  return found == edges.end() ? std::nullopt : std::optional(*found);
}

std::vector<std::string_view> steps_of(std::string_view path) {
  std::vector<std::string_view> steps;
  for (;;) {
    const auto dot = path.find('.');
    steps.push_back(path.substr(0, dot));
    if (dot == std::string_view::npos) return steps;
    path.remove_prefix(dot + 1);
  }
}

bool expandable(std::string_view path, std::string_view from, Version version) {
  std::optional<Edge> last;
  for (const std::string_view step : steps_of(path)) {
    last = edge(last ? last->to : from, step, version);
    if (!last) return false;
  }
  return last->way != Way::inside;
}

Json referenced(const View& view, std::string_view kind, const std::string& id) {
  const World& world = view.world;
  if (kind == "product") return shown(view, world.products.at(id));
  if (kind == "price") return shown(view, world.prices.at(id));
  if (kind == "customer") return shown(view, world.customers.at(id));
  if (kind == "payment_method") return shown(view, world.payment_methods.at(id));
  if (kind == "card") return source_shown(world.payment_methods.at(id));
  if (kind == "billing_portal.configuration") {
    return shown(view, world.portal_configurations.at(id));
  }
  if (kind == "test_helpers.test_clock") return shown(view, world.test_clocks.at(id));
  if (kind == "subscription") return shown(view, world.subscriptions.at(id));
  if (kind == "payment_intent") return shown(view, world.payment_intents.at(id));
  if (kind == "charge") return shown(view, world.charges.at(id));
  if (kind == "invoiceitem") return shown(view, world.invoice_items.at(id));
  if (kind == "setup_intent") return shown(view, world.setup_intents.at(id));
  return shown(view, world.invoices.at(id));
}

Json confirmation_secret(const World& world, const Invoice& invoice) {
  if (!invoice.payment_intent) return nullptr;
  return {{"client_secret", world.payment_intents.at(*invoice.payment_intent).client_secret},
          {"type", "payment_intent"}};
}

// A list's total is added by the list itself (list.hpp), and a preview has no payments.
void add(const View& view, std::string_view name, Json& node) {
  if (node.contains(name) || !node.contains("id")) return;
  const auto id = node["id"].get<std::string>();
  if (name == "line_items") {
    node["line_items"] = line_items_shown(view, view.world.sessions.at(id));
    return;
  }
  const Invoice* invoice = view.world.invoices.find(id);
  if (invoice == nullptr) return;
  if (name == "payments") node["payments"] = invoice_payments_shown(view, *invoice);
  if (name == "confirmation_secret") {
    node["confirmation_secret"] = confirmation_secret(view.world, *invoice);
  }
}

void expand_along(const View& view, std::string_view kind, std::span<const std::string_view> steps,
                  Json& node) {
  if (node.is_array()) {
    for (Json& element : node) expand_along(view, kind, steps, element);
    return;
  }
  // A deleted object shows three keys and nothing to expand.
  if (steps.empty() || !node.is_object() || node.contains("deleted")) return;
  const auto way = edge(kind, steps.front(), view.version);
  if (way->way == Way::added) add(view, steps.front(), node);
  const auto found = node.find(steps.front());
  if (found == node.end() || found->is_null()) return;
  if (found->is_string()) *found = referenced(view, way->to, found->get<std::string>());
  expand_along(view, way->to, steps.subspan(1), *found);
}

}  // namespace

void check_expand(const Json& params, std::string_view returns, Version version) {
  const auto paths = params.find("expand");
  if (paths == params.end()) return;
  for (const Json& each : *paths) {
    const auto path = each.get<std::string>();
    if (steps_of(path).size() > levels_max) {
      throw Refusal{.message = fmt::format(
                        "You cannot expand more than 4 levels of a property. Property: {}", path),
                    .executed = false};
    }
    if (expandable(path, returns, version)) continue;
    const bool hint = returns.starts_with("list:") && expandable("data." + path, returns, version);
    throw Refusal{.message = fmt::format("This property cannot be expanded ({}).{}", path,
                                         hint ? fmt::format(" You may want to try expanding "
                                                            "'data.{}' instead.",
                                                            path)
                                              : ""),
                  .executed = false};
  }
}

void apply_expand(const View& view, const Json& params, std::string_view returns, Json& answer) {
  const auto paths = params.find("expand");
  if (paths == params.end()) return;
  for (const Json& each : *paths) {
    const auto path = each.get<std::string>();
    expand_along(view, returns, steps_of(path), answer);
  }
}

}  // namespace sandbox
