// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/http.hpp>
#include <billing/ledger.hpp>
#include <billing/observer.hpp>
#include <billing/refresh.hpp>
#include <billing/result.hpp>
#include <billing/store.hpp>
#include <billing/stripe_client.hpp>
#include <billing/stripe_health.hpp>
#include <billing/webhook_inbox.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace billing {

/// What a comparison with Stripe's list has found.
struct GapReport {
  Second since;                       ///< From here on the list was read.
  std::size_t looked_at = 0;          ///< Events in it, of the types that matter.
  std::vector<WebhookEvent> missing;  ///< That had not arrived; kept since, oldest first.
};

/// Stripe's events: each is kept before anything is done, and then acted on until what follows from
/// it is on disk, however often that fails. An event is a hint (ADR 18): what it names is read from
/// Stripe, so that any order, any repetition and any gap end in the same state. After each change
/// that may mean a new card, what the customer still owes is paid with it.
///
/// Thread-safe; starts no thread; waits for nothing but Stripe's answers, each with a deadline.
class Webhooks {
 public:
  /// All referred to must outlive it. `secrets` are those of the endpoint; without any, every
  /// webhook is refused.
  Webhooks(WebhookInbox& inbox, Ledger& ledger, Store& store, stripe::Client& stripe,
           StripeHealth& health, const Clock& clock, Observer& observer,
           std::vector<std::string> secrets);

  /// `POST /webhook`: 200 once the effect is on disk, also of an earlier delivery; 400 if it is not
  /// signed or no event, and nothing is kept; 503 if it could not be acted on yet, is being acted
  /// on just now, or nobody has called `begin`: `work` will see to it, even if Stripe never sends
  /// it again.
  HttpResponse receive(const HttpRequest& request);

  /// The data are known to belong to the account of the client's key, in which another account's
  /// objects would not be found: from now on `receive` acts on what it keeps.
  void begin() { begun_ = true; }

  /// Acts on one event that was kept and is not done, and with it on all that name the same object.
  /// One that fails is due again after a pause that grows from a second to five minutes; after a
  /// restart all are due at once. False if none is due.
  Result<bool> work();
  /// When `work` has something to do; none if all is done.
  Result<std::optional<Moment>> next_due();

  /// Reads Stripe's list of events, keeps those that never arrived, and leaves them to `work`. The
  /// first time it reads all that Stripe has kept, which is 30 days; later, what was created since
  /// a day before it last read.
  Result<GapReport> heal_gaps();

  /// Acts on one that arrived once more, whatever has become of it. `not_found` if it never did.
  Result<void> replay(const WebhookEventId& id);

 private:
  class Turn;
  struct Pause {
    Moment until;
    std::chrono::milliseconds length{0};
  };
  struct Outlook;

  Result<Outlook> outlook();
  Moment due_at(const WebhookEventId& id);
  Result<void> act_and_finish(const WebhookEvent& event);
  Result<void> finish(const WebhookEventId& id);
  void put_off(const WebhookEventId& id, const Error& error);

  Result<void> act(const WebhookEvent& event);
  Result<bool> concerns_user(const CustomerId& customer);
  Result<void> read_session(const CheckoutSessionId& id);
  Result<void> read_subscription(const SubscriptionId& id);
  Result<void> read_invoice(const InvoiceId& id);
  Result<void> read_customer(const CustomerId& id);

  Result<void> compare_usage(const stripe::Invoice& invoice);
  Result<bool> owes(const CustomerId& customer);
  Result<void> pay_open_invoices(const CustomerId& customer);
  Result<void> pay_if_card_changed(const stripe::Invoice& invoice, const PaymentMethodId& card);

  WebhookInbox& inbox_;
  Ledger& ledger_;
  Store& store_;
  stripe::Client& stripe_;
  StripeHealth& health_;
  Refresh refresh_;
  const Clock& clock_;
  Observer& observer_;
  const std::vector<std::string> secrets_;
  std::atomic<bool> begun_{false};

  std::mutex mutex_;
  std::unordered_set<WebhookEventId> under_way_;
  std::unordered_map<WebhookEventId, Pause> pauses_;
  std::optional<Second> healed_until_;  ///< In Stripe's time.
};

/// Of Stripe's types those that are acted on: what an endpoint has to be sent. What else comes is
/// kept and done at once.
const std::vector<std::string>& webhook_types();

}  // namespace billing
