// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/entropy.hpp>
#include <billing/http.hpp>
#include <billing/ledger.hpp>
#include <billing/observer.hpp>
#include <billing/rate_limit.hpp>
#include <billing/result.hpp>
#include <billing/stripe_client.hpp>
#include <billing/stripe_health.hpp>

#include <chrono>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace billing {

struct DeliverySettings {
  /// How long each question has the network. Well below `lease`, so that hardly any claim is
  /// overtaken while it is under way; one that is does no harm.
  std::chrono::milliseconds send_timeout{10'000};
  std::chrono::milliseconds lease{60'000};
  std::string challenge_id = {};  ///< Marks the invoice items.
};

/// Carries the ledger's pending events to Stripe, as steps that whoever owns the threads takes in
/// turn: claim, send, settle. Thread-safe; starts no thread and never waits.
///
/// A session is a `set` on a second of its own, so that sending it again is harmless: every doubt
/// ends in another send, as long as its billing period is open. What is in doubt when that closes
/// waits for the closed period's final total, and what Stripe doesn't have goes into the open
/// period (ADR 24). A workshop is an invoice item that names its event, and each send looks for it
/// first: every doubt ends in a look. Delivery stops at nothing but Stripe's plain refusal, which
/// is stored with its reason.
class Delivery {
 public:
  /// What Stripe is asked about a claim: of a session to set its usage, or, if its billing period
  /// has closed, for the totals of the item's periods and for the lines of the closed one's
  /// invoice; of a workshop for the customer's invoice items, and to add one if the event's is not
  /// among them.
  enum class Question {
    usage_record,
    usage_totals,
    invoice_lines,
    known_invoice_items,
    new_invoice_item,
  };
  struct Asked {
    Question question = Question::usage_record;
    bool second_refused = false;                 ///< Before `usage_totals`.
    stripe::UsageRecordSummaryPage totals = {};  ///< Before `invoice_lines`.
  };
  struct Asking {
    Asked asked;
    HttpRequest request;
  };
  /// What an answer leads to: how the claim ends, or what is to be asked next.
  using Step = std::variant<Settlement, Asking>;

  /// All referred to must outlive it.
  Delivery(Ledger& ledger, stripe::Client& stripe, StripeHealth& health, RateLimit& limit,
           Clock& clock, Entropy& entropy, Observer& observer, DeliverySettings settings = {});

  /// What is to be sent next, or nothing just now: nothing is due, or the rate limit or a pause
  /// while Stripe fails forbids it.
  Result<std::optional<Claim>> claim();
  /// The only step that meets the network, in halves: what is to be sent first, and what its answer
  /// leads to. All is sent at once and with `send_timeout`, under a StripeHealth::Watch. Changes
  /// nothing on disk.
  Asking first(const Claim& claim) const;
  Step next(const Claim& claim, const Asked& asked, Result<HttpResponse> answer);
  /// All of it, by the client's transport, for who sends one at a time.
  Settlement send(const Claim& claim);
  /// Stores the outcome and answers the row as it now is; none if the claim had been overtaken and
  /// nothing changed. After a failure the same may be tried again.
  Result<std::optional<RecordedEvent>> settle(const Claim& claim, const Settlement& settlement);
  /// As many at once, in their order and with one commit: all or none.
  Result<std::vector<std::optional<RecordedEvent>>> settle(std::span<const SettledClaim> settled);
  /// When `claim` may have something, if anything is pending; `Moment::min()` if now.
  Result<std::optional<Moment>> next_due();

  std::chrono::milliseconds send_timeout() const { return settings_.send_timeout; }

 private:
  Result<std::optional<Claim>> claim_due(Moment now);
  Result<bool> has_to_wait(const Claim& claim);
  Asking setting_usage(const RecordedEvent& row) const;
  Asking asking_for_totals(const Claim& claim, bool second_refused) const;
  Step heard_totals(const Claim& claim, const Asked& asked, Result<HttpResponse> answer);
  Step heard_lines(const Claim& claim, const Asked& asked, Result<HttpResponse> answer);
  Settlement decide(const Claim& claim, const stripe::UsageRecordSummaryPage& totals,
                    bool line_agrees);
  Settlement waits_until(Second when, std::optional<Second> period_start, std::string reason);
  Settlement moved(Second period_start);
  Settlement refused_second(const RecordedEvent& row);
  Asking adding_item(const RecordedEvent& row);
  Step heard_record(const Claim& claim, Result<HttpResponse> answer);
  Step look_for_item(const RecordedEvent& row, const stripe::InvoiceItemPage& page);
  Settlement delivered(const RecordedEvent& row, const std::string& id);
  Settlement failed(const RecordedEvent& row, const Error& error);
  void report(const SettledClaim& settled);
  Instant now_at_stripe() const;
  std::chrono::milliseconds pause_after_failure(const ItemId& item);
  void forget_failures(const ItemId& item);

  Ledger& ledger_;
  stripe::Client& stripe_;
  StripeHealth& health_;
  RateLimit& limit_;
  Clock& clock_;
  Entropy& entropy_;
  Observer& observer_;
  DeliverySettings settings_;
  std::mutex mutex_;
  std::unordered_map<ItemId, int> failures_;  ///< In a row, of the items that have any.
};

}  // namespace billing
