// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace billing::apps {

/// Threads that come with the work: one more is started when there is a job for which none is free,
/// up to a maximum, beyond which jobs queue up. None ends before `stop`. Thread-safe.
class WorkerThreads {
 public:
  using Job = std::function<void()>;

  explicit WorkerThreads(std::size_t threads_max) : threads_max_(threads_max) {}
  ~WorkerThreads();
  WorkerThreads(const WorkerThreads&) = delete;
  WorkerThreads& operator=(const WorkerThreads&) = delete;

  /// A job must not throw. Not after `stop`.
  void run(Job job);
  /// Returns when all that was given to `run` is done.
  void stop();

  std::size_t threads() const;

 private:
  void start_one();
  void work();

  const std::size_t threads_max_;
  mutable std::mutex mutex_;
  std::condition_variable bell_;
  std::deque<Job> jobs_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace billing::apps
