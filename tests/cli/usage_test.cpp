// SPDX-License-Identifier: Apache-2.0
#include <billing/entropy.hpp>
#include <billing/sqlite_data.hpp>

#include "program.hpp"

#include <doctest/doctest.h>

#include <array>

using billing::Instant;
using billing::tests::Finished;
using billing::tests::json_of;
using billing::tests::Program;

namespace {

constexpr Instant noon{std::chrono::seconds(1'767'268'800)};  // 2026-01-01T12:00:00Z

/// A ledger with one delivered, one refused and one pending click of Ada, and one pending of Grace,
/// which stays open, as a running server's is.
std::unique_ptr<billing::SqliteData> ledger_at(const std::string& path) {
  auto data = billing::SqliteData::open(path, billing::SqliteAccess::owner);
  REQUIRE_MESSAGE(data, data.error().message);
  billing::SeededEntropy entropy(1);
  int clicks = 0;
  for (const std::string customer : {"cus_ada", "cus_grace"}) {
    const billing::Second start = billing::to_second(noon) - std::chrono::hours(1);
    REQUIRE((*data)->store().remember(
        billing::Subscription{.id = billing::SubscriptionId("sub_" + customer),
                              .customer = billing::CustomerId(customer),
                              .status = "active",
                              .created = start,
                              .items = {{.id = billing::ItemId("si_" + customer),
                                         .price = billing::PriceId("price_1"),
                                         .product = billing::ProductId("prod_1"),
                                         .usage_type = billing::UsageType::metered,
                                         .period_start = start,
                                         .period_end = start + std::chrono::hours(24)}}}));
    for (int i = 0; i < (customer == "cus_ada" ? 3 : 1); ++i) {
      const auto event =
          billing::make_usage_event({.customer = billing::CustomerId(customer),
                                     .item = billing::ItemId("si_" + customer),
                                     .clicked_at = noon + std::chrono::seconds(clicks++)},
                                    entropy);
      REQUIRE(event);
      REQUIRE((*data)->ledger().append(std::make_shared<const billing::UsageEvent>(*event),
                                       noon + std::chrono::minutes(1)));
    }
  }
  return std::move(*data);
}

void settle_next(billing::Ledger& ledger, const billing::Settlement& settlement) {
  const auto later = noon + std::chrono::minutes(1);
  const auto claim = ledger.claim(billing::Moment(), later, std::chrono::minutes(1));
  REQUIRE(claim);
  REQUIRE(*claim);
  REQUIRE(ledger.settle(**claim, settlement));
}

}  // namespace

TEST_CASE("usage is listed newest first, filtered, and beside a server that has the file open") {
  Program program;
  const auto data = ledger_at(program.path_of("billing.db"));
  const Finished all = program.run({"usage", "list", "--json"});
  CHECK(all.exit_status == 0);
  const auto events = json_of(all.out).at("events");
  REQUIRE(events.size() == 4);
  CHECK(events[0].at("customer") == "cus_grace");
  CHECK(events[0].at("clicked_at") == "2026-01-01T12:00:03Z");
  CHECK(events[0].at("state") == "pending");
  CHECK(events[0].at("usage_record").is_null());
  CHECK(events[0].at("event").get<std::string>().starts_with("use_"));

  CHECK(json_of(program.run({"usage", "list", "--customer", "cus_ada", "--json"}).out)
            .at("events")
            .size() == 3);
  const Finished two = program.run({"usage", "list", "--limit", "2", "--json"});
  CHECK(json_of(two.out).at("events").size() == 2);
  CHECK(two.err == "billing: these are the newest 2; try: a larger --limit\n");
}

TEST_CASE("an event shows its state, its id at Stripe, and why it was refused") {
  Program program;
  const auto data = ledger_at(program.path_of("billing.db"));
  settle_next(data->ledger(), {.state = billing::EventState::delivered,
                               .record = billing::UsageRecordId("mbur_1"),
                               .api_version = "2025-02-24.acacia"});
  settle_next(data->ledger(),
              {.state = billing::EventState::refused, .reason = "the subscription has ended"});
  const auto delivered =
      json_of(program.run({"usage", "list", "--state", "delivered", "--json"}).out).at("events");
  REQUIRE(delivered.size() == 1);
  CHECK(delivered[0].at("usage_record") == "mbur_1");
  const Finished refused = program.run({"usage", "list", "--state", "refused"});
  CHECK(refused.out.find("refused") != std::string::npos);
  CHECK(refused.out.find("the subscription has ended") != std::string::npos);
  CHECK(refused.out.find("delivered") == std::string::npos);
}

TEST_CASE("what was used is told beside it, unless it is one session each time") {
  Program program;
  const auto data = ledger_at(program.path_of("billing.db"));
  CHECK(program.run({"usage", "list"}).out.find("KIND") == std::string::npos);
  billing::SeededEntropy entropy(2);
  const auto workshop =
      billing::make_usage_event({.customer = billing::CustomerId("cus_ada"),
                                 .item = billing::ItemId("si_cus_ada"),
                                 .kind = billing::UsageKind::workshop,
                                 .quantity = 6,
                                 .clicked_at = noon,
                                 .subscription = billing::SubscriptionId("sub_cus_ada"),
                                 .price = billing::PriceId("price_2")},
                                entropy);
  REQUIRE(workshop);
  REQUIRE(data->ledger().append(std::make_shared<const billing::UsageEvent>(*workshop), noon));
  const std::string table = program.run({"usage", "list"}).out;
  CHECK(table.find("KIND") < table.find("QUANTITY"));
  CHECK(table.find("QUANTITY") < table.find("STATE"));
  CHECK(table.find("workshop") != std::string::npos);
  const auto newest = json_of(program.run({"usage", "list", "--json"}).out).at("events").at(0);
  CHECK(newest.at("kind") == "workshop");
  CHECK(newest.at("quantity") == 6);
}

TEST_CASE("an event shows the invoice that it is on") {
  Program program;
  const auto data = ledger_at(program.path_of("billing.db"));
  settle_next(data->ledger(), {.state = billing::EventState::delivered,
                               .record = billing::UsageRecordId("mbur_1"),
                               .api_version = "2025-02-24.acacia"});
  settle_next(data->ledger(),
              {.state = billing::EventState::final_invoice, .reason = "it has been canceled"});
  const billing::Second start = billing::to_second(noon) - std::chrono::hours(1);
  billing::Invoice invoice{.id = billing::InvoiceId("in_stripes"),
                           .customer = billing::CustomerId("cus_ada"),
                           .status = "paid",
                           .lines = {{.quantity = 1,
                                      .item = billing::ItemId("si_cus_ada"),
                                      .metered = true,
                                      .period_start = start,
                                      .period_end = start + std::chrono::hours(24)}}};
  REQUIRE(data->store().remember(invoice, 1));
  const auto shown = [&](const std::string& state) {
    const Finished listed = program.run({"usage", "list", "--state", state, "--json"});
    CHECK_MESSAGE(listed.exit_status == 0, listed.err);
    return json_of(listed.out).at("events").at(0);
  };
  CHECK(shown("delivered").at("invoice") == "in_stripes");
  CHECK(shown("final_invoice").at("invoice").is_null());
  CHECK(shown("pending").at("invoice").is_null());

  auto ended = data->store().subscriptions(billing::CustomerId("cus_grace"))->at(0);
  ended.ended_at = start + std::chrono::hours(2);
  REQUIRE(data->store().remember(ended));
  auto row = data->final_invoices().to_do()->at(0);
  row.step = billing::FinalStep::done;
  row.invoice = billing::InvoiceId("in_final");
  const std::array on_it = {billing::ReckonedEvent{
      .sequence = 4, .state = billing::EventState::final_invoice, .on_final_invoice = true}};
  REQUIRE(*data->final_invoices().advance(row, billing::FinalStep::settling, on_it));
  CHECK(shown("final_invoice").at("invoice") == "in_final");
  const std::string table = program.run({"usage", "list"}).out;
  CHECK(table.find("INVOICE") != std::string::npos);
  CHECK(table.find("in_stripes") != std::string::npos);
  CHECK(table.find("in_final") != std::string::npos);
  CHECK(program.run({"usage", "list", "--state", "lost"}).exit_status == 2);
}

TEST_CASE("a ledger that is missing or is none is a matter of data") {
  Program program;
  const Finished missing = program.run({"usage", "list"});
  CHECK(missing.exit_status == 5);
  CHECK(missing.err.find("DATABASE_URL") != std::string::npos);
  program.write_file("billing.db", std::string(4096, 'x'));
  CHECK(program.run({"usage", "list"}).exit_status == 5);
  program.environment = {"DATABASE_URL=mysql://x"};
  CHECK(program.run({"usage", "list"}).exit_status == 2);
}
