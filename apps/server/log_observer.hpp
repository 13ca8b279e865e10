// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/observer.hpp>

namespace billing::apps {

/// One JSON line on standard error for each observation. Thread-safe.
class LogObserver final : public Observer {
 public:
  explicit LogObserver(const Clock& clock) : clock_(clock) {}
  void observe(const Observation& observation) override;

 private:
  const Clock& clock_;
};

}  // namespace billing::apps
