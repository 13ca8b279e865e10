// SPDX-License-Identifier: Apache-2.0
#include <billing/provisioning.hpp>

#include "client_worlds.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using billing::CustomerId;
using billing::ErrorCode;
using billing::InvoiceId;
using billing::PaymentMethodId;
using billing::PriceRole;
using billing::ProductId;
using billing::Second;
using billing::SubscriptionId;
using billing::stripe::Invoice;
using billing::tests::ClientWorld;
using billing::tests::InProcess;
using billing::tests::OverSocket;

namespace {

nlohmann::json past_the_client(auto& world, const std::string& path, const std::string& body) {
  const auto answer = world.raw("POST", path, {}, body);
  REQUIRE_MESSAGE(answer.status == 200, answer.body);
  return nlohmann::json::parse(answer.body);
}

/// A customer who pays with that test card.
CustomerId payer(auto& world, const std::string& card) {
  return CustomerId(past_the_client(world, "/v1/customers",
                                    "email=ada@example.com&payment_method=pm_card_" + card +
                                        "&invoice_settings[default_payment_method]=pm_card_" + card)
                        .at("id"));
}

ProductId product_in(auto& world) {
  return ProductId(past_the_client(world, "/v1/products", "name=Session").at("id"));
}

Invoice draft_of(auto& world, const CustomerId& customer) {
  const auto draft = world.client.create_invoice({.customer = customer,
                                                  .currency = "usd",
                                                  .description = "what was left",
                                                  .metadata = {{"subscription", "sub_ended"}}},
                                                 world.key());
  REQUIRE_MESSAGE(draft, draft.error().message);
  return *draft;
}

billing::stripe::InvoiceItem add_sessions(auto& world, const CustomerId& customer,
                                          const InvoiceId& invoice, const ProductId& product,
                                          std::int64_t quantity) {
  const auto item =
      world.client.create_invoice_item({.customer = customer,
                                        .invoice = invoice,
                                        .unit_amount = {8000, "usd"},
                                        .product = product,
                                        .quantity = quantity,
                                        .description = "sessions",
                                        .period_start = Second(std::chrono::seconds(1'767'000'000)),
                                        .period_end = Second(std::chrono::seconds(1'767'200'000)),
                                        .metadata = {{"event", "use_1"}}},
                                       world.key());
  REQUIRE_MESSAGE(item, item.error().message);
  return *item;
}

/// An open invoice over $160.00.
Invoice open_invoice(auto& world, const CustomerId& customer) {
  const Invoice draft = draft_of(world, customer);
  add_sessions(world, customer, draft.id, product_in(world), 2);
  const auto open = world.client.finalize_invoice(draft.id, world.key());
  REQUIRE_MESSAGE(open, open.error().message);
  return *open;
}

/// A subscription on demand, and where its usage goes.
struct OnDemand {
  CustomerId customer;
  SubscriptionId subscription;
  billing::SubscriptionItem item;
  billing::PriceId workshop;
};

OnDemand subscribe(auto& world) {
  const auto catalog = billing::devchat_catalog("green").value();
  REQUIRE(billing::provision(world.client, catalog, {}));
  const auto offerings = billing::read_offerings(world.client, catalog);
  REQUIRE(offerings);
  const CustomerId customer = payer(world, "visa");
  const auto session = world.client.create_checkout_session(
      {.customer = customer,
       .price = *offerings->find(PriceRole::on_demand),
       .challenge_id = "green",
       .success_url = "http://127.0.0.1/dashboard?session_id={CHECKOUT_SESSION_ID}",
       .cancel_url = "http://127.0.0.1/dashboard"},
      world.key());
  REQUIRE(session);
  world.pay(*session);
  const auto subscriptions = world.client.subscriptions(customer);
  REQUIRE(subscriptions);
  REQUIRE(subscriptions->size() == 1);
  return {.customer = customer,
          .subscription = subscriptions->front().id,
          .item = subscriptions->front().items.front(),
          .workshop = offerings->find(PriceRole::workshop)->id};
}

}  // namespace

TEST_CASE_TEMPLATE("an invoice made by hand is filled, finalised and paid step by step", Way,
                   InProcess, OverSocket) {
  ClientWorld<Way> world;
  const CustomerId customer = payer(world, "visa");
  const Invoice draft = draft_of(world, customer);
  CHECK(draft.status == "draft");
  CHECK(draft.customer == customer);
  CHECK(draft.subscription.empty());
  CHECK(draft.number.empty());
  CHECK_FALSE(draft.auto_advance);
  CHECK(draft.lines.empty());
  CHECK(draft.metadata.at("subscription") == "sub_ended");

  const ProductId product = product_in(world);
  const auto item = add_sessions(world, customer, draft.id, product, 2);
  CHECK(item.customer == customer);
  CHECK(item.invoice == draft.id);
  CHECK(item.subscription.empty());
  CHECK(item.description == "sessions");
  CHECK(item.quantity == 2);
  CHECK((item.amount == billing::Money{16000, "usd"}));
  CHECK(item.metadata.at("event") == "use_1");
  const auto filled = world.client.invoice(draft.id);
  REQUIRE_MESSAGE(filled, filled.error().message);
  CHECK((filled->total == billing::Money{16000, "usd"}));
  REQUIRE(filled->lines.size() == 1);
  const auto& line = filled->lines.front();
  CHECK(line.invoice_item == item.id);
  CHECK(line.item.empty());
  CHECK_FALSE(line.metered);
  CHECK(line.quantity == 2);
  CHECK(line.period_start == Second(std::chrono::seconds(1'767'000'000)));
  CHECK(line.period_end == Second(std::chrono::seconds(1'767'200'000)));

  const auto open = world.client.finalize_invoice(draft.id, world.key());
  REQUIRE_MESSAGE(open, open.error().message);
  CHECK(open->status == "open");
  CHECK_FALSE(open->number.empty());
  CHECK(open->hosted_invoice_url.starts_with("http"));
  CHECK_FALSE(open->attempted);
  CHECK((open->amount_remaining == billing::Money{16000, "usd"}));
  const auto paid = world.client.pay_invoice(draft.id, {}, world.key());
  REQUIRE_MESSAGE(paid, paid.error().message);
  CHECK(paid->status == "paid");
  CHECK(paid->attempted);
  CHECK(paid->amount_remaining.minor == 0);
  const auto all = world.client.invoices(customer);
  REQUIRE(all);
  REQUIRE(all->size() == 1);
  CHECK(all->front().status == "paid");
  CHECK(all->front().failed_payment_method.empty());
  CHECK(all->front().metadata == draft.metadata);
}

TEST_CASE_TEMPLATE("a declined invoice says which card failed, and another card pays it", Way,
                   InProcess, OverSocket) {
  ClientWorld<Way> world;
  const CustomerId customer = payer(world, "chargeCustomerFail");
  const auto whose = world.client.customer(customer);
  REQUIRE(whose);
  REQUIRE_FALSE(whose->default_payment_method.empty());
  const Invoice open = open_invoice(world, customer);
  const auto declined = world.client.pay_invoice(open.id, {}, world.key());
  REQUIRE_FALSE(declined);
  CHECK(declined.error().code == ErrorCode::invalid);
  REQUIRE(declined.error().stripe);
  CHECK(declined.error().stripe->status == 402);
  CHECK(declined.error().stripe->code == "card_declined");

  const auto after = world.client.invoice(open.id);
  REQUIRE_MESSAGE(after, after.error().message);
  CHECK(after->status == "open");
  CHECK(after->attempted);
  CHECK(after->failed_payment_method == whose->default_payment_method);
  const auto listed = world.client.invoices(customer);
  REQUIRE_MESSAGE(listed, listed.error().message);
  CHECK(listed->front().failed_payment_method == whose->default_payment_method);

  const auto left = world.client.let_stripe_collect(open.id, world.key());
  REQUIRE_MESSAGE(left, left.error().message);
  CHECK(left->auto_advance);
  const PaymentMethodId other(past_the_client(world, "/v1/payment_methods/pm_card_visa/attach",
                                              "customer=" + customer.text())
                                  .at("id"));
  const auto paid = world.client.pay_invoice(open.id, other, world.key());
  REQUIRE_MESSAGE(paid, paid.error().message);
  CHECK(paid->status == "paid");
}

TEST_CASE_TEMPLATE("an invoice of more than ten lines is read whole, alone and in the list", Way,
                   InProcess, OverSocket) {
  ClientWorld<Way> world;
  const CustomerId customer = payer(world, "visa");
  const Invoice draft = draft_of(world, customer);
  const ProductId product = product_in(world);
  for (int quantity = 1; quantity <= 12; ++quantity) {
    add_sessions(world, customer, draft.id, product, quantity);
  }
  const auto sum = [](const Invoice& invoice) {
    std::int64_t quantity = 0;
    for (const auto& line : invoice.lines) quantity += line.quantity;
    return quantity;
  };
  const auto whole = world.client.invoice(draft.id);
  REQUIRE_MESSAGE(whole, whole.error().message);
  CHECK(whole->lines.size() == 12);
  CHECK(sum(*whole) == 78);
  const auto listed = world.client.invoices(customer);
  REQUIRE_MESSAGE(listed, listed.error().message);
  REQUIRE(listed->size() == 1);
  CHECK(listed->front().lines.size() == 12);
  CHECK(sum(listed->front()) == 78);
  const auto written = world.client.finalize_invoice(draft.id, world.key());
  REQUIRE(written);
  CHECK(written->lines.size() == 10);
}

TEST_CASE_TEMPLATE("what is deleted is not found, and deleting it again is fine", Way, InProcess,
                   OverSocket) {
  ClientWorld<Way> world;
  const CustomerId customer = payer(world, "visa");
  const Invoice draft = draft_of(world, customer);
  const auto item = add_sessions(world, customer, draft.id, product_in(world), 1);
  for (int times = 0; times < 2; ++times) {
    const auto removed = world.client.delete_invoice_item(item.id);
    CHECK_MESSAGE(removed, removed.error().message);
  }
  CHECK(world.client.invoice_items(customer)->empty());
  CHECK(world.client.invoice(draft.id)->lines.empty());
  for (int times = 0; times < 2; ++times) {
    const auto removed = world.client.delete_draft_invoice(draft.id);
    CHECK_MESSAGE(removed, removed.error().message);
  }
  const auto gone = world.client.invoice(draft.id);
  REQUIRE_FALSE(gone);
  CHECK(gone.error().code == ErrorCode::not_found);
  CHECK(gone.error().stripe->status == 404);

  const auto refused = world.client.delete_draft_invoice(open_invoice(world, customer).id);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::invalid);

  REQUIRE(world.raw("DELETE", "/v1/customers/" + customer.text()).status == 200);
  const auto former = world.client.customer(customer);
  REQUIRE_MESSAGE(former, former.error().message);
  CHECK(former->deleted);
}

TEST_CASE_TEMPLATE("a workshop waits on the subscription's next invoice until it is deleted", Way,
                   InProcess, OverSocket) {
  ClientWorld<Way> world;
  const OnDemand bought = subscribe(world);
  CHECK(world.client.price(bought.workshop)->unit_amount == 8000);
  const auto key = world.key();
  const billing::stripe::NewInvoiceItem six{.customer = bought.customer,
                                            .subscription = bought.subscription,
                                            .price = bought.workshop,
                                            .quantity = 6,
                                            .metadata = {{"event", "use_6"}}};
  const auto item = world.client.create_invoice_item(six, key);
  REQUIRE_MESSAGE(item, item.error().message);
  CHECK(item->subscription == bought.subscription);
  CHECK(item->price == bought.workshop);
  CHECK(item->invoice.empty());
  CHECK((item->amount == billing::Money{48000, "usd"}));
  CHECK(world.client.create_invoice_item(six, key)->id == item->id);
  const auto waiting = world.client.invoice_items(bought.customer);
  REQUIRE_MESSAGE(waiting, waiting.error().message);
  REQUIRE(waiting->size() == 1);
  CHECK(waiting->front().metadata.at("event") == "use_6");

  const auto line_of_item = [&] {
    const auto coming = world.client.upcoming_invoice(bought.subscription);
    REQUIRE_MESSAGE(coming, coming.error().message);
    for (const auto& line : coming->lines) {
      if (line.invoice_item == item->id) return line.quantity;
    }
    return std::int64_t{0};
  };
  CHECK(line_of_item() == 6);
  CHECK(world.client.delete_invoice_item(item->id));
  CHECK(line_of_item() == 0);
}

TEST_CASE_TEMPLATE("a period's invoice has its usage as a metered line of the item", Way, InProcess,
                   OverSocket) {
  ClientWorld<Way> world;
  const OnDemand bought = subscribe(world);
  for (const int second : {1, 2, 3}) {
    REQUIRE(world.client.create_usage_record(
        {.item = bought.item.id,
         .timestamp = bought.item.period_start + std::chrono::seconds(second)},
        world.key()));
  }
  const auto ahead = bought.item.period_end - bought.item.period_start + std::chrono::hours(2);
  REQUIRE(world
              .raw("POST", "/_sandbox/clock", {},
                   R"({"advance": )" + std::to_string(ahead.count()) + "}")
              .status == 200);
  const auto invoices = world.client.invoices(bought.customer);
  REQUIRE_MESSAGE(invoices, invoices.error().message);
  REQUIRE_FALSE(invoices->empty());
  const Invoice& newest = invoices->front();
  CHECK(newest.subscription == bought.subscription);
  CHECK(newest.status == "paid");
  REQUIRE(newest.lines.size() == 1);
  const auto& line = newest.lines.front();
  CHECK(line.metered);
  CHECK(line.item == bought.item.id);
  CHECK(line.invoice_item.empty());
  CHECK(line.quantity == 3);
  CHECK((line.amount == billing::Money{24000, "usd"}));
  CHECK(line.period_start == bought.item.period_start);
  CHECK(line.period_end == bought.item.period_end);
}
