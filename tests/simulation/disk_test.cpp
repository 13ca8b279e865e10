// SPDX-License-Identifier: Apache-2.0
#include "simulation/disk.hpp"

#include "support/fake_clock.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace billing::tests {
namespace {

using simulation::Disk;
using simulation::Effect;
using simulation::Fate;

struct Pragmas {
  std::string synchronous = "FULL";
};

/// A database on a disk, opened as the ledger does.
class Database {
 public:
  explicit Database(Disk& disk, const Pragmas& pragmas = {}) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int status = sqlite3_open_v2("billing.db", &connection_, flags, disk.vfs_name().c_str());
    sqlite3_extended_result_codes(connection_, 1);
    if (status != SQLITE_OK) return;
    usable_ = text("PRAGMA locking_mode = EXCLUSIVE") == "exclusive" &&
              text("PRAGMA journal_mode = WAL") == "wal" &&
              run("PRAGMA synchronous = " + pragmas.synchronous) == SQLITE_OK &&
              run("PRAGMA cache_size = 10") == SQLITE_OK;  // Large transactions spill.
  }
  ~Database() { CHECK(sqlite3_close(connection_) == SQLITE_OK); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  bool usable() const { return usable_; }

  /// An extended result code.
  int run(const std::string& sql) {
    return sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr);
  }
  /// The first column of the last row; nothing unless all went well to the end, as a statement may
  /// fail only once it has given its row.
  std::optional<std::string> text(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    std::optional<std::string> value;
    sqlite3_prepare_v2(connection_, sql.c_str(), -1, &statement, nullptr);
    int status = SQLITE_ROW;
    while ((status = sqlite3_step(statement)) == SQLITE_ROW) {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, 0));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, 0));
      value = size == 0 ? std::string() : std::string(bytes, size);
    }
    sqlite3_finalize(statement);
    return status == SQLITE_DONE ? value : std::nullopt;
  }
  std::optional<int> number(const std::string& sql) {
    const auto value = text(sql);
    return value ? std::optional(std::stoi(*value)) : std::nullopt;
  }

 private:
  sqlite3* connection_ = nullptr;
  bool usable_ = false;
};

constexpr int batches = 9;
constexpr int large_batch = 5;

int rows_in(int batch) {
  return batch == large_batch ? 60 : 3;
}

/// What came of each batch that was written.
struct Report {
  std::set<int> acknowledged;  ///< Its COMMIT was a success.
  std::set<int> unclear;       ///< Its COMMIT was a failure.
  bool finished = false;       ///< The machine lived to the end.
};

/// Writes one batch in a transaction that also moves a mark. Returns what COMMIT returned, if it
/// came to that.
std::optional<int> write_batch(Database& database, int batch) {
  std::vector<std::string> steps = {
      "BEGIN IMMEDIATE",
      "CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, batch INTEGER, filler TEXT)",
      "CREATE TABLE IF NOT EXISTS mark (id INTEGER PRIMARY KEY, batch INTEGER)"};
  for (int i = 0; i < rows_in(batch); ++i) {
    steps.push_back(fmt::format("INSERT INTO entry VALUES ({0}, {1}, printf('%01500d', {0}))",
                                batch * 100 + i, batch));
  }
  steps.push_back(fmt::format("INSERT OR REPLACE INTO mark VALUES (1, {})", batch));
  for (const std::string& step : steps) {
    if (database.run(step) == SQLITE_OK) continue;
    database.run("ROLLBACK");
    return std::nullopt;
  }
  const int committed = database.run("COMMIT");
  if (committed != SQLITE_OK) database.run("ROLLBACK");
  return committed;
}

/// Writes all batches, with a checkpoint now and then, and has the power cut at the end at the
/// latest. A database that can't be opened is tried again.
Report play(Disk& disk, const Pragmas& pragmas) {
  Report report;
  for (int attempts = 0; attempts < 3 && !disk.dead(); ++attempts) {
    Database database(disk, pragmas);
    if (!database.usable()) continue;
    for (int batch = 1; batch <= batches; ++batch) {
      const auto committed = write_batch(database, batch);
      if (committed) (*committed == SQLITE_OK ? report.acknowledged : report.unclear).insert(batch);
      if (batch == 3 || batch == 7) database.run("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    report.finished = !disk.dead();
    disk.cut_power();
  }
  return report;
}

/// What a restarted disk holds, against a report.
struct Verdict {
  bool sound = false;     ///< Whole by its own account, each batch there all or none.
  int lost = 0;           ///< Batches that were acknowledged and aren't there.
  int unclear_there = 0;  ///< Batches that are there though their COMMIT failed.
};

Verdict judge(Disk& disk, const Report& report, const Pragmas& pragmas) {
  Verdict verdict;
  Database database(disk, pragmas);
  verdict.sound = database.usable() && database.text("PRAGMA integrity_check") == "ok";
  const bool empty = database.number("SELECT count(*) FROM sqlite_schema") == 0;
  int last = 0;
  int total = 0;
  for (int batch = 1; batch <= batches; ++batch) {
    const auto rows = database.number(
        fmt::format("SELECT count(*) FROM entry WHERE batch = {} AND filler = printf('%01500d', id)"
                    " AND id BETWEEN batch * 100 AND batch * 100 + 99",
                    batch));
    const bool there = rows == rows_in(batch);
    if (there) last = batch;
    total += there ? rows_in(batch) : 0;
    const bool expected = report.acknowledged.contains(batch) || report.unclear.contains(batch);
    verdict.sound = verdict.sound && (there ? expected : empty || rows == 0);
    verdict.lost += !there && report.acknowledged.contains(batch) ? 1 : 0;
    verdict.unclear_there += there && report.unclear.contains(batch) ? 1 : 0;
  }
  verdict.sound = verdict.sound && (empty || database.number("SELECT batch FROM mark") == last);
  verdict.sound =
      verdict.sound && (empty || database.number("SELECT count(*) FROM entry") == total);
  // It goes on.
  const std::string sql = "CREATE TABLE more (id INTEGER PRIMARY KEY)";
  verdict.sound = verdict.sound && database.run(sql) == SQLITE_OK;
  return verdict;
}

struct Sweep {
  Fate fate = Fate::dies_before;
  Pragmas pragmas = {};
  std::uint64_t seeds = 1;
};

struct Tally {
  std::set<Effect> struck;  ///< The kinds of effect that a fault has hit.
  int faults = 0;
  int acknowledged = 0;
  int unsound = 0;
  int lost = 0;
  int unclear = 0;
  int unclear_there = 0;
  int stuck = 0;  ///< Machines that lived, but lost more than the batch the fault was in.
};

/// Plays once for each effect and each seed, with `fate` for that one effect, cuts the power and
/// looks at what is left.
Tally sweep(const Sweep& what) {
  Tally tally;
  const FakeClock clock;
  bool reached = true;
  for (int target = 1; reached; ++target) {
    for (std::uint64_t seed = 1; seed <= what.seeds; ++seed) {
      Disk disk(clock, seed);
      int effects = 0;
      disk.fate = [&](Effect effect, std::string_view) {
        if (++effects != target) return Fate::happens;
        tally.struck.insert(effect);
        return what.fate;
      };
      const Report report = play(disk, what.pragmas);
      CHECK(disk.open_files() == 0);
      reached = effects >= target;
      if (!reached) break;
      disk.fate = nullptr;
      SeededEntropy chance(seed * 100'000 + static_cast<std::uint64_t>(target));
      disk.restart(chance);
      const Verdict verdict = judge(disk, report, what.pragmas);
      ++tally.faults;
      tally.unsound += verdict.sound ? 0 : 1;
      tally.acknowledged += static_cast<int>(report.acknowledged.size());
      tally.lost += verdict.lost;
      tally.unclear += static_cast<int>(report.unclear.size());
      tally.unclear_there += verdict.unclear_there;
      tally.stuck += report.finished && report.acknowledged.size() + 1 < batches ? 1 : 0;
    }
  }
  return tally;
}

/// A committed row 1 in a new table; what a test then has happen goes on from there.
void begin_story(Database& database) {
  REQUIRE(database.usable());
  REQUIRE(database.run("CREATE TABLE row (id INTEGER PRIMARY KEY)") == SQLITE_OK);
  REQUIRE(database.run("INSERT INTO row VALUES (1)") == SQLITE_OK);
}

/// What COMMIT says to a transaction of one row.
int commit_row(Database& database, int id) {
  REQUIRE(database.run("BEGIN IMMEDIATE") == SQLITE_OK);
  REQUIRE(database.run(fmt::format("INSERT INTO row VALUES ({})", id)) == SQLITE_OK);
  return database.run("COMMIT");
}

std::string rows(Database& database) {
  return database.text("SELECT group_concat(id) FROM (SELECT id FROM row ORDER BY id)")
      .value_or("");
}

/// The rows that a power cut leaves.
std::string rows_after_restart(Disk& disk, std::uint64_t seed) {
  SeededEntropy chance(seed);
  disk.fate = nullptr;
  disk.restart(chance);
  Database database(disk);
  CHECK(database.text("PRAGMA integrity_check") == "ok");
  return rows(database);
}

/// A disk whose next sync has this fate, and the ones after it none.
class SyncFault {
 public:
  SyncFault(Disk& disk, Fate fate) {
    disk.fate = [this, fate](Effect effect, std::string_view) {
      return effect == Effect::sync && faults_++ == 0 ? fate : Fate::happens;
    };
  }
  bool fired() const { return faults_ > 0; }

 private:
  int faults_ = 0;
};

/// A play on a disk where many things go wrong in any way: what each effect was, and what came of
/// it all.
struct Storm {
  explicit Storm(std::uint64_t seed) : disk(clock, seed) {
    SeededEntropy chance(seed);
    disk.fate = [&](Effect effect, std::string_view file) {
      trace.emplace_back(effect, file);
      const std::uint64_t dice = chance.next() % 40;
      faults += dice < 3 ? 1 : 0;
      if (dice == 2) return chance.next() % 3 == 0 ? Fate::dies_after : Fate::dies_before;
      return dice == 0 ? Fate::fails : dice == 1 ? Fate::happens_but_fails : Fate::happens;
    };
    report = play(disk, {});
    disk.fate = nullptr;
    disk.cut_power();
    disk.restart(chance);
    verdict = judge(disk, report, {});
  }

  FakeClock clock;
  Disk disk;
  std::vector<std::pair<Effect, std::string>> trace;
  int faults = 0;
  Report report;
  Verdict verdict;
};

}  // namespace

TEST_CASE("A power cut at any effect leaves all that was committed, and no half transaction") {
  for (const Fate fate : {Fate::dies_before, Fate::dies_after}) {
    CAPTURE(fate);
    const Tally tally = sweep({.fate = fate, .seeds = 2});
    CHECK(tally.faults > 400);
    CHECK(tally.struck.size() == 5);
    CHECK(tally.unsound == 0);
    CHECK(tally.lost == 0);
    CHECK(tally.acknowledged > tally.faults);
    CHECK(tally.unclear_there > 0);
  }
}

TEST_CASE("Without a sync at each commit, a power cut takes what was committed") {
  const Tally normal = sweep({.pragmas = {.synchronous = "NORMAL"}});
  CHECK(normal.faults > 200);
  CHECK(normal.lost > 100);
  CHECK(normal.unsound == 0);  // SQLite promises that much.
  const Tally off = sweep({.pragmas = {.synchronous = "OFF"}});
  CHECK(off.faults > 200);
  CHECK(off.lost > 100);
  CHECK(off.unsound > 50);
}

TEST_CASE("An effect that fails, or only says so, costs no transaction but its own") {
  for (const Fate fate : {Fate::fails, Fate::happens_but_fails}) {
    CAPTURE(fate);
    const Tally tally = sweep({.fate = fate});
    CHECK(tally.faults > 200);
    CHECK(tally.struck.size() == 5);
    CHECK(tally.unsound == 0);
    CHECK(tally.lost == 0);
    CHECK(tally.stuck == 0);
    CHECK(tally.unclear > 0);
  }
}

TEST_CASE("However much goes wrong, what was committed is there, and the same seed repeats it") {
  int faults = 0;
  std::size_t acknowledged = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    const Storm storm(seed);
    CHECK(storm.verdict.sound);
    CHECK(storm.verdict.lost == 0);
    faults += storm.faults;
    acknowledged += storm.report.acknowledged.size();
    if (seed % 20 != 0) continue;
    const Storm again(seed);
    CHECK(again.trace == storm.trace);
    CHECK(again.report.acknowledged == storm.report.acknowledged);
    CHECK(again.verdict.unclear_there == storm.verdict.unclear_there);
  }
  CHECK(faults > 400);
  CHECK(acknowledged > 400);
}

TEST_CASE("A failed sync fails its COMMIT, whose row a power cut may take unless written again") {
  std::map<std::string, int> outcomes;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const FakeClock clock;
    Disk disk(clock, seed);
    const bool again = seed % 2 == 0;
    {
      Database database(disk);
      begin_story(database);
      const SyncFault fault(disk, Fate::fails);
      CHECK(commit_row(database, 2) == SQLITE_IOERR_FSYNC);
      CHECK(fault.fired());
      CHECK(rows(database) == "1");
      if (again) CHECK(commit_row(database, 2) == SQLITE_OK);
      disk.cut_power();
    }
    const std::string left = rows_after_restart(disk, seed);
    ++outcomes[(again ? "again " : "once ") + left];
  }
  CHECK(outcomes["once 1"] > 10);
  CHECK(outcomes["once 1"] + outcomes["once 1,2"] == 50);
  CHECK(outcomes["again 1,2"] == 50);
}

TEST_CASE("A row whose sync happened but said it failed is there after a power cut") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const FakeClock clock;
    Disk disk(clock, seed);
    {
      Database database(disk);
      begin_story(database);
      const SyncFault fault(disk, Fate::happens_but_fails);
      CHECK(commit_row(database, 2) == SQLITE_IOERR_FSYNC);
      CHECK(fault.fired());
      CHECK(rows(database) == "1");
      disk.cut_power();
    }
    CHECK(rows_after_restart(disk, seed) == "1,2");
  }
}

TEST_CASE("A full disk refuses transactions until there is room, and keeps the others") {
  const FakeClock clock;
  Disk disk(clock, 1);
  {
    Database database(disk);
    begin_story(database);
    bool full = true;
    int refused = 0;
    disk.fate = [&](Effect effect, std::string_view) {
      if (!full || effect != Effect::write) return Fate::happens;
      ++refused;
      return Fate::fails;
    };
    CHECK(commit_row(database, 2) == SQLITE_FULL);
    CHECK(commit_row(database, 3) == SQLITE_FULL);
    CHECK(refused > 1);
    CHECK(rows(database) == "1");
    full = false;
    CHECK(commit_row(database, 4) == SQLITE_OK);
    disk.cut_power();
  }
  CHECK(rows_after_restart(disk, 1) == "1,4");
}

TEST_CASE("Disks in several threads don't see each other") {
  const FakeClock clock;
  std::vector<std::string> found(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < found.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 20; ++round) {
        Disk disk(clock, i);
        Database database(disk);
        database.run("CREATE TABLE row (id INTEGER PRIMARY KEY)");
        database.run(fmt::format("INSERT INTO row VALUES ({})", i * 100));
        std::this_thread::yield();
        database.run(fmt::format("INSERT INTO row VALUES ({})", i * 100 + 1));
        found[i] += rows(database) + " ";
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < found.size(); ++i) {
    std::string expected;
    for (int n = 0; n < 20; ++n) expected += fmt::format("{},{} ", i * 100, i * 100 + 1);
    CHECK(found[i] == expected);
  }
}

TEST_CASE("What SQLite puts aside in a temporary file is on the disk, and gone once it is closed") {
  const FakeClock clock;
  Disk disk(clock, 1);
  std::size_t temporary = 0;
  disk.fate = [&](Effect, std::string_view file) {
    temporary += file.empty() ? 1U : 0U;
    return Fate::happens;
  };
  {
    Database database(disk);
    CHECK(database.run("PRAGMA temp_store = FILE") == SQLITE_OK);
    CHECK(database.run("CREATE TEMP TABLE aside (id INTEGER PRIMARY KEY, filler TEXT)") ==
          SQLITE_OK);
    CHECK(database.run("PRAGMA temp.cache_size = 10") == SQLITE_OK);
    for (int i = 0; i < 100; ++i) {
      CHECK(database.run("INSERT INTO aside (filler) VALUES (printf('%01500d', 7))") == SQLITE_OK);
    }
    CHECK(database.number("SELECT count(*) FROM aside WHERE length(filler) = 1500") == 100);
    CHECK(disk.open_files() > 1);
  }
  CHECK(temporary > 30);
  CHECK(disk.open_files() == 0);
}

}  // namespace billing::tests
