// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/http.hpp>
#include <billing/ids.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace billing::tests {

/// What Stripe answered at one point of a history, and how many of its events there were by then.
struct Snapshot {
  std::map<std::string, HttpResponse> answers;  ///< By path.
  std::size_t events = 0;
};

/// A customer's life at the sandbox, recorded while nobody listened: a trial whose end is declined,
/// a new card, a payment, and the end at once; all within the month for which events are kept.
struct WebhookHistory {
  CustomerId customer;
  std::vector<std::string> events;   ///< As they were sent, oldest first.
  std::vector<std::string> objects;  ///< The id of what each is about.
  std::vector<Snapshot> snapshots;
  std::size_t card_fixed = 0;  ///< The snapshot from which on a payment succeeds, …
  std::size_t paid = 0;        ///< … and the one after it.
};

WebhookHistory record_history();

}  // namespace billing::tests
