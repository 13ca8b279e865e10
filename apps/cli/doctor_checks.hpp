// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/result.hpp>
#include <billing/stripe_client.hpp>

#include "settings/settings.hpp"

#include <string>
#include <vector>

namespace billing::apps {

/// What one check of `billing doctor` came to.
struct Finding {
  std::string check;  ///< Such as `key`.
  std::string said;
  std::string remedy = {};  ///< Empty when all is well.
  int exit_status = 0;      ///< 0 when all is well.
};

/// In the order they build on one another; what can't be checked because of an earlier finding is
/// left out. Only reads.
std::vector<Finding> examine(const Settings& settings);

}  // namespace billing::apps
