// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.hpp"

#include "cli/terminal.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>

namespace billing::apps {

Progress::Progress(std::string what) : what_(std::move(what)) {
  if (!stderr_is_terminal()) return;
  thread_ = std::jthread([this](const std::stop_token& stop) { show(stop); });
}

Progress::~Progress() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void Progress::tell(std::string what) {
  const std::lock_guard lock(mutex_);
  what_ = std::move(what);
}

void Progress::show(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  int seconds = 0;
  for (;;) {
    wake_.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; });
    if (stop.stop_requested()) break;
    fmt::print(stderr, "\r{} ... {} s\x1b[K", what_, ++seconds);
    std::fflush(stderr);
  }
  if (seconds > 0) fmt::print(stderr, "\r\x1b[K");
}

}  // namespace billing::apps
