// SPDX-License-Identifier: Apache-2.0
#include "contract/ledger_fixture.hpp"
#include "contract/on_postgres.hpp"

#include <fstream>

namespace billing::tests {

TEST_CASE_TEMPLATE("Data belongs to one account, one mode and one catalog for ever", Adapter,
                   OnSqlite, CachedOnSqlite, OnPostgres) {
  Adapter adapter;
  const Binding ours{.account = AccountId("acct_1"), .challenge_id = "green"};
  REQUIRE(adapter.store().bind(ours).has_value());
  adapter.reopen();
  CHECK(adapter.store().bind(ours).has_value());
  CHECK(*adapter.store().binding() == ours);
  for (const Binding& other :
       {Binding{.account = AccountId("acct_2"), .challenge_id = "green"},
        Binding{.account = AccountId("acct_1"), .livemode = true, .challenge_id = "green"},
        Binding{.account = AccountId("acct_1"), .challenge_id = "blue"}}) {
    const auto refused = adapter.store().bind(other);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::conflict);
    CHECK(refused.error().message.find("acct_1") != std::string::npos);
  }
  CHECK(*adapter.store().binding() == ours);
}

TEST_CASE_TEMPLATE("A user keeps the first key and the first customer", Adapter, OnSqlite,
                   CachedOnSqlite, OnPostgres) {
  Adapter adapter;
  Store& store = adapter.store();
  const auto reserved = store.reserve_user("robin@example.com", IdempotencyKey("key-1"));
  REQUIRE(reserved.has_value());
  CHECK(reserved->customer.empty());
  CHECK(store.reserve_user("robin@example.com", IdempotencyKey("key-2"))->create_key.text() ==
        "key-1");
  CHECK(store.set_customer("robin@example.com", CustomerId("cus_1"))->customer.text() == "cus_1");
  CHECK(store.set_customer("robin@example.com", CustomerId("cus_2"))->customer.text() == "cus_1");
  CHECK((*store.user(CustomerId("cus_1")))->email == "robin@example.com");
  CHECK_FALSE(store.user(CustomerId("cus_2"))->has_value());
}

TEST_CASE_TEMPLATE("A subscription is what was last remembered of it, newest first", Adapter,
                   OnSqlite, CachedOnSqlite, OnPostgres) {
  Adapter adapter;
  Store& store = adapter.store();
  Subscription old = subscription_of("a");
  Subscription young = old;
  young.id = SubscriptionId("sub_young");
  young.created += std::chrono::hours(1);
  young.items[0].id = ItemId("si_young");
  REQUIRE(store.remember(old).has_value());
  REQUIRE(store.remember(young).has_value());
  old.status = "canceled";
  old.items[0].period_end += std::chrono::hours(1);
  REQUIRE(store.remember(old).has_value());
  const auto all = store.subscriptions(old.customer);
  REQUIRE(all.has_value());
  REQUIRE(all->size() == 2);
  CHECK(all->at(0).id.text() == "sub_young");
  CHECK(all->at(1).status == "canceled");
  REQUIRE(all->at(1).items.size() == 1);
  CHECK(all->at(1).items[0].period_end == old.items[0].period_end);
  CHECK(all->at(1).items[0].usage_type == UsageType::metered);
}

TEST_CASE_TEMPLATE("Remembered offerings replace the ones before", Adapter, OnSqlite,
                   CachedOnSqlite, OnPostgres) {
  Adapter adapter;
  const OfferedPrice monthly{.role = PriceRole::monthly,
                             .id = PriceId("price_1"),
                             .product = ProductId("prod_1"),
                             .product_name = "Pair <Coding>",
                             .nickname = "Monthly",
                             .amount = {6'000, "usd"},
                             .lookup_key = "m"};
  OfferedPrice on_demand = monthly;
  on_demand.role = PriceRole::on_demand;
  on_demand.id = PriceId("price_2");
  REQUIRE(adapter.store().remember(Offerings{{monthly}}).has_value());
  REQUIRE(adapter.store().remember(Offerings{{on_demand}}).has_value());
  adapter.reopen();
  const auto offerings = adapter.store().offerings();
  REQUIRE(offerings.has_value());
  CHECK(offerings->find(PriceRole::monthly) == nullptr);
  const OfferedPrice* found = offerings->find(PriceId("price_2"));
  REQUIRE(found != nullptr);
  CHECK(found->role == PriceRole::on_demand);
  CHECK(found->amount == Money{6'000, "usd"});
  CHECK(found->product_name == "Pair <Coding>");
}

TEST_CASE("A file that is no data file of ours is refused and left alone") {
  TemporaryFolder folder;
  const std::string path = (folder.path() / "notes.txt").string();
  std::ofstream(path) << "These are notes, and quite long ones, so that they fill a header.\n"
                         "They were never meant to be a database, and nobody should write here.\n";
  const auto opened = SqliteData::open(path, SqliteAccess::owner);
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().code == ErrorCode::corrupt);
  std::ifstream stream(path);
  std::string word;
  stream >> word;
  CHECK(word == "These");
  CHECK_FALSE(
      SqliteData::open((folder.path() / "none.db").string(), SqliteAccess::read_only).has_value());
}

TEST_CASE("DATABASE_URL names an SQLite file") {
  CHECK(sqlite_path("sqlite:billing.db").value() == "billing.db");
  CHECK(sqlite_path("sqlite:/var/lib/billing.db").value() == "/var/lib/billing.db");
  for (const char* url : {"", "sqlite:", "billing.db", "postgresql://localhost/billing"}) {
    CAPTURE(url);
    const auto refused = sqlite_path(url);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message.find("DATABASE_URL") != std::string::npos);
  }
}

}  // namespace billing::tests
