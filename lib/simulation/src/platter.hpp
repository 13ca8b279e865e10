// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "disk_file.hpp"
#include "simulation/disk.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace simulation {

/// What whoever asked for an effect hears of it.
enum class Outcome {
  done,
  refused,  ///< Nothing was done.
  unclear,  ///< It was done, but that is not what is said.
  dead,     ///< The power is gone.
};

/// What a disk holds: files by name, each effect on them by the leave of `fate`. Reading needs no
/// leave, but whoever reads asks `dead` first.
class Platter {
 public:
  /// `fate` must outlive it.
  explicit Platter(const std::function<Fate(Effect, std::string_view)>& fate) : fate_(fate) {}

  /// Null if there is none.
  std::shared_ptr<DiskFile> find(std::string_view name) const;
  /// A file without a name is on no list, and goes with the last who holds it.
  Outcome create(std::string_view name, std::shared_ptr<DiskFile>& created);
  /// The file has to be there; whoever holds it can go on with it.
  Outcome remove(std::string_view name);
  Outcome write(DiskFile& file, std::size_t offset, std::span<const std::byte> bytes);
  Outcome truncate(DiskFile& file, std::size_t size);
  Outcome sync(DiskFile& file);

  void opened() { ++open_files_; }
  void closed() { --open_files_; }
  std::size_t open_files() const { return open_files_; }

  bool dead() const { return dead_; }
  void cut_power() { dead_ = true; }
  bool restart(billing::Entropy& chance);

 private:
  template <class Act>
  Outcome attempt(Effect effect, std::string_view file, Act act);

  const std::function<Fate(Effect, std::string_view)>& fate_;
  std::map<std::string, std::shared_ptr<DiskFile>, std::less<>> files_;
  std::size_t open_files_ = 0;
  bool dead_ = false;
};

}  // namespace simulation
