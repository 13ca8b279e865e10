// SPDX-License-Identifier: Apache-2.0
#include "simulation/webhook_history.hpp"

#include <billing/entropy.hpp>
#include <billing/observer.hpp>
#include <billing/stripe_client.hpp>
#include <billing/webhooks.hpp>

#include "support/webhook_world.hpp"

namespace billing::tests {
namespace {

class SilentObserver final : public Observer {
  void observe(const Observation& /*observation*/) override {}
};

using Json = nlohmann::json;

/// Without what is null, which reads alike: to read all that again and again is most of what a
/// schedule would take.
Json terse(Json value) {
  if (!value.is_structured()) return value;
  Json kept = value.is_array() ? Json::array() : Json::object();
  for (auto each = value.begin(); each != value.end(); ++each) {
    if (each->is_null()) continue;
    if (value.is_array()) {
      kept.push_back(terse(*each));
    } else {
      kept[each.key()] = terse(*each);
    }
  }
  return kept;
}

/// A list of events whose objects have their names alone.
Json hints_only(Json list) {
  for (Json& each : list.at("data")) {
    const Json object = std::move(each.at("data").at("object"));
    Json hint = {{"id", object.at("id")}, {"object", object.at("object")}};
    if (object.contains("customer")) hint["customer"] = object.at("customer");
    each.at("data") = {{"object", std::move(hint)}};
  }
  return list;
}

class Recorder {
 public:
  explicit Recorder(WebhookHistory& history) : history_(history) {
    history_.customer = CustomerId(shop_.user());
    // Of no interest: before there was a user.
    shop_.fresh_events();
  }

  void record() {
    const std::string robin = history_.customer.text();
    const std::string subscription = shop_.buy_unheard(robin, "monthlyPrice");
    take();
    shop_.use_card(robin, subscription, "pm_card_chargeCustomerFail");
    take();
    pass(std::chrono::hours(72) + std::chrono::minutes(1));
    pass(std::chrono::hours(1));
    shop_.use_card(robin, subscription, "pm_card_visa");
    history_.card_fixed = history_.snapshots.size();
    take();
    const auto open = shop_.stripe("GET", "/v1/invoices?status=open&customer=" + robin);
    shop_.stripe("POST",
                 "/v1/invoices/" + open.at("data").at(0).at("id").get<std::string>() + "/pay");
    history_.paid = history_.snapshots.size();
    take();
    pass(std::chrono::hours(24));
    shop_.stripe("DELETE", "/v1/subscriptions/" + subscription);
    take();
  }

 private:
  void pass(std::chrono::milliseconds time) {
    shop_.world.clock().advance(time);
    take();
  }

  void take() {
    for (const Json& each : shop_.fresh_events()) {
      const auto& types = webhook_types();
      if (std::ranges::find(types, each.at("type").get<std::string>()) == types.end()) continue;
      history_.events.push_back(terse(each).dump());
      history_.objects.push_back(each.at("data").at("object").at("id"));
    }
    Snapshot snapshot;
    snapshot.events = history_.events.size();
    shop_.world.network().witness = [&](const HttpRequest& request,
                                        const sandbox::HttpResponse& answer) {
      HttpResponse& kept = snapshot.answers[request.path];
      kept.status = answer.status;
      Json body = terse(Json::parse(answer.body));
      if (request.path == "/v1/events") body = hints_only(std::move(body));
      kept.body = body.dump();
    };
    read_all();
    shop_.world.network().witness = nullptr;
    history_.snapshots.push_back(std::move(snapshot));
  }

  /// By the product's own client, so that what is kept is what it asks for.
  void read_all() {
    stripe::Client client(shop_.world.network(), shop_.world.clock(), entropy_, silent_,
                          {.secret_key = "sk_test_simulation"});
    REQUIRE(client.customer(history_.customer).has_value());
    const auto subscriptions = client.subscriptions(history_.customer);
    REQUIRE(subscriptions.has_value());
    for (const Subscription& each : *subscriptions) {
      REQUIRE(client.subscription(each.id).has_value());
    }
    const auto invoices = client.invoices(history_.customer);
    REQUIRE(invoices.has_value());
    for (const stripe::Invoice& each : *invoices) {
      REQUIRE(client.invoice(each.id).has_value());
    }
    const auto sessions = shop_.stripe("GET", "/v1/checkout/sessions");
    for (const Json& each : sessions.at("data")) {
      REQUIRE(client.checkout_session(CheckoutSessionId(each.at("id").get<std::string>())));
    }
    const auto events = client.events(webhook_types(), Second());
    REQUIRE(events.has_value());
    REQUIRE_MESSAGE(events->size() < 100, "more than a page");
  }

  WebhookHistory& history_;
  WebhookWorld shop_;
  SeededEntropy entropy_{1};
  SilentObserver silent_;
};

}  // namespace

WebhookHistory record_history() {
  WebhookHistory history;
  Recorder(history).record();
  return history;
}

}  // namespace billing::tests
