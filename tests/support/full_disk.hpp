// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <csignal>

namespace billing::tests {

/// While it lives no file of this process can grow, as on a full disk. Fails the test if that can't
/// be had. For one thread.
class FullDisk {
 public:
  FullDisk() {
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before_) == 0);
    // Or else the first write would end the process.
    signal_before_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit nothing{.rlim_cur = 0, .rlim_max = before_.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &nothing) == 0);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    static_cast<void>(std::signal(SIGXFSZ, signal_before_));
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*signal_before_)(int) = SIG_DFL;
};

}  // namespace billing::tests
