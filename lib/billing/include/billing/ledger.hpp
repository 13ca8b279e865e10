// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/ids.hpp>
#include <billing/result.hpp>
#include <billing/usage.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace billing {

enum class EventState {
  pending,    ///< On disk, on its way to Stripe.
  delivered,  ///< At Stripe, under `record`.
  refused,    ///< Stripe will never take it; `reason` says why, for a person who can act on it.
  /// Its subscription has ended and Stripe takes no more usage of it: it is billed by the
  /// subscription's final invoice.
  final_invoice,
  /// Its billing period closed before it was known whether Stripe has it, and Stripe's total has
  /// more than the ledger explains; `reason` has the figures, for a person to decide by.
  parked,
};

/// An event never changes, so that whoever needs it has the same one. Never null.
using SharedEvent = std::shared_ptr<const UsageEvent>;

/// A row of the ledger: the event, and all that happened to it.
struct RecordedEvent {
  std::int64_t sequence = 0;  ///< The order of the ledger; ids have none.
  SharedEvent event;
  EventState state = EventState::pending;
  /// Its second at Stripe, and by it the period in which it is billed. Chosen once, and anew only
  /// if it is certain that Stripe doesn't have it and never will at that second.
  std::optional<Second> usage_at = std::nullopt;
  int attempt = 1;  ///< Part of the key at Stripe: `use_…/1`. Raised when Stripe stored an error.
  std::optional<Instant> first_sent_at = std::nullopt;
  std::string reason = {};
  UsageRecordId record = {};     ///< Of a workshop the invoice item's id.
  std::string api_version = {};  ///< Of the delivery.
  /// Set once, for ever: the subscription on whose final invoice it is.
  SubscriptionId final_invoice_of = {};
};

/// How an append ended.
enum class AppendOutcome {
  recorded,  ///< New, and on disk.
  repeated,  ///< The customer's key was there with the same content; `row` is that event's.
  conflict,  ///< The key was there with other content; `row` is that event's, nothing was written.
};

struct Appended {
  AppendOutcome outcome = AppendOutcome::recorded;
  RecordedEvent row;
};

/// The right to deliver the oldest pending event of one item, and of no other event of that item,
/// until the lease ends. `fence` makes a claim that was overtaken powerless.
struct Claim {
  RecordedEvent row;  ///< Of usage, `usage_at` is set.
  std::int64_t fence = 0;
  Instant claimed_at;  ///< By Stripe's clock.
  /// Somebody may have had this claim before and sent it. If not, nobody has.
  bool may_have_been_sent = false;
  /// When the billing period of its second ends, or ended; none of what has no second, and where
  /// the store doesn't know yet.
  std::optional<Second> period_end = std::nullopt;

  /// Stripe takes no more usage at its second; it may have been sent before, and whether Stripe has
  /// it is to be found out.
  bool is_in_doubt() const { return period_end && *period_end <= to_second(claimed_at); }
};

/// What became of a claim.
struct Settlement {
  /// `final_invoice` for what Stripe refuses because the subscription has ended. It is stored as
  /// `refused` where the store knows that the click came after the end, now or as soon as it does.
  EventState state = EventState::pending;
  UsageRecordId record = {};     ///< Of a delivered one.
  std::string reason = {};       ///< Of a refused one; of a pending one, what went wrong last.
  std::string api_version = {};  ///< Of a delivered one.
  bool raise_attempt = false;    ///< Of a pending one: the next send needs a key of its own.
  std::optional<Moment> retry_at = std::nullopt;  ///< Of a pending one: when the item is due again.
  /// Of a pending one: Stripe doesn't have it at its second, and takes no more usage there.
  bool choose_second_anew = false;
  /// The item's open period began then, as was just learnt.
  std::optional<Second> period_start = std::nullopt;
};

/// A claim and what became of it, to be stored.
struct SettledClaim {
  Claim claim;
  Settlement settlement;
};

/// What one transaction writes. The spans must outlive the call.
struct LedgerWrite {
  std::span<const SharedEvent> events = {};
  Instant now_at_stripe = {};  ///< For the events' seconds; `Instant::min()` if it isn't known.
  std::span<const SettledClaim> settlements = {};
};

/// What came of each part of a LedgerWrite, in its order.
struct LedgerWritten {
  std::vector<Appended> appended;
  /// None where the claim had been overtaken and nothing was changed; else the row as it now is.
  std::vector<std::optional<RecordedEvent>> settled;
};

/// How things stand with one item's undelivered events.
struct Backlog {
  std::optional<Instant> oldest_clicked_at = std::nullopt;  ///< None: nothing is pending.
  bool failing = false;  ///< The last try of the oldest did not succeed.
};

/// What one item was used for.
struct ItemUsage {
  /// The quantity of its usage that is billed or will be: of the seconds after the one that was
  /// asked for, and of those that have no second yet.
  std::int64_t quantity = 0;
  /// Its events that Stripe does not have yet, of any kind and time.
  std::int64_t pending = 0;
};

/// What the ledger has of one item's usage on both sides of the beginning of its open period.
struct ItemBalance {
  std::int64_t delivered_closed = 0;  ///< The quantity of delivered usage up to there, …
  std::int64_t delivered_open = 0;    ///< … and after.
  std::int64_t pending_closed = 0;    ///< Of pending events whose second lies up to there.
};

/// What is put right about one item of a ledger that is older than what happened: a backup of it
/// was put back.
struct ItemRestoration {
  ItemId item;
  /// Seconds up to there are never given to an event again.
  Second floor;
  /// How rows are to stand: one whose event the ledger doesn't have is added, a pending one is
  /// changed, any other stays as it is.
  std::span<const RecordedEvent> rows = {};
};

struct EventFilter {
  std::optional<CustomerId> customer = std::nullopt;
  std::optional<EventState> state = std::nullopt;
  /// Only together with `customer`, and without `state`.
  std::optional<ItemId> item = std::nullopt;
  std::int64_t before_sequence = INT64_MAX;
  int limit = 100;
};

struct LedgerTotals {
  std::int64_t pending = 0;
  std::int64_t delivered = 0;
  std::int64_t refused = 0;
  std::int64_t final_invoice = 0;
  std::int64_t parked = 0;
};

/// The usage events, each its own outbox row. Thread-safe; every call is one transaction.
///
/// What returned is on disk. A failure means that nothing changed, except `outcome_unknown` from a
/// write: the commit may have happened, and the same write again settles it: an append by its key,
/// a settlement because it says the same.
class Ledger {
 public:
  virtual ~Ledger() = default;

  /// Records events and stores what became of claims, all or none. Each event gets its second where
  /// one is free already; its item has to be known to the store. A settlement ends its claim.
  virtual Result<LedgerWritten> write(const LedgerWrite& batch) = 0;

  /// `write` for events alone, …
  Result<std::vector<Appended>> append(std::span<const SharedEvent> events, Instant now_at_stripe);
  /// … and for one.
  Result<Appended> append(const SharedEvent& event, Instant now_at_stripe);
  /// `write` for one settlement: the row as it now is, or none if the claim had been overtaken.
  Result<std::optional<RecordedEvent>> settle(const Claim& claim, const Settlement& settlement);

  virtual Result<std::optional<RecordedEvent>> find(const EventId& id) = 0;
  virtual Result<std::optional<RecordedEvent>> find(const CustomerId& customer,
                                                    const IdempotencyKey& key) = 0;
  /// Newest first.
  virtual Result<std::vector<RecordedEvent>> list(const EventFilter& filter) = 0;
  virtual Result<LedgerTotals> totals() = 0;
  virtual Result<Backlog> backlog(const ItemId& item) = 0;
  virtual Result<ItemUsage> usage(const ItemId& item, Second after) = 0;
  /// Of the seconds after `from`; `boundary` is when the open period began.
  virtual Result<ItemBalance> balance(const ItemId& item, Second from, Second boundary) = 0;

  /// Of an item that the store knows. Whoever has a claim is overtaken. `conflict` if another event
  /// has the key or the second of one that is to be added.
  virtual Result<void> restore(const ItemRestoration& restoration) = 0;

  /// The oldest pending event of an item that is due and not leased to anyone, or nothing. Items
  /// take turns, those whose billing period ends within the hour first. The event's second is
  /// chosen and stored before this returns; one in a period that has ended since, and at which
  /// nothing can have been sent, is chosen anew.
  virtual Result<std::optional<Claim>> claim(Moment now, Instant now_at_stripe,
                                             std::chrono::milliseconds lease) = 0;

  /// When `claim` may have something next, if anything is pending; `Moment::min()` if it has now.
  virtual Result<std::optional<Moment>> next_due() = 0;
};

std::string_view name(EventState state);
std::optional<EventState> parse_event_state(std::string_view text);

}  // namespace billing
