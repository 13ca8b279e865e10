// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/entropy.hpp>
#include <billing/ids.hpp>
#include <billing/ledger.hpp>
#include <billing/result.hpp>
#include <billing/store.hpp>
#include <billing/stripe_client.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace billing {

/// What came of one metered item. All in units.
struct RestoredItem {
  CustomerId customer;
  SubscriptionId subscription;
  ItemId item;
  std::int64_t sent_again = 0;  ///< Undelivered, on seconds of their own: set once more.
  std::int64_t found = 0;       ///< Undelivered, and by the totals Stripe has them.
  std::int64_t to_send = 0;     ///< Undelivered, and Stripe doesn't: the server will send them.
  std::int64_t recovered = 0;   ///< The ledger didn't have them, and Stripe does.
  std::int64_t at_stripe = 0;   ///< Of all periods.
  std::int64_t delivered = 0;   ///< By the ledger, as it is now.
  std::string trouble = {};     ///< Why the two differ, for a person; empty if they don't.

  std::int64_t difference() const { return at_stripe - delivered; }
};

struct RestoredLedger {
  std::vector<RestoredItem> items;       ///< Those of users' subscriptions, ended ones too.
  std::vector<RecordedEvent> recovered;  ///< As they are in the ledger now.

  /// Of every item the ledger has delivered what Stripe has.
  bool exact() const;
};

/// Brings a ledger of which a backup was put back to what has happened at Stripe since (ADR 25).
class Restoring {
 public:
  struct World {
    Ledger& ledger;
    Store& store;
    stripe::Client& stripe;
    Clock& clock;
    Entropy& entropy;
    std::string challenge_id;  ///< Marks the customers that are ours.
  };
  /// All referred to must outlive it. Nobody else may use the data meanwhile, nor send usage.
  explicit Restoring(World world) : world_(std::move(world)) {}

  /// Reads all subscriptions, then item by item sends, compares and stores. `tell` hears how far it
  /// is. A failure leaves nothing that the same again would not complete; nothing is done twice.
  Result<RestoredLedger> run(const std::function<void(const std::string&)>& tell);

 private:
  Result<std::vector<Subscription>> read_subscriptions();
  Result<bool> is_ours(const CustomerId& customer);

  World world_;
};

}  // namespace billing
