// SPDX-License-Identifier: Apache-2.0
#include "simulation/story.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace simulation {
namespace {

/// Hands out seeds to threads and gathers what came of them.
class Stories {
 public:
  explicit Stories(const StoriesOptions& options) : options_(options) {}

  StoriesReport play_all() {
    std::vector<std::thread> threads;
    for (int i = 1; i < options_.threads; ++i) threads.emplace_back([this] { work(); });
    work();
    for (std::thread& thread : threads) thread.join();
    std::ranges::sort(report_.failed, {}, &StoryReport::seed);
    return std::move(report_);
  }

 private:
  void work() {
    while (!stop_) {
      const std::int64_t number = next_++;
      if (number >= options_.count) return;
      StoryOptions one = options_.first;
      one.seed += static_cast<std::uint64_t>(number);
      gather(play(one));
    }
  }

  void gather(StoryReport story) {
    const std::lock_guard lock(mutex_);
    ++report_.played;
    report_.clicks += story.clicks;
    report_.delivered += story.delivered;
    report_.invoiced += story.invoiced;
    report_.refused += story.refused;
    report_.tally.add(story.tally);
    if (!story.complaints.empty()) {
      stop_ = options_.stop_at_failure;
      report_.failed.push_back(std::move(story));
    }
    if (options_.progress) options_.progress(report_.played);
  }

  const StoriesOptions& options_;
  std::atomic<std::int64_t> next_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  StoriesReport report_;
};

}  // namespace

StoriesReport play(const StoriesOptions& options) {
  return Stories(options).play_all();
}

}  // namespace simulation
