// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/entropy.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace simulation {

class DiskVfs;
class Platter;

/// What changes a disk, or what is on it for good.
enum class Effect { create, write, sync, truncate, remove };

/// What becomes of one effect.
enum class Fate {
  happens,
  fails,              ///< Nothing is done, and an error says so; a write finds the disk full.
  happens_but_fails,  ///< All is done, and yet an error comes back.
  pretends,           ///< Of a sync: nothing is done, and nobody is told; as bad disks do.
  dies_before,        ///< The power goes, and the effect never was.
  dies_after,         ///< It was, but nobody hears of it: the power goes.
};

/// The disk of one simulated machine, in memory, and the SQLite VFS through which it is reached:
/// open a database with sqlite3_open_v2 and `vfs_name()`, one connection to a file at a time (locks
/// always succeed), with `PRAGMA locking_mode=EXCLUSIVE` before `journal_mode=WAL`. There is no
/// shared memory: without the former, the latter is answered "delete" without an error, and a
/// database that is in WAL mode can't be opened.
///
/// Reads see every write. What a power cut leaves of a file is what was synced, and by chance some
/// of what was not: none of it, a prefix, or any subset in order; each write whole, cut short at
/// any byte, or in 512-byte sectors of which any may be missing. A truncation is there or it isn't.
/// A file is made and removed durably at once, empty until its bytes are synced.
///
/// A sync that fails is as harsh as Linux's: what was unsynced then is still read, but no later
/// sync makes it durable; only the same bytes written again can be. It may survive a power cut all
/// the same, by chance, where nothing synced later has replaced it.
///
/// Once dead, every operation fails, reads too, and changes nothing, until `restart`. No exception
/// leaves the VFS: one that is thrown in it, by the hook too, ends the program.
///
/// One thread at a time uses a disk and what is open on it; several disks can live in several
/// threads. The same calls, hook and chance leave the same bytes; but the salts in a WAL come from
/// a generator that SQLite shares within the process, and seeds from the machine.
class Disk {
 public:
  /// `clock` is what SQLite calls now, and must outlive the disk; `seed` is for what it asks this
  /// VFS for as randomness.
  Disk(const billing::Clock& clock, std::uint64_t seed);
  /// Everything on it has to be closed.
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  /// Unique in this process; any file name is free on a new disk.
  const std::string& vfs_name() const;

  /// Asked before each effect on a living disk; absent, all is well. A temporary file's name is
  /// empty, and opening a file that exists is no effect. It may cut the power itself; it must not
  /// throw, and not replace itself.
  std::function<Fate(Effect effect, std::string_view file)> fate;

  bool dead() const;
  /// The machine dies for a reason of its own.
  void cut_power();
  /// Brings a dead disk back with what the power cut left. Everything on it has to be closed. True
  /// if that is not all that could be read before.
  bool restart(billing::Entropy& chance);

  /// Handles that SQLite has not closed.
  std::size_t open_files() const;

 private:
  std::unique_ptr<Platter> platter_;
  std::unique_ptr<DiskVfs> vfs_;
};

}  // namespace simulation
