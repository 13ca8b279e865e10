// SPDX-License-Identifier: Apache-2.0
#include <billing/clock.hpp>
#include <billing/sqlite_data.hpp>

#include "measures.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>

namespace billing::bench {
namespace {

constexpr std::int64_t events_a_write = 10'000;

/// The Store answers for one customer at a time, and nobody but a bench wants to know them all.
std::vector<Buyer> known_buyers(const std::string& file) {
  sqlite3* connection = nullptr;
  require(sqlite3_open_v2(file.c_str(), &connection, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
  sqlite3_stmt* rows = nullptr;
  require(sqlite3_prepare_v2(connection,
                             "SELECT subscriptions.customer, items.id FROM items"
                             " JOIN subscriptions ON subscriptions.id = items.subscription"
                             " WHERE items.metered = 1",
                             -1, &rows, nullptr) == SQLITE_OK);
  const auto text = [&](int column) {
    return std::string(static_cast<const char*>(sqlite3_column_blob(rows, column)),
                       static_cast<std::size_t>(sqlite3_column_bytes(rows, column)));
  };
  std::vector<Buyer> buyers;
  while (sqlite3_step(rows) == SQLITE_ROW) {
    buyers.push_back({.customer = CustomerId(text(0)), .item = ItemId(text(1))});
  }
  sqlite3_finalize(rows);
  sqlite3_close(connection);
  return buyers;
}

}  // namespace

/// Clicked a minute ago, of customers who take turns. Without a second at Stripe, as those are that
/// a server records which was started during the outage.
void make_backlog(const std::string& file, std::int64_t events) {
  const std::vector<Buyer> buyers = known_buyers(file);
  if (buyers.empty()) fmt::print(stderr, "{} has no customer with a metered item\n", file);
  require(!buyers.empty());
  const auto data = value(SqliteData::open(file, SqliteAccess::owner));
  const SystemClock clock;
  SystemEntropy entropy;
  const Instant clicked_at = clock.now() - std::chrono::minutes(1);
  std::vector<SharedEvent> batch;
  for (std::int64_t made = 0; made < events;) {
    batch.clear();
    for (const auto end = std::min(made + events_a_write, events); made < end; ++made) {
      const Buyer& buyer = buyers[static_cast<std::size_t>(made) % buyers.size()];
      batch.push_back(std::make_shared<const UsageEvent>(value(make_usage_event(
          {.customer = buyer.customer, .item = buyer.item, .clicked_at = clicked_at}, entropy))));
    }
    value(data->ledger().append(batch, Instant::min()));
  }
  fmt::print("{} undelivered events of {} customers\n", events, buyers.size());
}

}  // namespace billing::bench
