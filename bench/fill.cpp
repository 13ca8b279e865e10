// SPDX-License-Identifier: Apache-2.0
// Past the Ledger, whose ten million appends and as many settlements would take several times as
// long. What it makes is what they would have made, in the same order.
#include <billing/sqlite_data.hpp>
#include <billing/usage.hpp>

#include "measures.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <string_view>

namespace billing::bench {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t seed = 20'260'115;
constexpr Instant filled_until{milliseconds(1'768'478'400'000)};
constexpr hours filled_for(23 * 24);
constexpr hours period(31 * 24);
constexpr std::int64_t rows_a_pending_one = 10'000;
constexpr std::int64_t rows_a_line = 500'000;

// No journal: whoever interrupts this starts anew. The cache holds the pages that random keys fall
// on, so that each is written once.
constexpr const char* fast_settings = R"sql(
  PRAGMA journal_mode = DELETE;
  PRAGMA journal_mode = OFF;
  PRAGMA synchronous = OFF;
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA cache_size = -2500000;
  BEGIN EXCLUSIVE)sql";

constexpr const char* insert_subscription =
    "INSERT INTO subscriptions (id, customer, status, created) VALUES (?, ?, 'active', ?)";
constexpr const char* insert_item = R"sql(
  INSERT INTO items (id, subscription, price, product, metered, period_start, period_end)
  VALUES (?, ?, 'price_1', 'prod_1', 1, ?, ?))sql";
constexpr const char* insert_event = R"sql(
  INSERT INTO usage_events
    (id, customer, item, key, content_hash, kind, quantity, clicked_at, usage_at,
     state, record, api_version, first_sent_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql";

class Connection {
 public:
  explicit Connection(const std::string& file) {
    check(sqlite3_open_v2(file.c_str(), &connection_, SQLITE_OPEN_READWRITE, nullptr));
  }
  ~Connection() { sqlite3_close(connection_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void execute(const char* sql) {
    check(sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr));
  }
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v2(connection_, sql, -1, &statement, nullptr));
    return statement;
  }
  void check(int status) {
    if (status != SQLITE_OK) fmt::print(stderr, "fill: {}\n", sqlite3_errmsg(connection_));
    require(status == SQLITE_OK);
  }

 private:
  sqlite3* connection_ = nullptr;
};

/// An insert that is made over and over; texts have to live until `insert`.
class Insert {
 public:
  Insert(Connection& connection, const char* sql)
      : connection_(connection), statement_(connection.prepare(sql)) {}
  ~Insert() { sqlite3_finalize(statement_); }
  Insert(const Insert&) = delete;
  Insert& operator=(const Insert&) = delete;

  Insert& bind(std::string_view text) {
    connection_.check(sqlite3_bind_text64(statement_, ++bound_, text.data(), text.size(),
                                          SQLITE_STATIC, SQLITE_UTF8));
    return *this;
  }
  Insert& bind(std::int64_t number) {
    connection_.check(sqlite3_bind_int64(statement_, ++bound_, number));
    return *this;
  }
  void insert() {
    sqlite3_step(statement_);
    connection_.check(sqlite3_reset(statement_));
    bound_ = 0;
  }

 private:
  Connection& connection_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

std::int64_t count(Second second) {
  return second.time_since_epoch().count();
}

void insert_buyers(Connection& connection, const std::vector<Buyer>& buyers) {
  const Second since = filled_time().period_start;
  Insert subscription(connection, insert_subscription);
  Insert item(connection, insert_item);
  for (const Buyer& buyer : buyers) {
    const std::string id = "sub_" + buyer.item.text();
    subscription.bind(id).bind(buyer.customer.text()).bind(count(since)).insert();
    item.bind(buyer.item.text()).bind(id).bind(count(since)).bind(count(since + period)).insert();
  }
}

void tell(std::int64_t done, std::int64_t rows, std::chrono::steady_clock::time_point began) {
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  fmt::print(stderr, "filling: {} of {} rows, {:.0f} s\n", done, rows, took.count());
}

void insert_events(Connection& connection, const std::vector<Buyer>& buyers, std::int64_t rows) {
  const auto began = std::chrono::steady_clock::now();
  SeededEntropy entropy(seed + 1);
  std::vector<Second> latest(buyers.size());
  Insert row(connection, insert_event);
  for (std::int64_t i = 0; i < rows; ++i) {
    const auto who = entropy.next() % buyers.size();
    const auto ago = milliseconds(filled_for) * (rows - i) / rows;
    const auto event = value(make_usage_event({.customer = buyers[who].customer,
                                               .item = buyers[who].item,
                                               .clicked_at = filled_until - ago},
                                              entropy));
    latest[who] = std::max(to_second(event.clicked_at), latest[who] + seconds(1));
    const bool pending = i % rows_a_pending_one == 0;
    const std::string record = pending ? "" : "mbur_1" + entropy.letters(23);
    const std::int64_t clicked_at = event.clicked_at.time_since_epoch().count();
    row.bind(event.id.text()).bind(event.customer.text()).bind(event.item.text());
    row.bind(event.key.text()).bind(event.content_hash).bind(name(event.kind));
    row.bind(event.quantity).bind(clicked_at).bind(count(latest[who]));
    row.bind(pending ? "pending" : "delivered").bind(record);
    row.bind(pending ? "" : "2025-02-24.acacia").bind(clicked_at + 300).insert();
    if ((i + 1) % rows_a_line == 0) tell(i + 1, rows, began);
  }
  if (rows > 0) fmt::print(stderr, "filling: writing it out\n");
  connection.execute("COMMIT");
  if (rows > 0) tell(rows, rows, began);
}

}  // namespace

FilledTime filled_time() {
  return {.period_start = to_second(filled_until) - filled_for - hours(24), .until = filled_until};
}

std::vector<Buyer> random_buyers(int count) {
  SeededEntropy entropy(seed);
  std::vector<Buyer> buyers;
  for (int i = 0; i < count; ++i) {
    buyers.push_back({.customer = CustomerId("cus_" + entropy.letters(14)),
                      .item = ItemId("si_" + entropy.letters(14))});
  }
  return buyers;
}

void fill(const std::string& file, const std::vector<Buyer>& buyers, std::int64_t rows) {
  value(SqliteData::open(file, SqliteAccess::owner)).reset();
  Connection connection(file);
  connection.execute(fast_settings);
  insert_buyers(connection, buyers);
  insert_events(connection, buyers, rows);
}

}  // namespace billing::bench
