// SPDX-License-Identifier: Apache-2.0
#include "server/settlement_board.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>

namespace billing::apps {
namespace {

constexpr std::chrono::milliseconds at_once(0);

RecordedEvent settled(const std::string& id) {
  return {.event = std::make_shared<const UsageEvent>(UsageEvent{.id = EventId(id)}),
          .state = EventState::delivered};
}

}  // namespace

TEST_CASE("A place hears what was called out between its event's read and itself") {
  SettlementBoard board(2);
  board.call(settled("use_1"));
  const std::uint64_t calls = board.calls();
  board.call(settled("use_2"));
  board.call(settled("use_3"));
  SettlementBoard::Place place(board, EventId("use_2"), calls);
  CHECK(place.missed_none());
  const auto row = place.wait_for(at_once);
  REQUIRE(row.has_value());
  CHECK(row->event->id.text() == "use_2");
}

TEST_CASE("A place does not hear what was called out before its event was read") {
  SettlementBoard board(2);
  board.call(settled("use_1"));
  SettlementBoard::Place place(board, EventId("use_1"), board.calls());
  CHECK(place.missed_none());
  CHECK_FALSE(place.wait_for(at_once).has_value());
}

TEST_CASE("A place says when more was called out than the board remembers") {
  SettlementBoard board(2);
  const std::uint64_t calls = board.calls();
  board.call(settled("use_1"));
  for (int i = 0; i < 1'000; ++i) board.call(settled("use_other"));
  SettlementBoard::Place place(board, EventId("use_1"), calls);
  CHECK_FALSE(place.missed_none());
  CHECK_FALSE(place.wait_for(at_once).has_value());
}

TEST_CASE("Whoever waits at a place is called") {
  SettlementBoard board(2);
  SettlementBoard::Place place(board, EventId("use_1"), board.calls());
  std::thread delivery([&] { board.call(settled("use_1")); });
  CHECK(place.wait_for(std::chrono::minutes(1)).has_value());
  delivery.join();
}

}  // namespace billing::apps
