// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/entropy.hpp>

#include <cstdint>
#include <memory>
#include <string>

struct sqlite3_vfs;

namespace simulation {

class Platter;

/// A platter as SQLite sees it: registered under a name of its own for as long as this lives.
class DiskVfs {
 public:
  /// `platter` and `clock` must outlive it.
  DiskVfs(Platter& platter, const billing::Clock& clock, std::uint64_t seed);
  ~DiskVfs();
  DiskVfs(const DiskVfs&) = delete;
  DiskVfs& operator=(const DiskVfs&) = delete;

  const std::string& name() const { return name_; }
  Platter& platter() { return platter_; }
  const billing::Clock& clock() const { return clock_; }
  billing::Entropy& randomness() { return randomness_; }

 private:
  std::string name_;
  Platter& platter_;
  const billing::Clock& clock_;
  billing::SeededEntropy randomness_;
  std::unique_ptr<sqlite3_vfs> vfs_;
};

}  // namespace simulation
