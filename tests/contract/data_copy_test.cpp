// SPDX-License-Identifier: Apache-2.0
#include <billing/data_copy.hpp>

#include "contract/on_postgres.hpp"

#include <algorithm>

namespace billing::tests {
namespace {

/// An SQLite ledger with something in each table, closed.
struct FilledFile {
  TemporaryFolder folder;
  std::string path = (folder.path() / "billing.db").string();

  FilledFile() {
    LedgerFixture<OnSqlite> fixture(path);
    Store& store = fixture.adapter.store();
    REQUIRE(store.bind({.account = AccountId("acct_1"), .challenge_id = "green"}).has_value());
    REQUIRE(store.reserve_user("ada@example.com", IdempotencyKey("k")).has_value());
    REQUIRE(store.set_customer("ada@example.com", CustomerId("cus_a")).has_value());
    REQUIRE(store.reserve_user("\"quoted\\\" {é}@example.com", IdempotencyKey("k2")).has_value());
    REQUIRE(store
                .remember(Offerings{.prices = {{.role = PriceRole::monthly,
                                                .id = PriceId("price_1"),
                                                .product = ProductId("prod_1"),
                                                .product_name = "Pair, {Coding}",
                                                .nickname = "",
                                                .amount = {6'000, "usd"},
                                                .lookup_key = "m"}},
                                    .portal = PortalConfigurationId("bpc_1")})
                .has_value());
    fill_ledger(fixture);
    fill_rest(fixture.adapter);
  }

 private:
  static void fill_ledger(LedgerFixture<OnSqlite>& fixture) {
    for (int i = 0; i < 2'500; ++i) fixture.append(click_of("a", std::to_string(i)));
    fixture.append(click_of("b", "later"), Instant::min());
    REQUIRE(fixture.settle(*fixture.claim(), delivered("mbur_1")));
    REQUIRE(fixture.settle(*fixture.claim(noon + std::chrono::seconds(1)),
                           {.state = EventState::refused, .reason = "it's {\"odd\"}, \\ NULL"}));
  }
  static void fill_rest(OnSqlite& data) {
    Subscription ended = subscription_of("c");
    ended.status = "canceled";
    ended.ended_at = to_second(noon);
    REQUIRE(data.store().remember(ended).has_value());
    const Invoice invoice{.id = InvoiceId("in_1"),
                          .customer = CustomerId("cus_a"),
                          .subscription = SubscriptionId("sub_a"),
                          .status = "open",
                          .number = "1",
                          .total = {100, "usd"},
                          .amount_remaining = {100, "usd"},
                          .created = to_second(noon),
                          .hosted_invoice_url = "",
                          .lines = {{.description = "one", .quantity = 1, .amount = {60, "usd"}},
                                    {.description = "two", .quantity = 1, .amount = {40, "usd"}}}};
    REQUIRE(data.store().remember(invoice, 7).has_value());
    REQUIRE(data.inbox()
                .keep({.id = WebhookEventId("evt_1"),
                       .type = "invoice.paid",
                       .object_id = "in_1",
                       .customer = CustomerId("cus_a"),
                       .created = to_second(noon)},
                      WebhookOrigin::gap, noon)
                .has_value());
  }
};

bool same_row(const RecordedEvent& one, const RecordedEvent& other) {
  return one.sequence == other.sequence && one.event->id == other.event->id &&
         one.event->key == other.event->key &&
         one.event->content_hash == other.event->content_hash &&
         one.event->clicked_at == other.event->clicked_at && one.usage_at == other.usage_at &&
         one.state == other.state && one.reason == other.reason && one.record == other.record &&
         one.first_sent_at == other.first_sent_at && one.attempt == other.attempt;
}

}  // namespace

TEST_CASE("A copied ledger is the same in PostgreSQL, and goes on from there") {
  const FilledFile file;
  const PostgresSchema schema;
  const auto copied = copy_to_postgres(file.path, schema.url());
  REQUIRE_MESSAGE(copied.has_value(), copied.error().message);
  std::int64_t events = 0;
  for (const CopiedTable& each : *copied) {
    CHECK_MESSAGE(each.rows > 0, each.table);
    if (each.table == "usage_events") events = each.rows;
  }
  CHECK(events == 2'501);

  const SetClock clock;
  const auto before = SqliteData::open(file.path, SqliteAccess::owner);
  REQUIRE(before.has_value());
  const auto after = open_postgres(schema.url(), clock);
  const auto old_rows = *(*before)->ledger().list({.limit = 10'000});
  const auto new_rows = *after->ledger().list({.limit = 10'000});
  REQUIRE(old_rows.size() == 2'501);
  CHECK(std::ranges::equal(old_rows, new_rows, same_row));
  CHECK(*(*before)->store().invoices(CustomerId("cus_a")) ==
        *after->store().invoices(CustomerId("cus_a")));
  CHECK((*after->store().user(CustomerId("cus_a")))->email == "ada@example.com");
  CHECK(after->store().begin_reading().value() > 7);
  CHECK(after->inbox().to_do(10)->size() == 1);
  CHECK(after->final_invoices().list()->size() == 1);

  const auto claim = after->ledger().claim(Moment(), noon, lease);
  REQUIRE(claim.has_value());
  REQUIRE(claim->has_value());
  CHECK_MESSAGE((*claim)->may_have_been_sent, "nobody knows what the file's server did");
  const auto appended = after->ledger().append(click_of("a", "new"), noon);
  REQUIRE(appended.has_value());
  CHECK(appended->row.sequence > new_rows.front().sequence);
}

TEST_CASE("A database that holds something is not copied to, and stays as it is") {
  const FilledFile file;
  const PostgresSchema schema;
  const SetClock clock;
  const auto there = open_postgres(schema.url(), clock);
  REQUIRE(there->store().reserve_user("eve@example.com", IdempotencyKey("k")).has_value());
  const auto refused = copy_to_postgres(file.path, schema.url());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(there->ledger().list({})->empty());
}

TEST_CASE("A file that a server runs on is not copied") {
  const FilledFile file;
  const auto server = SqliteData::open(file.path, SqliteAccess::owner);
  const PostgresSchema schema;
  const auto refused = copy_to_postgres(file.path, schema.url());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::conflict);
}

TEST_CASE("A copy of which a row came out different is taken back") {
  const FilledFile file;
  const PostgresSchema schema;
  const SetClock clock;
  open_postgres(schema.url(), clock).reset();
  schema.server().execute(
      "CREATE FUNCTION " + schema.name() +
      ".spoil() RETURNS trigger LANGUAGE plpgsql AS"
      " 'BEGIN IF NEW.sequence = 1234 THEN NEW.quantity := 2; END IF; RETURN NEW; END';"
      "CREATE TRIGGER spoil BEFORE INSERT ON " +
      schema.name() + ".usage_events FOR EACH ROW EXECUTE FUNCTION " + schema.name() + ".spoil()");
  const auto refused = copy_to_postgres(file.path, schema.url());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::corrupt);
  CHECK(refused.error().message.find("1234") != std::string::npos);
  CHECK(open_postgres(schema.url(), clock)->ledger().list({})->empty());
}

}  // namespace billing::tests
