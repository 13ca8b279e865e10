// SPDX-License-Identifier: Apache-2.0
#include "simulation/disk.hpp"

#include <billing/result.hpp>

#include "disk_vfs.hpp"
#include "platter.hpp"

namespace simulation {

Disk::Disk(const billing::Clock& clock, std::uint64_t seed)
    : platter_(std::make_unique<Platter>(fate)),
      vfs_(std::make_unique<DiskVfs>(*platter_, clock, seed)) {}

Disk::~Disk() {
  billing::require(open_files() == 0);
}

const std::string& Disk::vfs_name() const {
  return vfs_->name();
}

bool Disk::dead() const {
  return platter_->dead();
}

void Disk::cut_power() {
  platter_->cut_power();
}

bool Disk::restart(billing::Entropy& chance) {
  return platter_->restart(chance);
}

std::size_t Disk::open_files() const {
  return platter_->open_files();
}

}  // namespace simulation
