// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>

#include "sandbox/sandbox_host.hpp"

namespace billing::apps {

/// The machine's clock, and with a sandbox of its own, ahead of it by as much as the sandbox's was
/// moved. `moment()` moves along: to leases and to Stripe's time it is as if the time had passed.
class ServerClock final : public Clock {
 public:
  /// Before any other thread reads this clock; `sandbox` must outlive all reading.
  void follow(const SandboxHost& sandbox) { sandbox_ = &sandbox; }

  Instant now() const override { return machine_.now() + ahead(); }
  Moment moment() const override { return machine_.moment() + ahead(); }
  void sleep_for(std::chrono::milliseconds duration) override { machine_.sleep_for(duration); }

 private:
  std::chrono::seconds ahead() const {
    return sandbox_ == nullptr ? std::chrono::seconds(0) : sandbox_->clock_offset();
  }

  SystemClock machine_;
  const SandboxHost* sandbox_ = nullptr;
};

}  // namespace billing::apps
