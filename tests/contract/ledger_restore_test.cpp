// SPDX-License-Identifier: Apache-2.0
#include "contract/ledger_fixture.hpp"
#include "contract/on_postgres.hpp"

#include <filesystem>

namespace billing::tests {
namespace {

using std::chrono::seconds;

const ItemId item_a("si_a");

RecordedEvent recovered_row(const std::string& key, Second usage_at) {
  return {.event = click_of("a", key, usage_at),
          .state = EventState::delivered,
          .usage_at = usage_at,
          .reason = "not in the backup"};
}

}  // namespace

TEST_CASE_TEMPLATE("No event gets a second up to the floor, not even the one before all used",
                   Adapter, OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  fixture.append(click_of("a", "before"));
  const Second floor = to_second(noon) + seconds(10);
  REQUIRE(fixture.ledger().restore({.item = item_a, .floor = floor}).has_value());
  SUBCASE("") {}
  SUBCASE("also after a restart") {
    fixture.adapter.reopen();
  }
  SUBCASE("which never sinks") {
    REQUIRE(fixture.ledger().restore({.item = item_a, .floor = to_second(noon)}).has_value());
  }
  CHECK_FALSE(fixture.append(click_of("a", "1"), floor).row.usage_at.has_value());
  CHECK(fixture.append(click_of("a", "2"), floor + seconds(5)).row.usage_at == floor + seconds(1));
  CHECK(fixture.append(click_of("a", "3"), floor + seconds(5)).row.usage_at == floor + seconds(2));
}

TEST_CASE_TEMPLATE("A restored ledger has what was added, and pending events as they were settled",
                   Adapter, OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  RecordedEvent first = fixture.append(click_of("a", "first")).row;
  RecordedEvent second = fixture.append(click_of("a", "second")).row;
  const auto claim = fixture.claim();
  REQUIRE(claim.has_value());
  first.state = EventState::delivered;
  first.reason = "Stripe's totals have it";
  second.usage_at.reset();
  second.attempt = 2;
  const RecordedEvent added = recovered_row("added", to_second(noon) - seconds(100));
  const std::vector<RecordedEvent> rows{first, second, added};
  REQUIRE(fixture.ledger()
              .restore({.item = item_a, .floor = to_second(noon), .rows = rows})
              .has_value());
  CHECK_MESSAGE(!fixture.settle(*claim, delivered("mbur_1")), "the claim was overtaken");
  const auto find = [&](const RecordedEvent& row) {
    return fixture.ledger().find(row.event->id)->value();
  };
  CHECK(find(first).state == EventState::delivered);
  CHECK(find(first).usage_at == first.usage_at);
  CHECK(find(added).state == EventState::delivered);
  CHECK(find(added).reason == "not in the backup");
  CHECK(find(added).event->key.text() == "added");
  const auto balance = fixture.ledger().balance(item_a, Second(), to_second(noon));
  CHECK(balance->delivered_closed == 2);

  const auto next = fixture.claim(noon + lease);
  REQUIRE(next.has_value());
  CHECK(next->row.event->id == second.event->id);
  CHECK(next->row.attempt == 2);
  CHECK(next->row.usage_at.value() > to_second(noon));
  CHECK_FALSE(fixture.claim(noon + lease).has_value());

  RecordedEvent again = first;
  again.state = EventState::pending;
  const std::vector<RecordedEvent> back{again, added};
  REQUIRE(fixture.ledger()
              .restore({.item = item_a, .floor = to_second(noon), .rows = back})
              .has_value());
  CHECK_MESSAGE(find(first).state == EventState::delivered, "what is settled stays so");
  CHECK(fixture.ledger().totals()->delivered == 2);
}

TEST_CASE_TEMPLATE("Nothing is restored if a key or a second is another event's", Adapter, OnSqlite,
                   GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  const Second used = fixture.append(click_of("a", "taken")).row.usage_at.value();
  const RecordedEvent fits = recovered_row("fits", used - seconds(50));
  std::vector<RecordedEvent> rows{fits};
  SUBCASE("the key") {
    rows.push_back(recovered_row("taken", used - seconds(60)));
  }
  SUBCASE("the second") {
    rows.push_back(recovered_row("other", used));
  }
  const auto restored = fixture.ledger().restore({.item = item_a, .floor = used, .rows = rows});
  REQUIRE_FALSE(restored.has_value());
  CHECK(restored.error().code == ErrorCode::conflict);
  CHECK_FALSE(fixture.ledger().find(fits.event->id)->has_value());
  CHECK(fixture.claim()->row.event->key.text() == "taken");
}

TEST_CASE("A copy of a data file in use has all that was committed, and needs no log") {
  LedgerFixture<OnSqlite> fixture;
  for (int i = 0; i < 20; ++i) {
    fixture.append(click_of("a", std::to_string(i), noon + seconds(i)), noon + seconds(60));
  }
  const std::string copy = fixture.adapter.path() + ".copy";
  const auto reader = SqliteData::open(fixture.adapter.path(), SqliteAccess::read_only);
  REQUIRE(reader.has_value());
  REQUIRE((*reader)->copy_to(copy).has_value());
  fixture.append(click_of("a", "later", noon + seconds(40)), noon + seconds(60));
  CHECK_FALSE(std::filesystem::exists(copy + "-wal"));
  const auto opened = SqliteData::open(copy, SqliteAccess::owner);
  REQUIRE(opened.has_value());
  CHECK((*opened)->ledger().totals()->pending == 20);
  CHECK(fixture.ledger().totals()->pending == 21);
  const auto twice = (*reader)->copy_to(copy);
  REQUIRE_FALSE(twice.has_value());
  CHECK(twice.error().code == ErrorCode::invalid);
  CHECK((*opened)->ledger().totals()->pending == 20);
}

}  // namespace billing::tests
