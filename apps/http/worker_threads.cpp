// SPDX-License-Identifier: Apache-2.0
#include "http/worker_threads.hpp"

#include <system_error>
#include <utility>

namespace billing::apps {

WorkerThreads::~WorkerThreads() {
  stop();
}

void WorkerThreads::run(Job job) {
  const std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
  // One that was rung for counts as idle until it has taken its job.
  if (jobs_.size() > idle_ && threads_.size() < threads_max_) start_one();
  bell_.notify_one();
}

void WorkerThreads::start_one() {
  try {
    threads_.emplace_back([this] { work(); });
  } catch (const std::system_error&) {
    // The system has no thread to give: the job waits for one of those there are.
    if (threads_.empty()) throw;
  }
}

void WorkerThreads::stop() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
  }
  bell_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

std::size_t WorkerThreads::threads() const {
  const std::lock_guard lock(mutex_);
  return threads_.size();
}

void WorkerThreads::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    bell_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    --idle_;
    if (jobs_.empty()) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
}

}  // namespace billing::apps
