// SPDX-License-Identifier: Apache-2.0
#include <billing/data.hpp>
#include <billing/group_commit.hpp>
#include <billing/postgres_data.hpp>
#include <billing/sqlite_data.hpp>

#include "measures.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace billing::bench {
namespace {

constexpr std::chrono::seconds servers_run_for(3);
constexpr int servers_customers = 1'000;
constexpr double servers_ratio_least = 1.5;

/// What one server has of the data: connections of its own, and shared commits.
struct Server {
  explicit Server(std::unique_ptr<Data> opened) : data(std::move(opened)) {}
  std::unique_ptr<Data> data;
  GroupCommit ledger{data->ledger()};
};

void add_customers(Store& store, const std::vector<Buyer>& buyers) {
  const Second start = filled_time().period_start;
  for (const Buyer& buyer : buyers) {
    value(store.remember(
        Subscription{.id = SubscriptionId("sub_of_" + buyer.item.text()),
                     .customer = buyer.customer,
                     .status = "active",
                     .created = start,
                     .items = {{.id = buyer.item,
                                .price = PriceId("price_1"),
                                .product = ProductId("prod_1"),
                                .usage_type = UsageType::metered,
                                .period_start = start,
                                .period_end = start + std::chrono::hours(24 * 31)}}}));
  }
}

double appends_a_second(std::deque<Server>& servers, int writers,
                        const std::vector<Buyer>& buyers) {
  const Instant now = filled_time().until;
  SystemEntropy entropy;
  std::atomic<std::int64_t> appends{0};
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (Server& server : servers) {
    for (int writer = 0; writer < writers; ++writer) {
      threads.emplace_back([&] {
        while (std::chrono::steady_clock::now() - began < servers_run_for) {
          const Buyer& buyer = buyers[entropy.next() % buyers.size()];
          auto event = value(make_usage_event(
              {.customer = buyer.customer, .item = buyer.item, .clicked_at = now}, entropy));
          value(server.ledger.append(std::make_shared<const UsageEvent>(std::move(event)), now));
          ++appends;
        }
      });
    }
  }
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  return static_cast<double>(appends) / took.count();
}

/// Opens as many servers on `url`, and measures them.
double measure(const std::string& url, int count, int writers, const std::vector<Buyer>& buyers) {
  const SystemClock clock;
  std::deque<Server> servers;
  for (int i = 0; i < count; ++i) {
    servers.emplace_back(value(open_data(url, DataAccess::owner, clock)));
  }
  return appends_a_second(servers, writers, buyers);
}

}  // namespace

void measure_servers(const std::string& url, const CommitOptions& options) {
  const SystemClock clock;
  const int writers = options.writers.back();
  const std::vector<Buyer> buyers = random_buyers(servers_customers);
  add_customers(value(open_data(url, DataAccess::owner, clock))->store(), buyers);
  fmt::print("durable appends a second by {} writers a server, {} pairs of {} s\n", writers,
             options.pairs, servers_run_for.count());
  fmt::print("{:>8} {:>16} {:>17} {:>7}\n", "SQLite", "PostgreSQL, one", "PostgreSQL, two",
             "ratio");
  std::vector<double> ratios;
  for (int pair = 0; pair < options.pairs; ++pair) {
    const BenchFolder folder;
    const std::string file = "sqlite:" + folder.file("billing.db");
    add_customers(value(open_data(file, DataAccess::owner, clock))->store(), buyers);
    const double sqlite = measure(file, 1, writers, buyers);
    const bool two_first = pair % 2 == 1;
    double two = two_first ? measure(url, 2, writers, buyers) : 0;
    const double one = measure(url, 1, writers, buyers);
    if (!two_first) two = measure(url, 2, writers, buyers);
    ratios.push_back(two / one);
    fmt::print("{:>8.0f} {:>16.0f} {:>17.0f} {:>7.2f}\n", sqlite, one, two, two / one);
    std::fflush(stdout);
  }
  const double reached = quantile(ratios, 0.5);
  fmt::print("bar {}  two servers: {:.2f} times one (at least {})\n",
             reached >= servers_ratio_least ? "reached" : "MISSED ", reached, servers_ratio_least);
}

}  // namespace billing::bench
