// SPDX-License-Identifier: Apache-2.0
#include "platter.hpp"

#include <billing/result.hpp>

namespace simulation {

template <class Act>
Outcome Platter::attempt(Effect effect, std::string_view file, Act act) {
  if (dead_) return Outcome::dead;
  const Fate destiny = fate_ ? fate_(effect, file) : Fate::happens;
  if (dead_) return Outcome::dead;  // The hook has cut the power itself.
  if (destiny == Fate::fails) return Outcome::refused;
  if (destiny == Fate::pretends) return Outcome::done;
  if (destiny != Fate::dies_before) act();
  dead_ = destiny == Fate::dies_before || destiny == Fate::dies_after;
  if (dead_) return Outcome::dead;
  return destiny == Fate::happens_but_fails ? Outcome::unclear : Outcome::done;
}

std::shared_ptr<DiskFile> Platter::find(std::string_view name) const {
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : found->second;
}

Outcome Platter::create(std::string_view name, std::shared_ptr<DiskFile>& created) {
  return attempt(Effect::create, name, [&] {
    created = std::make_shared<DiskFile>(std::string(name));
    if (!name.empty()) files_[std::string(name)] = created;
  });
}

Outcome Platter::remove(std::string_view name) {
  return attempt(Effect::remove, name, [&] {
    if (const auto found = files_.find(name); found != files_.end()) files_.erase(found);
  });
}

Outcome Platter::write(DiskFile& file, std::size_t offset, std::span<const std::byte> bytes) {
  return attempt(Effect::write, file.name(), [&] { file.write(offset, bytes); });
}

Outcome Platter::truncate(DiskFile& file, std::size_t size) {
  return attempt(Effect::truncate, file.name(), [&] { file.truncate(size); });
}

Outcome Platter::sync(DiskFile& file) {
  const Outcome outcome = attempt(Effect::sync, file.name(), [&] { file.sync(); });
  if (outcome == Outcome::refused) file.fail_sync();
  return outcome;
}

bool Platter::restart(billing::Entropy& chance) {
  billing::require(dead_ && open_files_ == 0);
  bool lost = false;
  for (const auto& [name, file] : files_) lost = file->lose_power(chance) || lost;
  dead_ = false;
  return lost;
}

}  // namespace simulation
