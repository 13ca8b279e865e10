// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/entropy.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace simulation {

/// The bytes of one file: what reads see, what a power cut can't take, and what was done since the
/// last sync. A sync costs what was done since the one before, not what the file holds.
class DiskFile {
 public:
  using Bytes = std::vector<std::byte>;

  /// Empty, and durably so.
  explicit DiskFile(std::string name) : name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  /// What reads see.
  const Bytes& bytes() const { return visible_; }

  void write(std::size_t offset, std::span<const std::byte> bytes);
  void truncate(std::size_t size);
  /// Makes durable what was done since the last sync, failed or not.
  void sync();
  /// What was done since the last sync is durable by none that is to come.
  void fail_sync();
  /// What Disk says of a power cut; what is left is then durable.
  bool lose_power(billing::Entropy& chance);

 private:
  /// A write of `bytes` at `at`, or a truncation to `at`.
  struct Operation {
    enum class Kind { write, truncation };

    Kind kind;
    std::size_t at;
    Bytes bytes{};

    std::size_t end() const { return at + bytes.size(); }
  };

  static void apply(const Operation& operation, Bytes& bytes);
  static void apply_torn(const Operation& operation, billing::Entropy& chance, Bytes& bytes);
  void supersede_doomed(const Operation& durable);

  std::string name_;
  Bytes visible_;
  Bytes durable_;
  /// What a failed sync gave up, all of it older than what is unsynced. Where something durable
  /// has taken its place it is cut down, so that a power cut can't bring it back over that.
  std::vector<Operation> doomed_;
  std::vector<Operation> unsynced_;
};

}  // namespace simulation
