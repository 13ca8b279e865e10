// SPDX-License-Identifier: Apache-2.0
// Durable appends a second: one commit an append against shared commits, pairs in one run.
#include <billing/group_commit.hpp>
#include <billing/sqlite_data.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

namespace {

using namespace billing;

constexpr std::chrono::seconds measured_for(2);
constexpr int rounds = 3;
constexpr int items = 1'000;
constexpr Instant start{std::chrono::milliseconds(1'768'478'400'000)};

/// Aborts with the reason: a bench has nobody to tell it to.
template <class T>
T value(Result<T> result) {
  if (!result) fmt::print(stderr, "{}\n", result.error().message);
  require(result.has_value());
  return std::move(*result);
}

std::string item_name(int number) {
  return fmt::format("{:06}", number);
}

void fill_store(Store& store) {
  const Second begun = to_second(start) - std::chrono::hours(24);
  for (int i = 0; i < items; ++i) {
    const Subscription subscription{.id = SubscriptionId("sub_" + item_name(i)),
                                    .customer = CustomerId("cus_" + item_name(i)),
                                    .status = "active",
                                    .created = begun,
                                    .items = {{.id = ItemId("si_" + item_name(i)),
                                               .price = PriceId("price_1"),
                                               .product = ProductId("prod_1"),
                                               .usage_type = UsageType::metered,
                                               .period_start = begun,
                                               .period_end = begun + std::chrono::hours(744)}}};
    require(store.remember(subscription).has_value());
  }
}

/// Appends from `writers` threads for a while, into a new file in the working folder: on the disk
/// that is to be measured, not in a tmpfs.
double appends_a_second(bool grouped, int writers) {
  std::string folder = (std::filesystem::current_path() / "bench-XXXXXX").string();
  require(mkdtemp(folder.data()) != nullptr);
  std::atomic<std::int64_t> appends{0};
  std::chrono::duration<double> took{};
  {
    const auto data = value(SqliteData::open(folder + "/billing.db", SqliteAccess::owner));
    fill_store(data->store());
    GroupCommit group(data->ledger());
    Ledger& ledger = grouped ? static_cast<Ledger&>(group) : data->ledger();
    SystemEntropy entropy;
    const auto began = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    for (int writer = 0; writer < writers; ++writer) {
      threads.emplace_back([&, writer] {
        for (int i = writer; std::chrono::steady_clock::now() - began < measured_for; i += 7) {
          const auto event =
              value(make_usage_event({.customer = CustomerId("cus_" + item_name(i % items)),
                                      .item = ItemId("si_" + item_name(i % items)),
                                      .clicked_at = start},
                                     entropy));
          value(ledger.append({&event, 1}, start));
          ++appends;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    took = std::chrono::steady_clock::now() - began;
  }
  std::filesystem::remove_all(folder);
  return static_cast<double>(appends) / took.count();
}

double median(std::array<double, rounds> values) {
  std::ranges::sort(values);
  return values[rounds / 2];
}

}  // namespace

int main() {
  fmt::print("durable appends a second, median of {} rounds\n", rounds);
  fmt::print("{:>8} {:>18} {:>16} {:>7}\n", "writers", "a commit each", "shared commits", "ratio");
  for (const int writers : {1, 16, 64}) {
    std::array<double, rounds> alone{};
    std::array<double, rounds> shared{};
    for (std::size_t round = 0; round < rounds; ++round) {
      alone[round] = appends_a_second(false, writers);
      shared[round] = appends_a_second(true, writers);
    }
    fmt::print("{:>8} {:>18.0f} {:>16.0f} {:>7.1f}\n", writers, median(alone), median(shared),
               median(shared) / median(alone));
  }
}
