// SPDX-License-Identifier: Apache-2.0
#include "unit/final/ended_subscription.hpp"

namespace billing::tests {
namespace {

using Json = nlohmann::json;
using simulation::Network;

constexpr const char* no_such_item =
    R"({"error": {"message": "No such item", "type": "invalid_request_error"}})";

}  // namespace

TEST_CASE("What was used and not invoiced when a subscription ends is on one invoice, and paid") {
  EndedSubscription at;
  at.use(2);
  at.end_and_bill();
  at.check_two_sessions_billed("paid");
  const Json invoice = at.final_invoices()[0];
  CHECK(invoice["lines"]["data"][0]["description"].get<std::string>().starts_with("2 × "));
  CHECK(invoice["lines"]["data"][0]["period"]["end"] ==
        at.row().ended_at.time_since_epoch().count());
  CHECK(invoice["default_payment_method"].is_string());
  CHECK(invoice["metadata"]["challenge_id"] == "simulated-green-narwhal");
  const auto stored = at.world.store().invoices(CustomerId(at.robin));
  CHECK(stored->at(0).id == at.row().invoice);
  CHECK(stored->at(0).status == "paid");
  CHECK(stored->at(0).hosted_invoice_url == invoice["hosted_invoice_url"]);
}

TEST_CASE("Nothing is reckoned before ten minutes have passed at Stripe") {
  EndedSubscription at;
  at.use(1);
  at.end();
  at.learn();
  at.pass(std::chrono::minutes(9));
  CHECK_FALSE(at.world.step_final_invoices());
  at.pass(std::chrono::minutes(1));
  CHECK(at.world.step_final_invoices());
  CHECK(at.row().step == FinalStep::frozen);
}

TEST_CASE("Clicks that were not delivered at the end are billed, later ones are refused") {
  EndedSubscription at;
  at.use(1);
  CHECK(at.arrange() == 202);
  at.end();
  // The server hasn't heard of the end yet.
  at.pass(std::chrono::seconds(5));
  CHECK(at.arrange() == 202);
  at.world.drain();
  at.learn();
  at.world.finish_final_invoices();
  at.check_two_sessions_billed("paid");
  const auto events = at.events();
  CHECK(events[0].state == EventState::refused);
  CHECK(events[1].state == EventState::final_invoice);
  CHECK(events[2].state == EventState::delivered);
}

TEST_CASE("What is still on its way is waited for") {
  EndedSubscription at;
  at.use(1);
  at.arrange();
  at.end();
  at.learn();
  at.pass(std::chrono::minutes(20));
  CHECK_FALSE(at.world.step_final_invoices());
  CHECK(at.row().step == FinalStep::settling);
  at.world.finish_final_invoices();
  at.check_two_sessions_billed("paid");
}

TEST_CASE("Where Stripe has invoiced the rest itself, nothing is owed") {
  EndedSubscription at;
  at.use(2);
  at.end_and_bill("?invoice_now=true");
  CHECK(at.row().outcome == "nothing_owed");
  CHECK(at.row().reason.empty());
  CHECK(at.final_invoices().empty());
  CHECK(at.invoices().at(0)["total"] == 16'000);
}

TEST_CASE(
    "A session that had reached Stripe, though its answer was lost, is billed by Stripe alone") {
  EndedSubscription at;
  at.arrange();
  int lost = 0;
  at.world.weather = [&](const HttpRequest& request, auto) {
    if (!request.path.ends_with("/usage_records") || lost > 0) return Network::carries;
    ++lost;
    return Network::loses_answer;
  };
  at.world.deliver_once();
  REQUIRE(lost == 1);
  at.pass(std::chrono::hours(25));
  at.end("?invoice_now=true");
  at.learn();
  at.world.finish_final_invoices();
  CHECK(at.row().outcome == "nothing_owed");
  CHECK(at.events()[0].state == EventState::delivered);
  CHECK(at.events()[0].reason.find(at.invoices().at(0)["id"].get<std::string>()) !=
        std::string::npos);
  CHECK(at.events()[0].final_invoice_of.empty());
}

TEST_CASE(
    "A draft over the last period, which Stripe stopped with the end, is collected after all") {
  EndedSubscription at;
  at.use(2);
  at.pass(std::chrono::hours(24 * 31) - std::chrono::minutes(1));
  REQUIRE(at.invoices().at(0)["status"] == "draft");
  at.end();
  REQUIRE(at.invoices().at(0)["auto_advance"] == false);
  at.learn();
  at.world.finish_final_invoices();
  CHECK(at.row().outcome == "nothing_owed");
  at.pass(std::chrono::hours(2));
  CHECK(at.invoices().at(0)["status"] == "paid");
  CHECK(at.invoices().at(0)["total"] == 16'000);
}

TEST_CASE("A subscription of which nothing was used has no final invoice") {
  EndedSubscription at;
  const auto before = at.invoices().size();
  at.end_and_bill();
  CHECK(at.row().outcome == "nothing_owed");
  CHECK(at.invoices().size() == before);
}

TEST_CASE("A declined final invoice is left open, with a page, for Stripe to collect") {
  EndedSubscription at;
  at.use(2);
  at.decline_from_now_on();
  at.end_and_bill();
  at.check_two_sessions_billed("open");
  const Json invoice = at.final_invoices()[0];
  CHECK(invoice["auto_advance"] == true);
  CHECK(invoice["attempt_count"] == 1);
  CHECK(at.world.store().invoices(CustomerId(at.robin))->at(0).hosted_invoice_url ==
        invoice["hosted_invoice_url"]);
}

TEST_CASE("Without the card that was the subscription's, the invoice is left open") {
  EndedSubscription at;
  at.use(2);
  at.end();
  at.learn();
  const auto subscriptions = at.world.store().subscriptions(CustomerId(at.robin));
  const std::string card = subscriptions->at(0).default_payment_method.text();
  REQUIRE_FALSE(card.empty());
  at.post("/v1/payment_methods/" + card + "/detach", "");
  at.world.finish_final_invoices();
  at.check_two_sessions_billed("open");
  CHECK(at.final_invoices()[0]["auto_advance"] == true);
}

TEST_CASE("A final invoice costs what its item cost, whatever is offered today") {
  EndedSubscription at;
  at.use(2);
  at.post("/v1/products/" + Json::parse(at.world.request({.method = "GET", .path = "/offerings"})
                                            .body)["pairCode"]["productId"]
                                .get<std::string>(),
          "name=Something+else");
  at.end();
  at.learn();
  // The price of the item is archived, and another has its place.
  const auto subscriptions = at.world.store().subscriptions(CustomerId(at.robin));
  at.post("/v1/prices/" + subscriptions->at(0).items.at(0).price.text(), "active=false");
  at.world.finish_final_invoices();
  at.check_two_sessions_billed("paid");
}

TEST_CASE("Workshops that wait for an invoice go on the final one, once") {
  EndedSubscription at;
  at.use(1);
  at.register_workshop();
  at.world.drain();
  REQUIRE(at.invoice_items().size() == 1);
  at.end_and_bill();
  const auto found = at.final_invoices();
  REQUIRE(found.size() == 1);
  CHECK(found[0]["status"] == "paid");
  CHECK(found[0]["total"] == 8'000 + 6 * 8'000);
  CHECK(found[0]["lines"]["data"].size() == 2);
  const auto items = at.invoice_items();
  REQUIRE(items.size() == 2);
  for (const Json& each : items) CHECK(each["invoice"] == found[0]["id"]);
  CHECK(items[0]["metadata"].value("event", "") == at.events()[0].event->id.text());
  for (const RecordedEvent& each : at.events()) {
    CHECK(each.final_invoice_of.text() == at.subscription);
  }
}

TEST_CASE("Workshops alone make a final invoice, also where they came to Stripe after the end") {
  for (const bool before : {true, false}) {
    CAPTURE(before);
    EndedSubscription at;
    at.register_workshop();
    if (before) at.world.drain();
    at.end();
    at.world.drain();
    at.learn();
    at.world.finish_final_invoices();
    const auto found = at.final_invoices();
    REQUIRE(found.size() == 1);
    CHECK(found[0]["status"] == "paid");
    CHECK(found[0]["total"] == 6 * 8'000);
    CHECK(at.invoice_items().size() == 1);
    CHECK(at.row().quantity == 0);
    CHECK(at.row().reason.empty());
    CHECK(at.events()[0].final_invoice_of.text() == at.subscription);
  }
}

TEST_CASE("A workshop that waits, and was invoiced by hand meanwhile, is not billed again") {
  EndedSubscription at;
  at.register_workshop();
  at.world.drain();
  at.end();
  at.learn();
  at.post("/v1/invoices", fmt::format("customer={}&subscription={}", at.robin, at.subscription));
  REQUIRE(at.invoice_items().at(0)["invoice"].is_string());
  at.world.finish_final_invoices();
  CHECK(at.row().outcome == "nothing_owed");
  CHECK(at.final_invoices().empty());
}

TEST_CASE("Of two drafts the older stays, and carries everything once") {
  EndedSubscription at;
  at.use(2);
  at.end();
  at.learn();
  at.pass(std::chrono::minutes(10));
  while (at.row().invoice.empty()) REQUIRE(at.world.step_final_invoices());
  const std::string older = at.row().invoice.text();
  const Json younger =
      at.post("/v1/invoices", fmt::format("customer={}&currency=usd&metadata[final_invoice_of]={}",
                                          at.robin, at.subscription));
  at.post(
      "/v1/invoiceitems",
      fmt::format("customer={}&invoice={}&amount=16000&currency=usd&metadata[final_invoice_of]={}",
                  at.robin, younger["id"].get<std::string>(), at.subscription));
  at.world.finish_final_invoices();
  at.check_two_sessions_billed("paid");
  CHECK(at.final_invoices()[0]["id"] == older);
}

TEST_CASE("After the end either package can be bought, and clicks go to the new item alone") {
  EndedSubscription at;
  at.use(2);
  at.end();
  at.learn();
  CHECK(at.arrange() == 409);
  at.world.buy(at.robin);
  const int status = at.arrange();
  const bool taken = status == 200 || status == 202;
  CHECK(taken);
  at.world.drain();
  at.world.finish_final_invoices();
  at.check_two_sessions_billed("paid");
  const auto events = at.events();
  CHECK(events[0].state == EventState::delivered);
  CHECK(events[0].event->item != events[1].event->item);
  CHECK(events[0].final_invoice_of.empty());
}

TEST_CASE(
    "After the end the monthly package can be bought, and the final invoice comes all the same") {
  EndedSubscription at;
  at.use(2);
  at.end();
  at.learn();
  at.world.buy(at.robin, "monthlyPrice");
  CHECK(at.arrange() == 409);
  at.world.finish_final_invoices();
  at.check_two_sessions_billed("paid");
  const auto subscriptions = at.world.store().subscriptions(CustomerId(at.robin));
  REQUIRE(subscriptions->size() == 2);
  CHECK(subscriptions->at(0).status == "trialing");
}

TEST_CASE("Usage that Stripe refuses though the subscription goes on is refused, with its reason") {
  EndedSubscription at;
  const std::string item =
      at.world.store().subscriptions(CustomerId(at.robin))->at(0).items.at(0).id.text();
  at.arrange();
  at.world.weather = [&](const HttpRequest& request, auto) -> simulation::Passage {
    simulation::Passage passage;
    if (!request.path.ends_with("/usage_records")) return passage;
    passage.works = false;
    passage.instead = HttpResponse{.status = 404, .headers = {}, .body = no_such_item};
    return passage;
  };
  at.world.drain();
  REQUIRE(at.events()[0].state == EventState::final_invoice);
  at.world.finish_final_invoices();
  CHECK(at.events()[0].state == EventState::refused);
  CHECK(at.events()[0].reason.find("No such item") != std::string::npos);
  CHECK(at.world.final_invoices().list()->empty());
}

TEST_CASE("What somebody else does to the final invoice ends it, with a reason") {
  const auto at_draft = [](EndedSubscription& at) {
    at.use(2);
    at.end();
    at.learn();
    at.pass(std::chrono::minutes(10));
    while (at.row().invoice.empty()) REQUIRE(at.world.step_final_invoices());
    return "/v1/invoices/" + at.row().invoice.text();
  };
  SUBCASE("deleted") {
    EndedSubscription at;
    REQUIRE(at.world.at_stripe("DELETE", at_draft(at)).status == 200);
    at.world.finish_final_invoices();
    CHECK(at.row().outcome == "deleted");
    CHECK(at.row().reason.find("by hand") != std::string::npos);
    CHECK(at.final_invoices().empty());
  }
  SUBCASE("finalized before anything was on it") {
    EndedSubscription at;
    at.post(at_draft(at) + "/finalize", "");
    at.world.finish_final_invoices();
    CHECK(at.row().outcome == "paid");
    CHECK(at.row().reason.find("bills 0 sessions where 2 are owed") != std::string::npos);
  }
  SUBCASE("finalized and voided") {
    EndedSubscription at;
    const std::string invoice = at_draft(at);
    at.world.step_final_invoices();
    at.post(invoice + "/finalize", "");
    at.post(invoice + "/void", "");
    at.world.finish_final_invoices();
    CHECK(at.row().outcome == "void");
    CHECK(at.final_invoices().empty());
  }
  SUBCASE("the customer deleted") {
    EndedSubscription at;
    at.use(2);
    REQUIRE(at.world.at_stripe("DELETE", "/v1/customers/" + at.robin).status == 200);
    REQUIRE(at.world.store()
                .remember([&] {
                  auto known = at.world.store().subscriptions(CustomerId(at.robin))->at(0);
                  known.status = "canceled";
                  known.ended_at = to_second(at.world.clock().now());
                  return known;
                }())
                .has_value());
    at.world.finish_final_invoices();
    CHECK(at.row().outcome == "customer_deleted");
    for (const RecordedEvent& each : at.events()) {
      CHECK(each.reason.find("was deleted at Stripe") != std::string::npos);
    }
  }
}

TEST_CASE("What Stripe does not take at all is left to a person after a few tries") {
  EndedSubscription at;
  at.use(2);
  at.end();
  at.learn();
  int refused = 0;
  at.world.weather = [&](const HttpRequest& request, auto) {
    simulation::Passage passage;
    if (request.path != "/v1/invoiceitems" || request.method != "POST") return passage;
    ++refused;
    passage.works = false;
    passage.instead = HttpResponse{.status = 400, .headers = {}, .body = no_such_item};
    return passage;
  };
  at.world.finish_final_invoices();
  CHECK(refused == 3);
  CHECK(at.row().outcome == "refused");
  CHECK(at.row().reason.find("No such item") != std::string::npos);
}

TEST_CASE("More than is owed is never billed, and the difference is told") {
  EndedSubscription at;
  at.use(2);
  const std::string item =
      at.world.store().subscriptions(CustomerId(at.robin))->at(0).items.at(0).id.text();
  // Usage that nobody's click explains, invoiced together with the first two.
  at.post("/v1/subscription_items/" + item + "/usage_records",
          fmt::format("quantity=1&timestamp={}&action=increment",
                      to_second(at.world.clock().now()).time_since_epoch().count()));
  at.pass(std::chrono::hours(24 * 31));
  at.learn();
  at.use(2);
  at.end_and_bill();
  CHECK(at.row().outcome == "paid");
  CHECK(at.row().quantity == 1);
  CHECK(at.row().reason.find("invoiced 1 more of " + item + " than the ledger explains") !=
        std::string::npos);
  CHECK(at.final_invoices().at(0)["total"] == 8'000);
  const auto events = at.events();
  CHECK(events[1].final_invoice_of.text() == at.subscription);
  CHECK(events[0].reason.starts_with("not billed: "));
}

}  // namespace billing::tests
