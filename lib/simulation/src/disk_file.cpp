// SPDX-License-Identifier: Apache-2.0
#include "disk_file.hpp"

#include <algorithm>
#include <iterator>

namespace simulation {
namespace {

constexpr std::size_t torn_sector = 512;

bool one_in(std::uint64_t n, billing::Entropy& chance) {
  return chance.next() % n == 0;
}

void put(std::size_t offset, std::span<const std::byte> from, DiskFile::Bytes& into) {
  if (into.size() < offset + from.size()) into.resize(offset + from.size());
  std::ranges::copy(from, into.begin() + static_cast<std::ptrdiff_t>(offset));
}

}  // namespace

void DiskFile::write(std::size_t offset, std::span<const std::byte> bytes) {
  put(offset, bytes, visible_);
  unsynced_.push_back({Operation::Kind::write, offset, Bytes(bytes.begin(), bytes.end())});
}

void DiskFile::truncate(std::size_t size) {
  visible_.resize(size);
  unsynced_.push_back({Operation::Kind::truncation, size});
}

void DiskFile::sync() {
  for (const Operation& operation : unsynced_) {
    apply(operation, durable_);
    if (!doomed_.empty()) supersede_doomed(operation);
  }
  unsynced_.clear();
}

void DiskFile::fail_sync() {
  std::ranges::move(unsynced_, std::back_inserter(doomed_));
  unsynced_.clear();
}

bool DiskFile::lose_power(billing::Entropy& chance) {
  fail_sync();
  enum class Survivors { none, all, prefix, subset };
  const auto survivors = static_cast<Survivors>(chance.next() % 4);
  const bool torn = one_in(2, chance);
  std::size_t prefix = doomed_.size();
  if (survivors == Survivors::none) prefix = 0;
  if (survivors == Survivors::prefix) prefix = chance.next() % (doomed_.size() + 1);
  for (std::size_t i = 0; i < prefix; ++i) {
    if (survivors == Survivors::subset && one_in(2, chance)) continue;
    if (torn && one_in(4, chance)) {
      apply_torn(doomed_[i], chance, durable_);
    } else {
      apply(doomed_[i], durable_);
    }
  }
  doomed_.clear();
  const bool lost = visible_ != durable_;
  visible_ = durable_;
  return lost;
}

void DiskFile::apply(const Operation& operation, Bytes& bytes) {
  if (operation.kind == Operation::Kind::truncation) {
    bytes.resize(operation.at);
  } else {
    put(operation.at, operation.bytes, bytes);
  }
}

void DiskFile::apply_torn(const Operation& operation, billing::Entropy& chance, Bytes& bytes) {
  if (operation.bytes.empty()) return apply(operation, bytes);
  const std::span<const std::byte> whole(operation.bytes);
  if (one_in(2, chance)) return put(operation.at, whole.first(chance.next() % whole.size()), bytes);
  for (std::size_t at = operation.at; at < operation.end();) {
    const std::size_t border = std::min(operation.end(), (at / torn_sector + 1) * torn_sector);
    if (one_in(2, chance)) put(at, whole.subspan(at - operation.at, border - at), bytes);
    at = border;
  }
}

void DiskFile::supersede_doomed(const Operation& durable) {
  std::vector<Operation> left;
  const auto keep_write = [&left](std::size_t at, std::span<const std::byte> bytes) {
    if (bytes.empty()) return;
    left.push_back({Operation::Kind::write, at, Bytes(bytes.begin(), bytes.end())});
  };
  for (Operation& old : doomed_) {
    const std::span<const std::byte> bytes(old.bytes);
    const auto before = std::min(bytes.size(), durable.at - std::min(durable.at, old.at));
    if (durable.kind == Operation::Kind::truncation) {
      // What was beyond it is gone, and it says the size better than an older one.
      keep_write(old.at, bytes.first(before));
    } else if (old.kind == Operation::Kind::truncation) {
      left.push_back({old.kind, std::max(old.at, durable.end())});
    } else {
      const auto after = std::min(bytes.size(), durable.end() - std::min(durable.end(), old.at));
      keep_write(old.at, bytes.first(before));
      keep_write(old.at + after, bytes.subspan(after));
    }
  }
  doomed_ = std::move(left);
}

}  // namespace simulation
