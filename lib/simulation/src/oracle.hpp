// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/http.hpp>

#include "people.hpp"
#include "sandbox/http.hpp"
#include "simulation/world.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace simulation {

/// What Stripe was asked and what it answered, seen from the wire.
class Witness {
 public:
  void saw(const billing::HttpRequest& request, const sandbox::HttpResponse& answer);

  /// Whether Stripe gave out that record for that second of that item.
  bool gave(const std::string& item, std::int64_t second, const std::string& record) const;
  const std::vector<std::string>& idempotency_errors() const { return idempotency_errors_; }

 private:
  std::map<std::pair<std::string, std::int64_t>, std::set<std::string>> records_;
  std::vector<std::string> idempotency_errors_;
};

/// What the books of a story say in the end, when nothing is under way any more.
struct Books {
  std::vector<std::string> complaints;  ///< Empty: they agree, click by click.
  std::int64_t delivered = 0;
  std::int64_t refused = 0;
};

/// Compares what people did and were told, what the ledger has, and what is in the sandbox's own
/// store: each click that was acknowledged is recorded; each recorded one that was not refused is
/// at Stripe exactly once, in a second that is its alone; nothing else is; whatever was refused has
/// its reason. Shares no code with what delivers.
Books compare(World& world, const People& people, const Witness& witness);

}  // namespace simulation
