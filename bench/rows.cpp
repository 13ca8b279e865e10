// SPDX-License-Identifier: Apache-2.0
#include <billing/sqlite_data.hpp>

#include "measures.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <memory>
#include <numeric>

namespace billing::bench {
namespace {

namespace fs = std::filesystem;

constexpr double ratio_most = 1.5;
constexpr std::uintmax_t bytes_a_row_most = 1'000;
constexpr int warm_up_part = 10;

/// A ledger and how long each append into it took.
struct Contestant {
  std::string name;
  std::unique_ptr<SqliteData> data;
  std::vector<double> microseconds = {};
  std::vector<double> processor_microseconds = {};
};

double processor_microseconds() {
  timespec time{};
  require(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

void append(Contestant& contestant, const UsageEvent& event) {
  const double used = processor_microseconds();
  const auto began = std::chrono::steady_clock::now();
  value(contestant.data->ledger().append(std::make_shared<const UsageEvent>(event),
                                         event.clicked_at));
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - began;
  contestant.microseconds.push_back(took.count());
  contestant.processor_microseconds.push_back(processor_microseconds() - used);
}

/// One into each, in turns, so that whatever else the machine does happens to both.
void append_in_turns(Contestant& empty, Contestant& full, const std::vector<Buyer>& buyers,
                     Instant from, int appends) {
  SystemEntropy entropy;
  for (int i = 0; i < appends; ++i) {
    const Instant now = from + std::chrono::milliseconds(10) * i;
    const auto event = [&] {
      const Buyer& buyer = buyers[entropy.next() % buyers.size()];
      return value(make_usage_event(
          {.customer = buyer.customer, .item = buyer.item, .clicked_at = now}, entropy));
    };
    append(i % 2 == 0 ? empty : full, event());
    append(i % 2 == 0 ? full : empty, event());
  }
}

/// What each column of the table says of one contestant.
std::vector<double> columns_of(const Contestant& contestant) {
  const auto mean = [](const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  };
  const std::vector<double>& times = contestant.microseconds;
  return {quantile(times, 0.1),  quantile(times, 0.5), mean(times),
          quantile(times, 0.99), quantile(times, 1),   mean(contestant.processor_microseconds)};
}

constexpr std::array headings = {"p10", "median", "mean", "p99", "slowest", "processor"};
constexpr std::array<std::size_t, 2> columns_with_bars = {1, 2};

void print_row(const std::string& name, const std::vector<double>& columns, int decimals) {
  fmt::print("{:>16}", name);
  for (const double column : columns) fmt::print(" {:>9.{}f}", column, decimals);
  fmt::print("\n");
}

/// The fastest tenth and the processor's time are what others on the machine disturb least.
void report(const Contestant& empty, const Contestant& full, int appends) {
  fmt::print("time of one durable append in µs, {} into each in turns, checkpoints included\n",
             appends);
  fmt::print("{:>16}", "");
  for (const char* heading : headings) fmt::print(" {:>9}", heading);
  fmt::print("\n");
  const std::vector<double> few = columns_of(empty);
  const std::vector<double> many = columns_of(full);
  std::vector<double> ratios;
  for (std::size_t i = 0; i < few.size(); ++i) ratios.push_back(many[i] / few[i]);
  print_row(empty.name, few, 0);
  print_row(full.name, many, 0);
  print_row("ratio", ratios, 2);
  for (const std::size_t column : columns_with_bars) {
    fmt::print("bar {}  {}: {:.2f} times (at most {})\n",
               ratios[column] <= ratio_most ? "reached" : "MISSED ", headings[column],
               ratios[column], ratio_most);
  }
}

void make_full(const std::string& file, const std::vector<Buyer>& buyers, std::int64_t rows) {
  const fs::path folder = fs::absolute(file).parent_path();
  const std::uintmax_t needed = static_cast<std::uintmax_t>(rows) * bytes_a_row_most;
  const std::uintmax_t available = fs::space(folder).available;
  if (available < needed) {
    fmt::print(stderr, "{} may need {} MB, and has {} MB: use fewer --rows, or another folder\n",
               folder.string(), needed / 1'000'000, available / 1'000'000);
  }
  require(available >= needed);
  // An interrupted filling leaves nothing that could be taken for a whole one.
  const std::string part = file + ".part";
  fs::remove(part);
  fill(part, buyers, rows);
  fs::rename(part, file);
  fs::remove(part + ".lock");
}

/// Puts all of it into the system's cache, or none of it: a run says the same whatever ran before.
void prepare_memory(const std::string& file, bool cold) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  require(descriptor >= 0);
  std::vector<char> buffer(1 << 20);
  while (!cold && ::read(descriptor, buffer.data(), buffer.size()) > 0) continue;
  if (cold) require(::posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED) == 0);
  ::close(descriptor);
}

}  // namespace

void measure_rows(const RowOptions& options) {
  const BenchFolder folder;
  const std::vector<Buyer> buyers = random_buyers(options.customers);
  const std::string file = options.keep.empty() ? folder.file("full.db") : options.keep;
  if (!fs::exists(file)) make_full(file, buyers, options.rows);
  fill(folder.file("empty.db"), buyers, 0);
  // What the filling left in memory must not be written out while appends are measured.
  ::sync();
  prepare_memory(file, options.cold);

  Contestant empty{.name = "no rows",
                   .data = value(SqliteData::open(folder.file("empty.db"), SqliteAccess::owner))};
  Contestant full{.name = "", .data = value(SqliteData::open(file, SqliteAccess::owner))};
  const auto newest = value(full.data->ledger().list({.limit = 1}));
  require(!newest.empty());
  full.name = fmt::format("{} rows", newest.front().sequence);
  fmt::print(stderr, "{}: {} MB\n", full.name, fs::file_size(file) / 1'000'000);

  // A kept file has the appends of the last run, too.
  Instant from = std::max(filled_time().until, newest.front().event->clicked_at);
  const int warm_up = std::max(options.appends / warm_up_part, 1);
  append_in_turns(empty, full, buyers, from, warm_up);
  for (Contestant* each : {&empty, &full}) {
    each->microseconds.clear();
    each->processor_microseconds.clear();
  }
  from += std::chrono::milliseconds(10) * warm_up;
  append_in_turns(empty, full, buyers, from, options.appends);
  report(empty, full, options.appends);
}

}  // namespace billing::bench
