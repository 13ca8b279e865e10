// SPDX-License-Identifier: Apache-2.0
// What only several servers on one database can show.
#include "contract/on_postgres.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <thread>

namespace billing::tests {
namespace {

using std::chrono::seconds;

/// Two servers, each with a clock of its own, on one database with another one.
struct TwoServers {
  PostgresSchema schema;
  SetClock clock_one;
  SetClock clock_two;
  std::unique_ptr<PostgresData> one = open_postgres(schema.url(), clock_one);
  std::unique_ptr<PostgresData> two = open_postgres(schema.url(), clock_two);

  TwoServers() {
    for (const char* x : {"a", "b", "c"}) {
      REQUIRE(one->store().remember(subscription_of(x)).has_value());
    }
  }
  std::array<PostgresData*, 2> both() { return {one.get(), two.get()}; }
};

std::optional<Claim> claim_by(PostgresData& server, Instant now_at_stripe = noon) {
  auto claimed = server.ledger().claim(moment(noon), now_at_stripe, lease);
  REQUIRE_MESSAGE(claimed.has_value(), claimed.error().message);
  return *claimed;
}

bool settled_by(PostgresData& server, const Claim& claim, const Settlement& settlement) {
  const auto settled = server.ledger().settle(claim, settlement);
  REQUIRE(settled.has_value());
  return settled->has_value();
}

/// Runs it for both at the same time.
template <class Body>
void at_once(TwoServers& servers, Body body) {
  std::thread other([&] { body(*servers.two, 1); });
  body(*servers.one, 0);
  other.join();
}

}  // namespace

TEST_CASE("Two servers claim the events of distinct items, each once") {
  TwoServers servers;
  constexpr int items = 40;
  for (int i = 0; i < items; ++i) {
    const std::string x = "many" + std::to_string(i);
    REQUIRE(servers.one->store().remember(subscription_of(x)).has_value());
    REQUIRE(servers.one->ledger().append(click_of(x, "1"), noon).has_value());
  }
  std::array<std::vector<std::string>, 2> claimed;
  at_once(servers, [&](PostgresData& server, std::size_t which) {
    while (true) {
      auto claim = server.ledger().claim(moment(noon), noon, lease);
      if (!claim || !*claim) return;
      claimed.at(which).push_back((*claim)->row.event->item.text());
    }
  });
  std::set<std::string> all;
  for (const auto& each : claimed) {
    for (const std::string& item : each) CHECK_MESSAGE(all.insert(item).second, item);
  }
  // What one was at when the other looked may have been skipped, but not forgotten.
  while (const auto claim = claim_by(*servers.one)) all.insert(claim->row.event->item.text());
  CHECK(all.size() == items);
}

TEST_CASE("A claim is everybody's again when its lease has run out by the database's clock") {
  TwoServers servers;
  const SharedEvent event = click_of("a", "1");
  REQUIRE(servers.one->ledger().append(event, noon).has_value());
  const auto late = claim_by(*servers.one);
  REQUIRE(late.has_value());
  CHECK_FALSE(late->may_have_been_sent);

  // What a server's own clock says is of no account.
  servers.clock_two.set(noon + std::chrono::hours(24));
  servers.schema.set_time(noon + lease - seconds(1));
  CHECK_FALSE(claim_by(*servers.two, noon + std::chrono::hours(24)).has_value());
  servers.clock_two.set(noon - std::chrono::hours(24));
  servers.schema.set_time(noon + lease);
  const auto next = claim_by(*servers.two);
  REQUIRE(next.has_value());
  CHECK(next->fence > late->fence);
  CHECK(next->may_have_been_sent);
  CHECK(next->row.usage_at == late->row.usage_at);

  CHECK_FALSE(settled_by(*servers.one, *late, {.state = EventState::refused, .reason = "late"}));
  CHECK(servers.one->ledger().find(event->id)->value().state == EventState::pending);
  CHECK(settled_by(*servers.two, *next, delivered("mbur_1")));
  CHECK_FALSE(settled_by(*servers.one, *late, delivered("mbur_2")));
  CHECK(servers.one->ledger().find(event->id)->value().record.text() == "mbur_1");
}

TEST_CASE("When something is due is told by each server's own clock") {
  TwoServers servers;
  servers.clock_two.set(noon + std::chrono::hours(5));
  REQUIRE(servers.one->ledger().append(click_of("a", "1"), noon).has_value());
  CHECK(*servers.two->ledger().next_due() == Moment::min());
  REQUIRE(claim_by(*servers.one).has_value());
  CHECK(*servers.one->ledger().next_due() == moment(noon + lease));
  CHECK(*servers.two->ledger().next_due() == moment(noon + std::chrono::hours(5) + lease));
}

TEST_CASE("One key that comes to two servers at once is one event") {
  TwoServers servers;
  constexpr int keys = 50;
  std::array<int, 2> recorded{};
  std::array<std::vector<std::string>, 2> ids;
  at_once(servers, [&](PostgresData& server, std::size_t which) {
    for (int i = 0; i < keys; ++i) {
      const auto appended = server.ledger().append(click_of("a", std::to_string(i)), noon);
      if (!appended) continue;
      recorded.at(which) += appended->outcome == AppendOutcome::recorded ? 1 : 0;
      ids.at(which).push_back(appended->row.event->id.text());
    }
  });
  CHECK(recorded[0] + recorded[1] == keys);
  CHECK(ids[0].size() == keys);
  CHECK(ids[0] == ids[1]);
  CHECK(servers.one->ledger().totals()->pending == keys);
}

TEST_CASE("Clicks on one item at two servers have seconds of their own, in one order") {
  TwoServers servers;
  constexpr int clicks = 60;
  std::array<std::vector<RecordedEvent>, 2> rows;
  at_once(servers, [&](PostgresData& server, std::size_t which) {
    for (int i = 0; i < clicks; ++i) {
      const std::string key = std::to_string(which) + "-" + std::to_string(i);
      const auto appended = server.ledger().append(click_of("a", key), noon);
      if (appended) rows.at(which).push_back(appended->row);
    }
  });
  std::set<Second> seconds_used;
  for (const auto& each : rows) {
    REQUIRE(each.size() == clicks);
    CHECK(std::ranges::is_sorted(each, std::less_equal(), &RecordedEvent::sequence));
    for (const RecordedEvent& row : each) {
      REQUIRE(row.usage_at.has_value());
      CHECK(seconds_used.insert(*row.usage_at).second);
    }
  }
  // All clicks are of noon: whoever came later got the second before.
  const auto listed = *servers.two->ledger().list({.limit = 2 * clicks});
  REQUIRE(listed.size() == 2 * clicks);
  CHECK(std::ranges::is_sorted(listed, std::less(),
                               [](const RecordedEvent& row) { return *row.usage_at; }));
}

TEST_CASE("Batches of the same items in different orders don't wait for each other for ever") {
  TwoServers servers;
  std::array<int, 2> written{};
  at_once(servers, [&](PostgresData& server, std::size_t which) {
    for (int i = 0; i < 30; ++i) {
      std::vector<SharedEvent> events;
      const std::string key = std::to_string(which) + "-" + std::to_string(i);
      for (const char* x : {"a", "b", "c"}) events.push_back(click_of(x, key));
      if (which == 1) std::ranges::reverse(events);
      written.at(which) += server.ledger().append(events, noon).has_value() ? 1 : 0;
    }
  });
  CHECK(written[0] == 30);
  CHECK(written[1] == 30);
}

TEST_CASE("Servers that start at once on an empty database make its tables once") {
  const PostgresSchema schema;
  const SetClock clock;
  constexpr int servers = 6;
  std::vector<Result<std::unique_ptr<PostgresData>>> opened(servers);
  std::vector<std::thread> threads;
  for (auto& each : opened) {
    threads.emplace_back(
        [&] { each = PostgresData::open(schema.url(), DataAccess::owner, clock); });
  }
  for (std::thread& thread : threads) thread.join();
  for (auto& each : opened) {
    REQUIRE_MESSAGE(each.has_value(), each.error().message);
    CHECK((*each)->store().remember(subscription_of("a")).has_value());
  }
  CHECK(schema.server().ask("SELECT count(*) FROM " + schema.name() + ".billing_schema") == "1");
}

TEST_CASE("A reading that began later is newer, whichever server began it") {
  TwoServers servers;
  Reading last = 0;
  for (int i = 0; i < 3; ++i) {
    for (PostgresData* each : servers.both()) {
      const auto reading = each->store().begin_reading();
      REQUIRE(reading.has_value());
      CHECK(*reading > last);
      last = *reading;
    }
  }
}

TEST_CASE("A final invoice is one server's at a time, until that one is gone") {
  TwoServers servers;
  Subscription ended = subscription_of("a");
  ended.status = "canceled";
  ended.ended_at = to_second(noon);
  REQUIRE(servers.one->store().remember(ended).has_value());
  CHECK(servers.one->final_invoices().to_do()->size() == 1);
  CHECK(servers.two->final_invoices().to_do()->empty());
  CHECK(servers.one->final_invoices().to_do()->size() == 1);
  CHECK(servers.two->final_invoices().list()->size() == 1);
  servers.schema.set_time(noon + std::chrono::hours(1));
  CHECK(servers.two->final_invoices().to_do()->size() == 1);
  CHECK(servers.one->final_invoices().to_do()->empty());
}

}  // namespace billing::tests
