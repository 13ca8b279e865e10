// SPDX-License-Identifier: Apache-2.0
#include <billing/sqlite_data.hpp>

#include "program.hpp"

#include <doctest/doctest.h>

#include <memory>

using billing::CustomerId;
using billing::Instant;
using billing::SqliteAccess;
using billing::SqliteData;
using billing::WebhookEvent;
using billing::WebhookEventId;
using billing::WebhookOrigin;
using billing::tests::ask_sandbox;
using billing::tests::Finished;
using billing::tests::json_of;
using billing::tests::Program;
using billing::tests::SandboxProcess;
using billing::tests::use_sandbox;

namespace {

constexpr Instant first_of_may{std::chrono::seconds(1'777'593'600)};  // 2026-05-01T00:00:00Z

std::unique_ptr<SqliteData> data_of(const Program& program,
                                    SqliteAccess access = SqliteAccess::owner) {
  auto data = SqliteData::open(program.path_of("billing.db"), access);
  REQUIRE_MESSAGE(data, data.error().message);
  return std::move(*data);
}

WebhookEvent stripe_event(const std::string& number, const std::string& type) {
  return {.id = WebhookEventId("evt_" + number),
          .type = type,
          .object_id = type == "invoice.upcoming" ? "" : "in_1",
          .customer = CustomerId("cus_ada"),
          .created = billing::to_second(first_of_may) - std::chrono::seconds(2)};
}

/// Three that arrived: one is done, one waits for a reason, one is new.
void fill_inbox(SqliteData& data) {
  auto& inbox = data.inbox();
  REQUIRE(inbox.keep(stripe_event("1", "invoice.paid"), WebhookOrigin::webhook, first_of_may));
  REQUIRE(inbox.finish(WebhookEventId("evt_1")));
  REQUIRE(inbox.keep(stripe_event("2", "invoice.voided"), WebhookOrigin::gap, first_of_may));
  REQUIRE(inbox.note(WebhookEventId("evt_2"), "Stripe answered 500"));
  REQUIRE(inbox.keep(stripe_event("3", "invoice.upcoming"), WebhookOrigin::webhook,
                     first_of_may + std::chrono::seconds(1)));
}

std::string made_at(const SandboxProcess& sandbox, const std::string& path,
                    const std::string& form) {
  const auto answer = ask_sandbox(sandbox, "POST", path, form);
  REQUIRE_MESSAGE(answer.status == 200, answer.body);
  return json_of(answer.body).at("id");
}

/// A customer at Stripe who is a user here, and what they subscribed to behind our back.
std::string subscriber(const SandboxProcess& sandbox, const Program& program) {
  const std::string customer = made_at(sandbox, "/v1/customers",
                                       "email=ada@example.com&payment_method=pm_card_visa"
                                       "&invoice_settings[default_payment_method]=pm_card_visa");
  const auto data = data_of(program);
  REQUIRE(data->store().reserve_user("ada@example.com", billing::IdempotencyKey("key")));
  REQUIRE(data->store().set_customer("ada@example.com", CustomerId(customer)));
  const std::string product = made_at(sandbox, "/v1/products", "name=Pair");
  const std::string price =
      made_at(sandbox, "/v1/prices",
              "currency=usd&unit_amount=6000&recurring[interval]=month&product=" + product);
  made_at(sandbox, "/v1/subscriptions", "customer=" + customer + "&items[0][price]=" + price);
  return customer;
}

std::size_t known_subscriptions(const Program& program, const std::string& customer) {
  const auto data = data_of(program, SqliteAccess::read_only);
  const auto subscriptions = data->store().subscriptions(CustomerId(customer));
  REQUIRE(subscriptions);
  return subscriptions->size();
}

}  // namespace

TEST_CASE("events are listed newest first, filtered, and beside a server that has the file open") {
  Program program;
  const auto data = data_of(program);
  fill_inbox(*data);
  const Finished all = program.run({"webhooks", "list", "--json"});
  CHECK(all.exit_status == 0);
  const auto events = json_of(all.out).at("events");
  REQUIRE(events.size() == 3);
  CHECK(events[0] == nlohmann::json{{"sequence", 3},
                                    {"event", "evt_3"},
                                    {"type", "invoice.upcoming"},
                                    {"object", nullptr},
                                    {"customer", "cus_ada"},
                                    {"created", "2026-04-30T23:59:58Z"},
                                    {"received_at", "2026-05-01T00:00:01Z"},
                                    {"origin", "webhook"},
                                    {"state", "received"},
                                    {"reason", nullptr}});
  const Finished waiting = program.run({"webhooks", "list", "--state", "received"});
  CHECK(waiting.out.find("evt_2") != std::string::npos);
  CHECK(waiting.out.find("gap") != std::string::npos);
  CHECK(waiting.out.find("Stripe answered 500") != std::string::npos);
  CHECK(waiting.out.find("evt_1") == std::string::npos);
  const Finished done = program.run({"webhooks", "list", "--state", "done", "--json"});
  CHECK(json_of(done.out).at("events").at(0).at("event") == "evt_1");
  const Finished one = program.run({"webhooks", "list", "--limit", "1", "--json"});
  CHECK(json_of(one.out).at("events").size() == 1);
  CHECK(one.err == "billing: these are the newest 1; try: a larger --limit\n");
}

TEST_CASE("without events, and without a data file, the list says so") {
  Program program;
  const Finished missing = program.run({"webhooks", "list"});
  CHECK(missing.exit_status == 5);
  CHECK(missing.err.find("DATABASE_URL") != std::string::npos);
  data_of(program);
  const Finished none = program.run({"webhooks", "list"});
  CHECK(none.exit_status == 0);
  CHECK(none.out == "No events.\n");
}

TEST_CASE("without a server gaps finds what never arrived, acts on it, and then finds nothing") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Program program;
  use_sandbox(program, sandbox);
  const std::string customer = subscriber(sandbox, program);
  CHECK(known_subscriptions(program, customer) == 0);
  const Finished healed = program.run({"webhooks", "gaps", "--json"});
  CHECK(healed.exit_status == 0);
  CHECK(healed.err == "");
  const auto report = json_of(healed.out);
  CHECK(report.at("healed") == true);
  CHECK(report.at("missing") == report.at("listed"));
  CHECK(report.at("missing").get<std::size_t>() >= 2);
  CHECK(report.at("events").size() == report.at("missing"));
  for (const auto& each : report.at("events")) {
    CHECK(each.at("state") == "done");
    CHECK(each.at("origin") == "gap");
  }
  CHECK(known_subscriptions(program, customer) == 1);

  const Finished again = program.run({"webhooks", "gaps"});
  CHECK(again.exit_status == 0);
  CHECK(again.out.find("all had arrived") != std::string::npos);
  CHECK(json_of(program.run({"webhooks", "gaps", "--json"}).out).at("missing") == 0);
}

TEST_CASE("without a server replay reads once more what the event names") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Program program;
  use_sandbox(program, sandbox);
  const std::string customer = subscriber(sandbox, program);
  const auto events = json_of(program.run({"webhooks", "gaps", "--json"}).out).at("events");
  std::string created;
  std::string subscription;
  for (const auto& each : events) {
    if (each.at("type") != "customer.subscription.created") continue;
    created = each.at("event");
    subscription = each.at("object");
  }
  REQUIRE_FALSE(created.empty());
  REQUIRE(ask_sandbox(sandbox, "DELETE", "/v1/subscriptions/" + subscription).status == 200);
  const Finished replayed = program.run({"webhooks", "replay", created, "--json"});
  CHECK(replayed.exit_status == 0);
  CHECK(json_of(replayed.out).at("events").at(0).at("state") == "done");
  const auto data = data_of(program, SqliteAccess::read_only);
  CHECK(data->store().subscriptions(CustomerId(customer))->front().status == "canceled");
}

TEST_CASE("an event that never arrived can't be replayed, and the way to find it is told") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Program program;
  use_sandbox(program, sandbox);
  data_of(program);
  const Finished unknown = program.run({"webhooks", "replay", "evt_unknown"});
  CHECK(unknown.exit_status == 2);
  CHECK(unknown.err.find("billing webhooks gaps") != std::string::npos);
}

TEST_CASE("what Stripe does not let be done stays to be done, with its reason") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Program program;
  use_sandbox(program, sandbox);
  subscriber(sandbox, program);
  REQUIRE(ask_sandbox(sandbox, "POST", "/_sandbox/faults",
                      R"({"operation": "*", "status": 500, "times": -1})")
              .status == 200);
  const Finished refused = program.run({"webhooks", "gaps"});
  CHECK(refused.exit_status == 4);
  REQUIRE(ask_sandbox(sandbox, "DELETE", "/_sandbox/faults").status == 200);
  REQUIRE(ask_sandbox(sandbox, "POST", "/_sandbox/faults",
                      R"({"operation": "GET /v1/subscriptions/:id", "status": 500, "times": -1})")
              .status == 200);
  const Finished half = program.run({"webhooks", "gaps", "--json"});
  CHECK(half.exit_status == 4);
  CHECK(half.err.find("not done yet; try: billing webhooks list --state received") !=
        std::string::npos);
  CHECK(json_of(half.out).at("healed") == false);
  const auto waiting =
      json_of(program.run({"webhooks", "list", "--state", "received", "--json"}).out).at("events");
  REQUIRE_FALSE(waiting.empty());
  CHECK(waiting[0].at("reason").get<std::string>().find("500") != std::string::npos);

  REQUIRE(ask_sandbox(sandbox, "DELETE", "/_sandbox/faults").status == 200);
  const Finished healed = program.run({"webhooks", "gaps", "--json"});
  CHECK(healed.exit_status == 0);
  CHECK(json_of(healed.out).at("missing") == 0);
  CHECK(json_of(healed.out).at("events").size() == waiting.size());
}

TEST_CASE("the events of another account are not let in") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Program program;
  use_sandbox(program, sandbox);
  data_of(program);
  CHECK(program.run({"webhooks", "gaps"}).exit_status == 0);
  program.environment[1] = "CHALLENGE_ID=another";
  const Finished refused = program.run({"webhooks", "gaps"});
  CHECK(refused.exit_status == 2);
  CHECK(refused.err.find("the data file belongs to Stripe account") != std::string::npos);
}
