// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "error.hpp"
#include "ids.hpp"
#include "json.hpp"
#include "router.hpp"

#include <chrono>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

/// What befalls one call; as it stands, nothing.
struct Effect {
  /// How long the call waits before its work.
  std::chrono::milliseconds stall{0};
  /// The work is done, whatever becomes of its answer.
  bool works = true;
  /// The answer in place of the work's own.
  std::optional<Refusal> refusal{};
  /// That answer is kept under the request's idempotency key and repeated, as a 500 is that Stripe
  /// raised while executing. Else the same key runs again.
  bool stored = false;
  Delivery delivery = Delivery::whole;
};

/// The kinds of fault that there are, by name.
struct FaultKind {
  std::string_view name;
  Effect effect{};
};
std::span<const FaultKind> fault_kinds();

/// A failure that strikes calls of one operation (`*`: of any), of whichever account.
struct Fault {
  std::string operation{};
  std::string kind{};
  Effect effect{};
  /// How many calls it strikes; -1: until the faults are cleared.
  std::int64_t times = 1;
  std::int64_t used = 0;
  /// Of the last calls that it struck.
  std::deque<std::string> request_ids{};

  bool waits_for(const std::string& called) const {
    return (times < 0 || used < times) && (operation == "*" || operation == called);
  }
};

/// Reads an order. Throws Refusal for a body that is none, or an operation there is none of.
Fault ordered_fault(const std::string& body, const Router& router);
Json shown(const Fault& fault);
/// What Stripe says with such a status.
Refusal refusal_with(int status);

/// The faults on order, and those that are drawn: each call meets one of a random kind with some
/// probability. The same seed and the same calls draw the same faults.
class Faults {
 public:
  Faults(double probability, std::uint64_t seed);

  /// What `ordered_fault` throws.
  Json order(const std::string& body, const Router& router);
  Json list() const;
  /// Forgets all there are, and begins to draw anew.
  void clear();
  /// What befalls this call, counted as used: the first order that waits for it goes before a draw.
  Effect strike(const Route& route, const std::string& request_id);

 private:
  Effect draw();

  double probability_;
  std::uint64_t seed_;
  Ids random_;
  std::vector<Fault> faults_;
  std::int64_t calls_ = 0;
  /// How often each kind was drawn.
  std::vector<std::int64_t> drawn_;
};

}  // namespace sandbox
