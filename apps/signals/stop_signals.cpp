// SPDX-License-Identifier: Apache-2.0
#include "signals/stop_signals.hpp"

#include <unistd.h>

namespace billing::apps {

StopSignals::StopSignals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
}

void StopSignals::wait() {
  int signal = 0;
  sigwait(&signals_, &signal);
  // This thread takes the next one, with the default effect: the process ends.
  pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
}

void StopSignals::raise() {
  ::kill(::getpid(), SIGTERM);
}

}  // namespace billing::apps
