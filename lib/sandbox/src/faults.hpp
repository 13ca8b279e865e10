// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "json.hpp"
#include "router.hpp"

#include <string>
#include <vector>

namespace sandbox {

/// A failure on order: it strikes the next calls of one operation, of whichever account.
struct Fault {
  std::string operation{};
  int status = 500;
  /// How many calls it strikes; -1: until the faults are cleared.
  std::int64_t times = 1;
  /// The work is done first, and only its answer is replaced.
  bool after = false;
  /// The failure is kept under the request's idempotency key and repeated, as a 500 that Stripe
  /// raised while executing is. Else nothing is kept: the same key runs again.
  bool stored = false;
  Refusal refusal{};
  std::int64_t used = 0;

  bool spent() const { return times >= 0 && used >= times; }
};

class Faults {
 public:
  /// Throws Refusal for a body that is no fault order, or an operation there is none of.
  Json order(const std::string& body, const Router& router);
  Json list() const;
  void clear() { faults_.clear(); }
  /// The first fault that waits for this operation, counted as used; null when there is none.
  const Fault* strike(const Route& route);

 private:
  std::vector<Fault> faults_;
};

}  // namespace sandbox
