// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace simulation {

/// Thrown where a simulated machine dies. No std::exception, so that nothing on the way takes it
/// for a failure it could handle; whoever catches it drops every object and reopens from the disk.
struct Crash {};

}  // namespace simulation
