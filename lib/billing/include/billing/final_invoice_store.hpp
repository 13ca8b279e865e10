// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/ids.hpp>
#include <billing/ledger.hpp>
#include <billing/money.hpp>
#include <billing/result.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace billing {

/// How far a final invoice has come. What is in between is read from Stripe each time.
enum class FinalStep {
  settling,  ///< What is owed is not known yet.
  frozen,    ///< What goes on it is on disk and never changes; Stripe gets it.
  done,      ///< `outcome` says how it ended.
};

/// The final invoice of a subscription that has ended: one, for ever.
struct FinalInvoice {
  SubscriptionId subscription;
  CustomerId customer;
  Second ended_at;
  FinalStep step = FinalStep::settling;

  // Once frozen. Beside it go the workshops that are marked as on it.
  ItemId item = {};        ///< Whose usage it bills; empty if none.
  ProductId product = {};  ///< Of that item's own price, …
  Money unit_amount = {};  ///< … as is this.
  std::int64_t quantity = 0;
  Second period_start = {};

  InvoiceId invoice = {};  ///< Once it is made.
  /// Once done. Stripe's word for the invoice's status (`paid`, `open`, `void`, `uncollectible`),
  /// or `nothing_owed`; or why there is none: `deleted` by hand, `customer_deleted`, `refused`.
  std::string outcome = {};
  std::string reason = {};  ///< What is odd about it, for a person who can act on it.
};

/// What became of an event when its subscription's usage was reckoned up.
struct ReckonedEvent {
  std::int64_t sequence = 0;
  EventState state = EventState::delivered;  ///< From now on.
  bool on_final_invoice = false;             ///< For ever.
  UsageRecordId record = {};                 ///< Where it was found at Stripe; empty: as before.
  std::string reason = {};
};

/// What is to be done about final invoices. A Store makes the rows, with a subscription's end.
/// Thread-safe; every call is one transaction. What returned is on disk; a failure means that
/// nothing changed, except `outcome_unknown` from a write, which reading again settles.
class FinalInvoiceStore {
 public:
  virtual ~FinalInvoiceStore() = default;

  /// Those that are not done, in the order of their ends.
  virtual Result<std::vector<FinalInvoice>> to_do() = 0;
  /// All of them, newest end first.
  virtual Result<std::vector<FinalInvoice>> list() = 0;
  virtual Result<std::optional<FinalInvoice>> find(const SubscriptionId& subscription) = 0;

  /// Stores how far it has come, and what became of these events. False, and nothing is changed, if
  /// it isn't at the step `from` any more or one of the events has been marked already.
  virtual Result<bool> advance(const FinalInvoice& after, FinalStep from,
                               std::span<const ReckonedEvent> events) = 0;

  /// Events in the state `final_invoice` that no final invoice will take: their subscription hasn't
  /// ended as far as is known, or its final invoice is past reckoning. Oldest first.
  virtual Result<std::vector<RecordedEvent>> strays(int limit) = 0;
  /// Refuses one of them after all. An empty `reason` leaves the one it has.
  virtual Result<void> refuse_stray(std::int64_t sequence, const std::string& reason) = 0;
};

std::string_view name(FinalStep step);
std::optional<FinalStep> parse_final_step(std::string_view text);

}  // namespace billing
