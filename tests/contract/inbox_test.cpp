// SPDX-License-Identifier: Apache-2.0
#include "contract/ledger_fixture.hpp"
#include "contract/on_postgres.hpp"

namespace billing::tests {
namespace {

WebhookEvent event_of(const std::string& x) {
  return {.id = WebhookEventId("evt_" + x),
          .type = "customer.subscription.updated",
          .object_id = "sub_" + x,
          .customer = CustomerId("cus_" + x),
          .created = to_second(noon)};
}

std::string ids(const Result<std::vector<InboxRow>>& rows) {
  REQUIRE(rows.has_value());
  std::string all;
  for (const InboxRow& row : *rows) all += (all.empty() ? "" : " ") + row.event.id.text();
  return all;
}

}  // namespace

TEST_CASE_TEMPLATE("An event is kept once, as it first came", Adapter, OnSqlite, OnPostgres) {
  Adapter adapter;
  const auto kept = adapter.inbox().keep(event_of("a"), WebhookOrigin::webhook, noon);
  REQUIRE(kept.has_value());
  CHECK(kept->state == WebhookState::received);
  WebhookEvent other = event_of("a");
  other.type = "invoice.paid";
  const auto again = adapter.inbox().keep(other, WebhookOrigin::gap, noon + std::chrono::hours(1));
  REQUIRE(again.has_value());
  CHECK(again->sequence == kept->sequence);
  CHECK(again->origin == WebhookOrigin::webhook);
  adapter.reopen();
  const auto row = adapter.inbox().find(WebhookEventId("evt_a"));
  REQUIRE(row.has_value());
  REQUIRE(row->has_value());
  CHECK((*row)->event.type == "customer.subscription.updated");
  CHECK((*row)->event.object_id == "sub_a");
  CHECK((*row)->event.customer.text() == "cus_a");
  CHECK((*row)->event.created == to_second(noon));
  CHECK((*row)->received_at == noon);
  CHECK_FALSE(adapter.inbox().find(WebhookEventId("evt_b"))->has_value());
}

TEST_CASE_TEMPLATE("An event that is finished stays done, whoever keeps it again", Adapter,
                   OnSqlite, OnPostgres) {
  Adapter adapter;
  WebhookInbox& inbox = adapter.inbox();
  for (const char* x : {"a", "b", "c"}) {
    REQUIRE(inbox.keep(event_of(x), WebhookOrigin::gap, noon).has_value());
  }
  CHECK(ids(inbox.to_do(10)) == "evt_a evt_b evt_c");
  CHECK(ids(inbox.to_do(2)) == "evt_a evt_b");
  REQUIRE(inbox.finish(WebhookEventId("evt_b")).has_value());
  adapter.reopen();
  CHECK(adapter.inbox().keep(event_of("b"), WebhookOrigin::webhook, noon)->state ==
        WebhookState::done);
  CHECK(ids(adapter.inbox().to_do(10)) == "evt_a evt_c");
}

TEST_CASE_TEMPLATE("Why an event could not be acted on is known until it was", Adapter, OnSqlite,
                   OnPostgres) {
  Adapter adapter;
  WebhookInbox& inbox = adapter.inbox();
  const WebhookEventId id("evt_a");
  REQUIRE(inbox.keep(event_of("a"), WebhookOrigin::webhook, noon).has_value());
  REQUIRE(inbox.note(id, "Stripe answered 500").has_value());
  CHECK((*inbox.find(id))->reason == "Stripe answered 500");
  CHECK((*inbox.find(id))->state == WebhookState::received);
  REQUIRE(inbox.finish(id).has_value());
  CHECK((*inbox.find(id))->reason.empty());
}

TEST_CASE_TEMPLATE("An event can be reopened if it ever came", Adapter, OnSqlite, OnPostgres) {
  Adapter adapter;
  WebhookInbox& inbox = adapter.inbox();
  REQUIRE(inbox.keep(event_of("a"), WebhookOrigin::webhook, noon).has_value());
  REQUIRE(inbox.finish(WebhookEventId("evt_a")).has_value());
  REQUIRE(inbox.reopen(WebhookEventId("evt_a")).has_value());
  CHECK(ids(inbox.to_do(10)) == "evt_a");
  const auto unknown = inbox.reopen(WebhookEventId("evt_b"));
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().code == ErrorCode::not_found);
}

TEST_CASE_TEMPLATE("The list is newest first, and can be of one state", Adapter, OnSqlite,
                   OnPostgres) {
  Adapter adapter;
  WebhookInbox& inbox = adapter.inbox();
  for (const char* x : {"a", "b", "c"}) {
    REQUIRE(inbox.keep(event_of(x), WebhookOrigin::webhook, noon).has_value());
  }
  REQUIRE(inbox.finish(WebhookEventId("evt_b")).has_value());
  CHECK(ids(inbox.list({})) == "evt_c evt_b evt_a");
  CHECK(ids(inbox.list({.limit = 1})) == "evt_c");
  CHECK(ids(inbox.list({.state = WebhookState::received})) == "evt_c evt_a");
  CHECK(ids(inbox.list({.state = WebhookState::done})) == "evt_b");
}

}  // namespace billing::tests
