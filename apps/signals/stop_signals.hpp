// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

namespace billing::apps {

/// SIGINT and SIGTERM as something to wait for. Made first of all in `main`: the signals are
/// blocked in every thread that starts later. SIGPIPE is ignored, since a client may go at any
/// time.
class StopSignals {
 public:
  StopSignals();
  /// Returns at the first of them. From then on a second one ends the process at once.
  void wait();
  /// Makes `wait` return without a signal, from any thread.
  static void raise();

 private:
  sigset_t signals_{};
};

}  // namespace billing::apps
