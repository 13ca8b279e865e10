// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/observer.hpp>

#include <algorithm>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace billing::tests {

/// Keeps all that was observed, as copies. Thread-safe.
class CollectingObserver final : public Observer {
 public:
  struct Seen {
    Severity severity;
    std::string what;
    std::vector<std::pair<std::string, std::string>> facts;
  };

  void observe(const Observation& observation) override {
    Seen seen{observation.severity, std::string(observation.what), {}};
    for (const auto& [name, value] : observation.facts) seen.facts.emplace_back(name, value);
    const std::lock_guard lock(mutex_);
    seen_.push_back(std::move(seen));
  }

  std::vector<Seen> seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

  std::size_t count(std::string_view what) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count(seen_, what, &Seen::what));
  }

  /// Whether any name or value holds that text: for what must never be told.
  bool mentions(std::string_view text) const {
    const std::lock_guard lock(mutex_);
    return std::ranges::any_of(seen_, [&](const Seen& each) {
      return std::ranges::any_of(each.facts, [&](const auto& fact) {
        return fact.first.find(text) != std::string::npos ||
               fact.second.find(text) != std::string::npos;
      });
    });
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Seen> seen_;
};

}  // namespace billing::tests
