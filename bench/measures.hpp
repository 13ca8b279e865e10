// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/ids.hpp>
#include <billing/result.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace billing::bench {

struct CommitOptions {
  std::vector<int> writers = {1, 16, 64};  ///< The bar is for the last.
  int pairs = 9;
};

struct RowOptions {
  std::int64_t rows = 10'000'000;
  int customers = 100'000;
  int appends = 20'000;
  std::string keep = {};  ///< Where the full ledger stays; empty: it is removed.
  bool cold = false;      ///< Nothing of the full ledger is in memory, as of one larger than that.
};

/// Appends a second, each its own commit against commits that are shared.
void measure_commits(const CommitOptions& options);

/// Appends a second into the PostgreSQL at `url`, by two servers against one; SQLite beside it.
void measure_servers(const std::string& url, const CommitOptions& options);

/// The time of one append into a full ledger against one into an empty one.
void measure_rows(const RowOptions& options);

/// Writes undelivered events for the customers whom a data file knows, as while Stripe was down.
void make_backlog(const std::string& file, std::int64_t events);

/// Aborts with the reason: a bench has nobody to tell it to.
template <class T>
T value(Result<T> result) {
  if (!result) fmt::print(stderr, "{}\n", result.error().message);
  require(result.has_value());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// A customer with the one metered item that its usage goes to.
struct Buyer {
  CustomerId customer;
  ItemId item;
};

/// With ids like Stripe's, the same in each run.
std::vector<Buyer> random_buyers(int count);

/// When the period of `fill` began and until when it has events.
struct FilledTime {
  Second period_start;
  Instant until;
};
FilledTime filled_time();

/// Puts customers, each with a subscription, and `rows` events of theirs into a ledger that has
/// nothing yet: in the order of time, with random customers and keys, nearly all delivered. Says on
/// standard error how far it is.
void fill(const std::string& file, const std::vector<Buyer>& buyers, std::int64_t rows);

/// A folder in the working folder, since that lies on the disk which is to be measured; goes with
/// what is in it.
class BenchFolder {
 public:
  BenchFolder();
  ~BenchFolder();
  BenchFolder(const BenchFolder&) = delete;
  BenchFolder& operator=(const BenchFolder&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// The smallest value that `part` of them do not exceed; 0.5 is the median.
double quantile(std::vector<double> values, double part);

}  // namespace billing::bench
