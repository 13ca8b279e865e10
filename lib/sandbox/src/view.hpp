// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "version.hpp"

namespace sandbox {

struct World;

/// How an object is looked at: in whose world, and in which version of the API.
struct View {
  const World& world;
  Version version;

  bool basil() const { return version.basil(); }
};

}  // namespace sandbox
