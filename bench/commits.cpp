// SPDX-License-Identifier: Apache-2.0
#include <billing/group_commit.hpp>
#include <billing/sqlite_data.hpp>

#include "measures.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

namespace billing::bench {
namespace {

constexpr std::chrono::seconds measured_for(1);
constexpr int customers = 1'000;
constexpr double ratio_least = 4;

double appends_a_second(bool grouped, int writers) {
  const BenchFolder folder;
  const std::string file = folder.file("billing.db");
  const std::vector<Buyer> buyers = random_buyers(customers);
  fill(file, buyers, 0);
  const Instant now = filled_time().until;
  const auto data = value(SqliteData::open(file, SqliteAccess::owner));
  GroupCommit group(data->ledger());
  Ledger& ledger = grouped ? static_cast<Ledger&>(group) : data->ledger();
  SystemEntropy entropy;
  std::atomic<std::int64_t> appends{0};
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (int writer = 0; writer < writers; ++writer) {
    threads.emplace_back([&, writer] {
      for (auto i = static_cast<std::size_t>(writer);
           std::chrono::steady_clock::now() - began < measured_for; i += 7) {
        const Buyer& buyer = buyers[i % buyers.size()];
        auto event = value(make_usage_event(
            {.customer = buyer.customer, .item = buyer.item, .clicked_at = now}, entropy));
        value(ledger.append(std::make_shared<const UsageEvent>(std::move(event)), now));
        ++appends;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  return static_cast<double>(appends) / took.count();
}

}  // namespace

/// Each pair has its own ratio, so that a disk which is slower for some seconds, because of others,
/// is slower for both of them; and they take turns in being first.
void measure_commits(const CommitOptions& options) {
  fmt::print("durable appends a second, medians of {} pairs of {} s\n", options.pairs,
             measured_for.count());
  fmt::print("{:>8} {:>14} {:>15} {:>7} {:>14}\n", "writers", "a commit each", "shared commits",
             "ratio", "from, to");
  double reached = 0;
  for (const int writers : options.writers) {
    std::vector<double> alone;
    std::vector<double> shared;
    std::vector<double> ratios;
    for (int pair = 0; pair < options.pairs; ++pair) {
      const bool shared_first = pair % 2 == 1;
      if (shared_first) shared.push_back(appends_a_second(true, writers));
      alone.push_back(appends_a_second(false, writers));
      if (!shared_first) shared.push_back(appends_a_second(true, writers));
      ratios.push_back(shared.back() / alone.back());
    }
    reached = quantile(ratios, 0.5);
    fmt::print("{:>8} {:>14.0f} {:>15.0f} {:>7.2f} {:>14}\n", writers, quantile(alone, 0.5),
               quantile(shared, 0.5), reached,
               fmt::format("{:.2f}, {:.2f}", std::ranges::min(ratios), std::ranges::max(ratios)));
    std::fflush(stdout);
  }
  fmt::print("bar {}  {} writers: {:.2f} times (at least {})\n\n",
             reached >= ratio_least ? "reached" : "MISSED ", options.writers.back(), reached,
             ratio_least);
}

}  // namespace billing::bench
