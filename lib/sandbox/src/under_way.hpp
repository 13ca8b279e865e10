// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "form.hpp"
#include "universe.hpp"

#include <string>
#include <vector>

namespace sandbox {

/// What a POST or DELETE writes to, as far as its path and parameters name it.
std::vector<std::string> written_to(const Arrival& arrival, const std::vector<std::string>& ids);

/// While it lives, other writes to these objects meet a lock, and the idempotency key is in use.
/// The world outlives a reset with it.
class UnderWay {
 public:
  UnderWay(World& world, std::vector<std::string> objects, std::string key);
  ~UnderWay();
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;

 private:
  World& world_;
  std::vector<std::string> objects_;
  std::string key_;
};

}  // namespace sandbox
