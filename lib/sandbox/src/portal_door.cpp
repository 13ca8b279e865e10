// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"
#include "events.hpp"
#include "page_parts.hpp"
#include "pages.hpp"
#include "payment_methods.hpp"
#include "portal.hpp"
#include "portal_page.hpp"
#include "setup_intents.hpp"
#include "timeline.hpp"

#include <array>
#include <vector>

namespace sandbox {
namespace {

constexpr std::size_t postal_code_max = 256;

/// One request to a portal that is open.
struct Visit {
  World& world;
  PortalSession& session;
  const Arrival& arrival;
  std::string at;
  /// Of the subscription or payment method in the path.
  std::string id{};

  /// For the customer; the session itself lives by the sandbox's time.
  std::int64_t now() const { return time_of(world, world.customers.at(session.customer)); }
  bool posts() const { return arrival.request.method == "POST"; }
  PortalView view() const { return {world, session, at}; }
};

HttpResponse home(const Visit& visit, const std::string& notice) {
  return onward(visit.at + "?done=" + notice);
}

// The end of what was asked for; a flow may lead elsewhere than to the first page.
HttpResponse finished(const Visit& visit, const std::string& notice) {
  PortalSession& session = visit.session;
  if (session.flow.is_null() || session.flow_done) return home(visit, notice);
  session.flow_done = true;
  const Json& after = session.flow["after_completion"];
  if (after["type"] == "redirect") return onward(after["redirect"]["return_url"]);
  if (after["type"] == "hosted_confirmation") return onward(visit.at + "/done");
  return home(visit, notice);
}

std::string flow_start(const Visit& visit) {
  const Json& flow = visit.session.flow;
  if (flow["type"] == "payment_method_update") return visit.at + "/payment-methods";
  return visit.at + "/subscriptions/" +
         flow["subscription_cancel"]["subscription"].get<std::string>() + "/cancel";
}

HttpResponse show_home(const Visit& visit) {
  const bool stays = visit.arrival.query == "stay";
  if (!visit.session.flow.is_null() && !visit.session.flow_done && !stays) {
    return onward(flow_start(visit));
  }
  constexpr std::string_view done = "done=";
  const std::string_view query = visit.arrival.query;
  return page(200,
              portal_home(visit.view(), query.starts_with(done) ? query.substr(done.size()) : ""));
}

HttpResponse show_done(const Visit& visit) {
  if (visit.session.flow.is_null() || !visit.session.flow_done) return onward(visit.at);
  return page(200, confirmation_page(visit.view()));
}

const Json& cancel_feature(const Visit& visit) {
  return visit.view().configuration().features["subscription_cancel"];
}

// The subscription in the path if it is this customer's and may be canceled here.
Subscription* own_subscription(const Visit& visit) {
  Subscription* subscription = visit.world.subscriptions.find(visit.id);
  const bool own = subscription != nullptr && subscription->customer == visit.session.customer;
  return own && visit.view().configuration().allows("subscription_cancel") ? subscription : nullptr;
}

template <class Change>
void change(World& world, Subscription& subscription, Change how) {
  const Pictures before = pictured(world, subscription);
  how();
  emit_change(world, time_of(world, subscription), "customer.subscription.updated", before,
              subscription);
}

HttpResponse cancel_step(const Visit& visit) {
  Subscription* subscription = own_subscription(visit);
  if (subscription == nullptr) return page(404, unknown_page());
  if (subscription->ended() || subscription->cancel_at_period_end) return home(visit, "");
  if (!visit.posts()) return page(200, cancel_page(visit.view(), *subscription));
  const Json& feature = cancel_feature(visit);
  const bool at_once = feature["mode"] == "immediately";
  if (at_once) {
    cancel(visit.world, *subscription, visit.now());
  } else {
    change(visit.world, *subscription,
           [&] { cancel_at_period_end(*subscription, true, visit.now()); });
  }
  const Json& reason = feature["cancellation_reason"];
  if (reason["enabled"] && !reason["options"].empty()) {
    return onward(visit.at + "/subscriptions/" + visit.id + "/reason");
  }
  return finished(visit, at_once ? "canceled" : "ending");
}

HttpResponse reason_step(const Visit& visit) {
  Subscription* subscription = own_subscription(visit);
  if (subscription == nullptr) return page(404, unknown_page());
  if (!subscription->ended() && !subscription->cancel_at_period_end) return home(visit, "");
  if (!visit.posts()) return page(200, reason_page(visit.view(), *subscription));
  const std::string reason(form_of(visit.arrival).text("reason"));
  const Json& offered = cancel_feature(visit)["cancellation_reason"]["options"];
  if (std::ranges::find(offered, Json(reason)) != offered.end()) {
    change(visit.world, *subscription, [&] { subscription->cancel_feedback = reason; });
  }
  return finished(visit, subscription->ended() ? "canceled" : "ending");
}

HttpResponse renew_step(const Visit& visit) {
  Subscription* subscription = own_subscription(visit);
  if (subscription == nullptr) return page(404, unknown_page());
  if (!visit.posts() || subscription->ended()) return home(visit, "");
  change(visit.world, *subscription,
         [&] { cancel_at_period_end(*subscription, false, visit.now()); });
  return home(visit, "renewed");
}

// Also for subscriptions with a card of their own: who changes the card means all of them.
void charge_with(World& world, const PaymentMethod& method) {
  Customer& customer = world.customers.at(*method.customer);
  const Pictures before = pictured(world, customer);
  customer.default_payment_method = method.id;
  emit_change(world, time_of(world, customer), "customer.updated", before, customer);
  for (const std::size_t at : world.subscriptions_by_customer.of(*method.customer)) {
    Subscription& subscription = world.subscriptions[at];
    if (!subscription.ended() && subscription.default_payment_method) {
      change(world, subscription, [&] { subscription.default_payment_method = method.id; });
    }
  }
}

HttpResponse keep_card(const Visit& visit, const Payment& payment) {
  World& world = visit.world;
  const Customer& customer = world.customers.at(visit.session.customer);
  Payment typed = payment;
  typed.name = customer.name.value_or("");
  PaymentMethod& method =
      add_payment_method(world, method_from(typed, customer.email.value_or("")), visit.now());
  attach(world, method, customer.id);
  add_succeeded_setup_intent(world, method);
  charge_with(world, method);
  return finished(visit, "card-added");
}

HttpResponse add_card(const Visit& visit) {
  if (!visit.posts()) return page(200, add_card_page(visit.view(), {}, {}, {}));
  const Form form = form_of(visit.arrival);
  Payment payment;
  payment.postal_code = trimmed(form.text("postalCode").substr(0, postal_code_max));
  if (form.text("country").size() == 2) payment.country = form.text("country");
  const CardErrors errors = read_card(
      {.number = form.text("number"), .expiry = form.text("expiry"), .cvc = form.text("cvc")},
      visit.now(), payment);
  visit.session.awaiting.reset();
  if (errors.any()) return page(400, add_card_page(visit.view(), payment, errors, {}));
  if (asks_owner(payment.card)) {
    visit.session.awaiting = payment;
    return onward(visit.at + "/authenticate");
  }
  const std::string declined = bank_error(payment.card, false);
  if (!declined.empty()) return page(402, add_card_page(visit.view(), payment, {}, declined));
  return keep_card(visit, payment);
}

HttpResponse authenticate_card(const Visit& visit) {
  if (!visit.session.awaiting) return onward(visit.at + "/payment-methods");
  const Payment payment = *visit.session.awaiting;
  if (!visit.posts()) {
    return page(200, authentication_page(visit.at + "/authenticate", payment.card->last4()));
  }
  visit.session.awaiting.reset();
  const bool confirmed = form_of(visit.arrival).text("authentication") == "complete";
  const std::string declined =
      confirmed ? bank_error(payment.card, false) : std::string(authentication_failed);
  if (!declined.empty()) return page(402, add_card_page(visit.view(), payment, {}, declined));
  return keep_card(visit, payment);
}

PaymentMethod* own_card(const Visit& visit) {
  PaymentMethod* method = visit.world.payment_methods.find(visit.id);
  return method != nullptr && method->customer == visit.session.customer ? method : nullptr;
}

HttpResponse default_card(const Visit& visit) {
  const PaymentMethod* method = own_card(visit);
  if (method == nullptr) return page(404, unknown_page());
  if (!visit.posts()) return home(visit, "");
  charge_with(visit.world, *method);
  return finished(visit, "card-default");
}

HttpResponse remove_card(const Visit& visit) {
  PaymentMethod* method = own_card(visit);
  if (method == nullptr) return page(404, unknown_page());
  if (!visit.posts() || in_use(visit.world, *method)) return home(visit, "");
  detach(visit.world, *method);
  return home(visit, "card-removed");
}

struct Step {
  /// `*` stands for an id.
  std::vector<std::string_view> path;
  /// What the configuration must allow; empty for what every portal has.
  const char* feature;
  HttpResponse (*run)(const Visit&);
};

const std::vector<Step> steps = {
    {{}, "", show_home},
    {{"done"}, "", show_done},
    {{"subscriptions", "*", "cancel"}, "subscription_cancel", cancel_step},
    {{"subscriptions", "*", "reason"}, "subscription_cancel", reason_step},
    {{"subscriptions", "*", "renew"}, "subscription_cancel", renew_step},
    {{"payment-methods"}, "payment_method_update", add_card},
    {{"authenticate"}, "payment_method_update", authenticate_card},
    {{"payment-methods", "*", "default"}, "payment_method_update", default_card},
    {{"payment-methods", "*", "remove"}, "payment_method_update", remove_card}};

std::vector<std::string_view> parts_of_path(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    parts.push_back(path.substr(0, path.find('/')));
    path.remove_prefix(std::min(path.size(), parts.back().size() + 1));
  }
  return parts;
}

bool leads_to(const std::vector<std::string_view>& parts, const Step& step, std::string& id) {
  if (parts.size() != step.path.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (step.path[i] == "*") {
      id = parts[i];
    } else if (step.path[i] != parts[i]) {
      return false;
    }
  }
  return true;
}

}  // namespace

HttpResponse portal_door(Universe& universe, const Arrival& arrival, std::string_view path,
                         World*& world) {
  std::vector<std::string_view> parts = parts_of_path(path);
  if (parts.empty()) return page(404, unknown_page());
  const std::string secret(parts.front());
  parts.erase(parts.begin());
  world =
      world_that(universe, [&](World& w) { return w.portal_session_by_secret.contains(secret); });
  if (world == nullptr) return page(404, unknown_page());
  advance(*world, arrival.now);
  PortalSession& session = world->portal_sessions.at(world->portal_session_by_secret.at(secret));
  if (!open_at(session, arrival.now) || world->customers.at(session.customer).deleted) {
    return page(arrival.request.method == "POST" ? 410 : 200,
                small_page("This link has expired",
                           "Go back to where you came from and open your billing page again.", ""));
  }
  if (!session.opened) session.opened = arrival.now;
  Visit visit{*world, session, arrival, "/p/session/" + secret};
  for (const Step& step : steps) {
    if (!leads_to(parts, step, visit.id)) continue;
    const bool allowed = *step.feature == '\0' || visit.view().configuration().allows(step.feature);
    return allowed ? step.run(visit) : page(404, unknown_page());
  }
  return page(404, unknown_page());
}

}  // namespace sandbox
