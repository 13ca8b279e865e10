// SPDX-License-Identifier: Apache-2.0
// What PostgreSQL alone can do to its data, and what is refused of it.
#include "contract/on_postgres.hpp"

#include <thread>

namespace billing::tests {
namespace {

/// Data on a server that may be killed.
struct MortalData {
  PostgresServer server;
  PostgresSchema schema{server};
  SetClock clock;
  std::unique_ptr<PostgresData> data = open_postgres(schema.url(), clock);
};

}  // namespace

TEST_CASE("PostgreSQL is killed under load: what returned is there once, and calls go on") {
  MortalData mortal;
  REQUIRE(mortal.data->store().remember(subscription_of("a")).has_value());
  std::vector<SharedEvent> acknowledged;
  std::atomic<int> failures{0};
  std::atomic<int> answers{0};
  std::atomic<bool> stop{false};
  // As a client does: the same click again until it is answered.
  std::thread clicking([&] {
    for (int i = 0; !stop; ++i) {
      const SharedEvent event = click_of("a", std::to_string(i));
      while (!mortal.data->ledger().append(event, noon)) ++failures;
      acknowledged.push_back(event);
      ++answers;
    }
  });
  const auto wait_for = [](const std::atomic<int>& counter, int more) {
    const int until = counter + more;
    while (counter < until) std::this_thread::yield();
  };
  for (int round = 0; round < 3; ++round) {
    wait_for(answers, 20);
    mortal.server.kill();
    wait_for(failures, 1);
    mortal.server.start();
    wait_for(answers, 20);
  }
  stop = true;
  clicking.join();

  CHECK(acknowledged.size() >= 60);
  for (const SharedEvent& event : acknowledged) {
    const auto found = mortal.data->ledger().find(event->id);
    REQUIRE(found.has_value());
    CHECK_MESSAGE(found->has_value(), event->key.text());
  }
  CHECK(mortal.data->ledger().totals()->pending == static_cast<std::int64_t>(acknowledged.size()));
}

TEST_CASE("While PostgreSQL is down calls fail as unavailable, and what was claimed is not lost") {
  MortalData mortal;
  REQUIRE(mortal.data->store().remember(subscription_of("a")).has_value());
  REQUIRE(mortal.data->ledger().append(click_of("a", "1"), noon).has_value());
  const auto claim = mortal.data->ledger().claim(moment(noon), noon, lease);
  REQUIRE(claim.has_value());
  REQUIRE(claim->has_value());
  mortal.server.kill();
  const SharedEvent event = click_of("a", "2");
  const auto refused = mortal.data->ledger().append(event, noon);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::unavailable);
  const auto unread = mortal.data->store().subscriptions(CustomerId("cus_a"));
  REQUIRE_FALSE(unread.has_value());
  CHECK(unread.error().code == ErrorCode::unavailable);
  mortal.server.start();
  mortal.schema.set_time(noon);
  CHECK(mortal.data->store().subscriptions(CustomerId("cus_a"))->size() == 1);
  const auto settled = mortal.data->ledger().settle(**claim, delivered("mbur_1"));
  REQUIRE(settled.has_value());
  CHECK_MESSAGE(settled->has_value(), "the claim outlives the server");
  CHECK(mortal.data->ledger().append(event, noon).has_value());
}

TEST_CASE("A connection that was ended while it lay idle is replaced without a word") {
  const PostgresSchema schema;
  const SetClock clock;
  const auto data = open_postgres(schema.url(), clock);
  REQUIRE(data->store().remember(subscription_of("a")).has_value());
  REQUIRE(data->ledger().append(click_of("a", "1"), noon).has_value());
  const std::string ended = schema.server().ask(
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
      " WHERE application_name = 'billing'");
  CHECK(std::stoi(ended) >= 2);
  CHECK(data->ledger().append(click_of("a", "2"), noon).has_value());
  CHECK(data->store().subscriptions(CustomerId("cus_a")).has_value());
  CHECK(data->ledger().totals()->pending == 2);
}

TEST_CASE("A database of a newer version is refused, and tables of something else are") {
  const SetClock clock;
  const PostgresSchema newer;
  open_postgres(newer.url(), clock).reset();
  newer.server().execute("UPDATE " + newer.name() + ".billing_schema SET version = 1000");
  const PostgresSchema foreign;
  foreign.server().execute("CREATE TABLE " + foreign.name() + ".users (name text)");
  for (const DataAccess access : {DataAccess::owner, DataAccess::read_only}) {
    const auto refused = PostgresData::open(newer.url(), access, clock);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::corrupt);
    CHECK(refused.error().message.find("version 1000") != std::string::npos);
    CHECK(refused.error().message.find("newer") != std::string::npos);
    const auto not_ours = PostgresData::open(foreign.url(), access, clock);
    REQUIRE_FALSE(not_ours.has_value());
    CHECK(not_ours.error().code == ErrorCode::corrupt);
    CHECK(not_ours.error().message.find("something else") != std::string::npos);
  }
}

TEST_CASE("What is due to be migrated is told, and nothing is changed by the question") {
  const PostgresSchema schema;
  const SetClock clock;
  const auto due = PostgresData::due_migrations(schema.url());
  REQUIRE(due.has_value());
  REQUIRE_FALSE(due->empty());
  CHECK(due->front().version == 1);
  CHECK_FALSE(due->front().brings.empty());
  CHECK_FALSE(PostgresData::open(schema.url(), DataAccess::read_only, clock).has_value());
  open_postgres(schema.url(), clock).reset();
  CHECK(PostgresData::due_migrations(schema.url())->empty());
}

TEST_CASE("Whoever only reads can't write") {
  const PostgresSchema schema;
  const SetClock clock;
  const auto owner = open_postgres(schema.url(), clock);
  REQUIRE(owner->store().remember(subscription_of("a")).has_value());
  const auto reader = open_postgres(schema.url(), clock, DataAccess::read_only);
  CHECK(reader->store().subscriptions(CustomerId("cus_a"))->size() == 1);
  const auto refused = reader->ledger().append(click_of("a", "1"), noon);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::denied);
}

TEST_CASE("The password in a PostgreSQL URL is in no error") {
  const SetClock clock;
  const std::string secret = "hunter2secret";
  for (const std::string& url :
       {"postgresql://ada:" + secret + "@127.0.0.1:1/billing",
        "postgresql://ada:" + secret + "@localhost:1/billing?no_such_parameter=1",
        "postgresql://ada@127.0.0.1:1/billing?password=" + secret,
        "postgresql://ada:" + secret + "@[broken/billing"}) {
    CAPTURE(url);
    const auto refused = PostgresData::open(url, DataAccess::owner, clock);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message.find(secret) == std::string::npos);
    CHECK(shown_database_url(url).find(secret) == std::string::npos);
  }
}

}  // namespace billing::tests
