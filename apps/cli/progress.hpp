// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace billing::apps {

/// While it lives and more than a second has gone by, a line on stderr says what is being waited
/// for; gone again at the end. Nothing at all if stderr is no terminal.
class Progress {
 public:
  explicit Progress(std::string what);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// How far it is by now. From any thread.
  void tell(std::string what);

 private:
  void show(const std::stop_token& stop);

  std::string what_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // Last: it uses the others.
};

}  // namespace billing::apps
