// SPDX-License-Identifier: Apache-2.0
#include "simulation/disk.hpp"
#include "support/fake_clock.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace billing::tests {
namespace {

using simulation::Disk;
using simulation::Effect;
using simulation::Fate;

constexpr int make_or_open = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_DB;

sqlite3_vfs* vfs_of(const Disk& disk) {
  return sqlite3_vfs_find(disk.vfs_name().c_str());
}

/// A file on a disk, as SQLite holds one.
class RawFile {
 public:
  explicit RawFile(Disk& disk, const char* name = "file", int flags = make_or_open)
      : memory_(static_cast<std::size_t>(vfs_of(disk)->szOsFile)),
        file_(reinterpret_cast<sqlite3_file*>(memory_.data())),
        status_(vfs_of(disk)->xOpen(vfs_of(disk), name, file_, flags, nullptr)) {}
  ~RawFile() {
    if (file_->pMethods != nullptr) file_->pMethods->xClose(file_);
  }
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;

  /// Of opening it.
  int status() const { return status_; }
  const sqlite3_io_methods& methods() const { return *file_->pMethods; }
  sqlite3_file* get() { return file_; }

  int write(sqlite3_int64 offset, std::string_view bytes) {
    return methods().xWrite(file_, bytes.data(), static_cast<int>(bytes.size()), offset);
  }
  int sync() { return methods().xSync(file_, SQLITE_SYNC_NORMAL); }
  int truncate(sqlite3_int64 size) { return methods().xTruncate(file_, size); }
  std::string bytes() {
    sqlite3_int64 size = -1;
    CHECK(methods().xFileSize(file_, &size) == SQLITE_OK);
    std::string content(static_cast<std::size_t>(size), '?');
    CHECK(methods().xRead(file_, content.data(), static_cast<int>(size), 0) == SQLITE_OK);
    return content;
  }

 private:
  std::vector<char> memory_;
  sqlite3_file* file_;
  int status_;
};

bool there(const Disk& disk, const char* name) {
  int found = -1;
  CHECK(vfs_of(disk)->xAccess(vfs_of(disk), name, SQLITE_ACCESS_EXISTS, &found) == SQLITE_OK);
  return found == 1;
}

int removed(const Disk& disk, const char* name) {
  return vfs_of(disk)->xDelete(vfs_of(disk), name, 0);
}

/// What power cuts leave of a file that `act` was done to, one for each seed.
template <class Act>
std::vector<std::string> left_of(Act act, std::uint64_t seeds = 400) {
  std::vector<std::string> left;
  const FakeClock clock;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Disk disk(clock, seed);
    {
      RawFile file(disk);
      act(file, disk);
      disk.cut_power();
    }
    SeededEntropy chance(seed);
    disk.fate = nullptr;
    disk.restart(chance);
    left.push_back(RawFile(disk).bytes());
  }
  return left;
}

/// The next sync fails, and nothing after it.
void fail_sync(RawFile& file, Disk& disk) {
  int asked = 0;
  disk.fate = [&asked](Effect effect, std::string_view) {
    CHECK(effect == Effect::sync);
    ++asked;
    return Fate::fails;
  };
  CHECK(file.sync() == SQLITE_IOERR_FSYNC);
  CHECK(asked == 1);
  disk.fate = nullptr;
}

struct Destiny {
  Fate fate;
  bool done;
  bool dead;
};
constexpr Destiny destinies[] = {{Fate::happens, true, false},
                                 {Fate::fails, false, false},
                                 {Fate::happens_but_fails, true, false},
                                 {Fate::dies_before, false, true},
                                 {Fate::dies_after, true, true}};

struct Fated {
  int status = 0;  ///< What `act` returned.
  int seen = 0;    ///< After how many restarts, one for each seed, it showed.
};
constexpr int seeds_fated = 60;

/// What comes of `act` on a file that holds "abc" durably, when its one effect of the kind `target`
/// has this fate. A machine that lives syncs before the power is cut.
template <class Act, class Shows>
Fated fated(Fate fate, Effect target, Act act, Shows shows) {
  Fated result;
  const FakeClock clock;
  for (int seed = 0; seed < seeds_fated; ++seed) {
    Disk disk(clock, 1);
    {
      RawFile file(disk);
      file.write(0, "abc");
      CHECK(file.sync() == SQLITE_OK);
      int fired = 0;
      disk.fate = [&](Effect effect, std::string_view) {
        fired += effect == target ? 1 : 0;
        return effect == target ? fate : Fate::happens;
      };
      result.status = act(file, disk);
      CHECK(fired == 1);
      CHECK(disk.dead() == (fate == Fate::dies_before || fate == Fate::dies_after));
      disk.fate = nullptr;
      CHECK((file.sync() == SQLITE_OK) == !disk.dead());
      disk.cut_power();
    }
    SeededEntropy chance(static_cast<std::uint64_t>(seed));
    disk.restart(chance);
    result.seen += shows(disk) ? 1 : 0;
  }
  return result;
}

}  // namespace

TEST_CASE("A power cut takes nothing that was synced") {
  const auto left = left_of([](RawFile& file, Disk&) {
    file.write(0, "one two three");
    file.write(4, "TWO");
    file.truncate(8);
    CHECK(file.sync() == SQLITE_OK);
  });
  CHECK(std::ranges::count(left, "one TWO ") == 400);
}

TEST_CASE("A power cut leaves none, a prefix or any subset of the writes that weren't synced") {
  const auto left = left_of([](RawFile& file, Disk&) {
    file.write(0, "............");
    file.sync();
    for (sqlite3_int64 i = 0; i < 12; ++i) file.write(i, "x");
    CHECK(file.bytes() == "xxxxxxxxxxxx");
  });
  int prefixes = 0;
  int sparse = 0;
  for (const std::string& bytes : left) {
    REQUIRE(bytes.size() == 12);
    const auto kept = static_cast<std::size_t>(std::ranges::count(bytes, 'x'));
    prefixes += kept > 1 && kept < 9 && bytes.find('.') == kept ? 1 : 0;
    sparse += kept < 6 && bytes.back() == 'x' ? 1 : 0;
  }
  CHECK(std::ranges::count(left, "............") > 50);
  CHECK(std::ranges::count(left, "xxxxxxxxxxxx") > 30);
  CHECK(prefixes > 10);
  CHECK(sparse > 3);
}

TEST_CASE("A write that wasn't synced may be cut short at any byte, or lack any sector") {
  const std::string old(4096, '.');
  const std::string young(4096, 'x');
  const auto left = left_of([&](RawFile& file, Disk&) {
    file.write(0, old);
    file.sync();
    file.write(0, young);
  });
  int cut = 0;
  int odd = 0;
  int patchy = 0;
  for (const std::string& bytes : left) {
    REQUIRE(bytes.size() == old.size());
    const std::size_t border = std::min(bytes.find('.'), bytes.size());
    if (bytes == old || bytes == young) continue;
    const bool prefix = bytes.find('x', border) == std::string::npos;
    cut += prefix ? 1 : 0;
    odd += border % 512 != 0 ? 1 : 0;
    patchy += prefix ? 0 : 1;
    for (std::size_t at = 0; !prefix && at < bytes.size(); at += 512) {
      CHECK(bytes.substr(at, 512) == std::string(512, bytes[at]));
    }
  }
  CHECK(std::ranges::count(left, old) > 50);
  CHECK(std::ranges::count(left, young) > 50);
  CHECK(cut > 5);
  CHECK(odd > 5);
  CHECK(patchy > 5);
}

TEST_CASE("No later sync makes durable what a failed one gave up") {
  const auto left = left_of([](RawFile& file, Disk& disk) {
    file.write(0, "..");
    CHECK(file.sync() == SQLITE_OK);
    file.write(0, "a");
    fail_sync(file, disk);
    file.write(1, "b");
    CHECK(file.sync() == SQLITE_OK);
    CHECK(file.sync() == SQLITE_OK);
    CHECK(file.bytes() == "ab");
  });
  CHECK(std::ranges::count(left, ".b") > 100);
  CHECK(std::ranges::count(left, "ab") > 50);
  CHECK(std::ranges::count(left, ".b") + std::ranges::count(left, "ab") == 400);
}

TEST_CASE("What is written again after a failed sync and synced is durable") {
  const auto left = left_of([](RawFile& file, Disk& disk) {
    file.write(0, "abc");
    fail_sync(file, disk);
    file.write(0, "abc");
    CHECK(file.sync() == SQLITE_OK);
  });
  CHECK(std::ranges::count(left, "abc") == 400);
}

TEST_CASE("What a failed sync gave up never comes back over what was synced later") {
  const auto written = left_of([](RawFile& file, Disk& disk) {
    file.write(0, "......");
    file.sync();
    file.write(0, "aaaaaa");
    fail_sync(file, disk);
    file.write(2, "bb");
    CHECK(file.sync() == SQLITE_OK);
  });
  for (const std::string& bytes : written) CHECK(bytes.substr(2, 2) == "bb");
  CHECK(std::ranges::count(written, "..bb..") > 50);
  CHECK(std::ranges::count(written, "aabbaa") > 50);

  const auto truncated = left_of([](RawFile& file, Disk& disk) {
    file.write(0, "......");
    file.sync();
    file.truncate(1);
    file.write(3, "aaa");
    fail_sync(file, disk);
    file.truncate(5);
    CHECK(file.sync() == SQLITE_OK);
    file.write(1, "bb");
    CHECK(file.sync() == SQLITE_OK);
  });
  for (const std::string& bytes : truncated) CHECK(bytes.substr(0, 3) == ".bb");
  CHECK(std::ranges::count(truncated, ".bb..") > 50);
  CHECK(std::ranges::count(truncated, ".bbaa") > 50);
}

TEST_CASE("A file is there and gone at once, and without a sync it may be empty") {
  const FakeClock clock;
  Disk disk(clock, 1);
  CHECK(RawFile(disk, "file", SQLITE_OPEN_READWRITE).status() == SQLITE_CANTOPEN);
  {
    RawFile file(disk);
    CHECK(there(disk, "file"));
    const int anew = make_or_open | SQLITE_OPEN_EXCLUSIVE;
    CHECK(RawFile(disk, "file", anew).status() == SQLITE_CANTOPEN);
    CHECK(RawFile(disk, "other").status() == SQLITE_OK);
    CHECK(removed(disk, "other") == SQLITE_OK);
    CHECK(removed(disk, "other") == SQLITE_IOERR_DELETE_NOENT);
    CHECK(disk.open_files() == 1);
    disk.cut_power();
  }
  SeededEntropy chance(1);
  disk.restart(chance);
  CHECK(there(disk, "file"));
  CHECK_FALSE(there(disk, "other"));
  CHECK(RawFile(disk).bytes().empty());
}

TEST_CASE("A read past the end says so and gives zeros, and files without a name are apart") {
  const FakeClock clock;
  Disk disk(clock, 1);
  RawFile one(disk, nullptr);
  RawFile other(disk, nullptr);
  CHECK(one.write(0, "abc") == SQLITE_OK);
  CHECK(other.bytes().empty());
  CHECK_FALSE(there(disk, ""));
  std::string into = "????";
  CHECK(one.methods().xRead(one.get(), into.data(), 4, 1) == SQLITE_IOERR_SHORT_READ);
  CHECK(into == std::string("bc\0\0", 4));
  CHECK(one.methods().xRead(one.get(), into.data(), 4, 9) == SQLITE_IOERR_SHORT_READ);
  CHECK(into == std::string(4, '\0'));
}

TEST_CASE("A file is made, removed and truncated as its fate has it") {
  for (const auto& [fate, done, dead] : destinies) {
    CAPTURE(fate);
    const int refused = dead ? SQLITE_IOERR : SQLITE_CANTOPEN;
    const auto created = fated(
        fate, Effect::create, [](RawFile&, Disk& disk) { return RawFile(disk, "new").status(); },
        [](Disk& disk) { return there(disk, "new"); });
    CHECK(created.status == (fate == Fate::happens ? SQLITE_OK : refused));
    CHECK(created.seen == (done ? seeds_fated : 0));

    const auto gone = fated(
        fate, Effect::remove, [](RawFile&, Disk& disk) { return removed(disk, "file"); },
        [](Disk& disk) { return !there(disk, "file"); });
    CHECK(gone.status == (fate == Fate::happens ? SQLITE_OK : SQLITE_IOERR_DELETE));
    CHECK(gone.seen == (done ? seeds_fated : 0));

    const auto cut = fated(
        fate, Effect::truncate, [](RawFile& file, Disk&) { return file.truncate(1); },
        [](Disk& disk) { return RawFile(disk).bytes() == "a"; });
    CHECK(cut.status == (fate == Fate::happens ? SQLITE_OK : SQLITE_IOERR_TRUNCATE));
    CHECK((cut.seen > 0) == done);
    CHECK((cut.seen == seeds_fated) == (done && !dead));  // Synced if it lived.
  }
}

TEST_CASE("Bytes are written and synced as their fate has it") {
  for (const auto& [fate, done, dead] : destinies) {
    CAPTURE(fate);
    const auto is_new = [](Disk& disk) { return RawFile(disk).bytes() == "Abc"; };
    const int refused = fate == Fate::fails ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    const auto written = fated(
        fate, Effect::write, [](RawFile& file, Disk&) { return file.write(0, "A"); }, is_new);
    CHECK(written.status == (fate == Fate::happens ? SQLITE_OK : refused));
    CHECK((written.seen > 0) == done);
    CHECK((written.seen == seeds_fated) == (done && !dead));

    const auto write_and_sync = [](RawFile& file, Disk&) {
      CHECK(file.write(0, "A") == SQLITE_OK);
      return file.sync();
    };
    const auto synced = fated(fate, Effect::sync, write_and_sync, is_new);
    CHECK(synced.status == (fate == Fate::happens ? SQLITE_OK : SQLITE_IOERR_FSYNC));
    CHECK(synced.seen > 0);
    CHECK((synced.seen == seeds_fated) == done);
  }
}

TEST_CASE("A dead disk refuses everything, asks nobody, and changes nothing") {
  const FakeClock clock;
  Disk disk(clock, 1);
  {
    RawFile file(disk);
    file.write(0, "abc");
    file.sync();
    int asked = 0;
    disk.fate = [&](Effect, std::string_view) {
      ++asked;
      return Fate::happens;
    };
    disk.cut_power();
    CHECK(disk.dead());
    char byte = 0;
    int answer = 0;
    sqlite3_int64 size = 0;
    const std::vector<int> refusals = {
        file.write(0, "A"),
        file.sync(),
        file.truncate(0),
        removed(disk, "file"),
        RawFile(disk).status(),
        RawFile(disk, "new").status(),
        RawFile(disk, nullptr).status(),
        file.methods().xRead(file.get(), &byte, 1, 0),
        file.methods().xFileSize(file.get(), &size),
        file.methods().xLock(file.get(), SQLITE_LOCK_SHARED),
        file.methods().xUnlock(file.get(), SQLITE_LOCK_NONE),
        file.methods().xCheckReservedLock(file.get(), &answer),
        vfs_of(disk)->xAccess(vfs_of(disk), "file", SQLITE_ACCESS_EXISTS, &answer),
    };
    for (const int status : refusals) CHECK((status & 0xFF) == SQLITE_IOERR);
    CHECK(asked == 0);
    CHECK(disk.open_files() == 1);
  }
  CHECK(disk.open_files() == 0);
  SeededEntropy chance(1);
  disk.restart(chance);
  CHECK_FALSE(disk.dead());
  CHECK(RawFile(disk).bytes() == "abc");
  CHECK_FALSE(there(disk, "new"));
}

TEST_CASE("SQLite's time on a disk is its clock's, and its randomness its seed's") {
  const FakeClock clock(Instant(std::chrono::milliseconds(1'767'225'600'250)));
  sqlite3_int64 julian_ms = 0;
  double julian_days = 0;
  const auto bytes = [&](std::uint64_t seed) {
    const Disk disk(clock, seed);
    sqlite3_vfs* const vfs = vfs_of(disk);
    CHECK(vfs->xCurrentTimeInt64(vfs, &julian_ms) == SQLITE_OK);
    CHECK(vfs->xCurrentTime(vfs, &julian_days) == SQLITE_OK);
    std::string random(16, ' ');
    CHECK(vfs->xRandomness(vfs, 16, random.data()) == 16);
    return random;
  };
  CHECK(bytes(1) == bytes(1));
  CHECK(bytes(1) != bytes(2));
  // 2026-01-01 is the Julian day 2461041.5.
  CHECK(julian_ms == sqlite3_int64{24'610'415} * 8'640'000 + 250);
  CHECK(julian_days == doctest::Approx(2'461'041.5));
}

}  // namespace billing::tests
