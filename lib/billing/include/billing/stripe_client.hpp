// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/catalog.hpp>
#include <billing/clock.hpp>
#include <billing/entropy.hpp>
#include <billing/http_transport.hpp>
#include <billing/observer.hpp>
#include <billing/rate_limit.hpp>
#include <billing/result.hpp>
#include <billing/stripe_objects.hpp>
#include <billing/stripe_time.hpp>
#include <billing/webhook_inbox.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace billing::stripe {

/// The last API version with usage records; sent with every call.
inline constexpr std::string_view default_api_version = "2025-02-24.acacia";

struct Settings {
  std::string secret_key;  ///< Never logged, never part of an error.
  std::string api_version{default_api_version};
  RateLimit* limit = nullptr;  ///< Shared with delivery; has to outlive the client. None: no limit.
};

/// How long one call may take and how often it is tried within that time. The pauses between tries
/// grow from 0.5 s to 5 s with jitter, as in Stripe's own SDKs.
struct Call {
  std::chrono::milliseconds budget{20'000};
  int tries_max = 3;
};

struct NewCheckoutSession {
  CustomerId customer;
  OfferedPrice price;
  int trial_days = 0;
  std::string challenge_id;
  std::string success_url;  ///< `{CHECKOUT_SESSION_ID}` in it is replaced by Stripe.
  std::string cancel_url;
};

struct NewUsageRecord {
  ItemId item;
  std::int64_t quantity = 1;
  Second timestamp;  ///< Overwrites the usage of exactly that second (`action=set`).
};

/// An invoice made by hand: a draft that Stripe neither finalises nor fills by itself.
struct NewInvoice {
  CustomerId customer;
  std::string currency;
  PaymentMethodId default_payment_method = {};  ///< Empty: the customer's.
  std::string description = {};
  Metadata metadata = {};
};

/// What is added to an invoice. With `price` it costs that, else `unit_amount` of `product`.
struct NewInvoiceItem {
  CustomerId customer;
  InvoiceId invoice = {};            ///< A draft; empty: the next one …
  SubscriptionId subscription = {};  ///< … of this subscription.
  PriceId price = {};                ///< One-time.
  Money unit_amount = {};
  ProductId product = {};
  std::int64_t quantity = 1;
  std::string description = {};
  std::optional<Second> period_start = std::nullopt;  ///< Both or neither.
  std::optional<Second> period_end = std::nullopt;
  Metadata metadata = {};
};

struct NewPortalSession {
  CustomerId customer;
  PortalConfigurationId configuration;
  std::string return_url;
};

/// Stripe's API as far as this product uses it. Thread-safe as its transport is; keeps no state but
/// what it learnt of Stripe's time.
///
/// Every write takes an IdempotencyKey, which is kept over the retries inside the call: 409, 429,
/// 500, 502-504, no answer, and what `Stripe-Should-Retry` says. Failures: `outcome_unknown` if a
/// write had no answer to the end; else by Stripe's answer, which `Error::stripe` then holds.
/// Facts: https://docs.stripe.com/api/errors, https://docs.stripe.com/api/idempotent_requests
class Client {
 public:
  /// All referred to must outlive the client.
  Client(HttpTransport& transport, Clock& clock, Entropy& entropy, Observer& observer,
         Settings settings);

  /// A key that was never used before.
  IdempotencyKey fresh_key();

  Result<Account> account(Call call = {});

  /// All pages. Products are filtered by url, prices by lookup keys (10 at most).
  Result<std::vector<Product>> products(const std::string& url, Call call = {});
  Result<Product> create_product(const ProductTerms& terms, const std::string& challenge_id,
                                 const IdempotencyKey& key, Call call = {});
  Result<Product> update_product(const ProductId& id, const ProductTerms& terms,
                                 const std::string& challenge_id, const IdempotencyKey& key,
                                 Call call = {});

  Result<std::vector<Price>> prices(const std::vector<std::string>& lookup_keys, Call call = {});
  Result<std::vector<Price>> active_prices(const ProductId& product, Call call = {});
  /// Takes the lookup key over from whatever price has it.
  Result<Price> create_price(const PriceTerms& terms, const ProductId& product,
                             const std::string& challenge_id, const IdempotencyKey& key,
                             Call call = {});
  Result<Price> update_price(const PriceId& id, const PriceTerms& terms,
                             const std::string& challenge_id, const IdempotencyKey& key,
                             Call call = {});
  Result<Price> archive_price(const PriceId& id, const IdempotencyKey& key, Call call = {});

  Result<Price> price(const PriceId& id, Call call = {});

  Result<std::vector<Customer>> customers(const std::string& email, Call call = {});
  /// A deleted one, too.
  Result<Customer> customer(const CustomerId& id, Call call = {});
  Result<Customer> create_customer(const std::string& email, const std::string& challenge_id,
                                   const IdempotencyKey& key, Call call = {});

  Result<CheckoutSession> create_checkout_session(const NewCheckoutSession& session,
                                                  const IdempotencyKey& key, Call call = {});
  Result<CheckoutSession> checkout_session(const CheckoutSessionId& id, Call call = {});
  Result<std::vector<CheckoutSession>> open_checkout_sessions(const CustomerId& customer,
                                                              Call call = {});
  Result<CheckoutSession> expire_checkout_session(const CheckoutSessionId& id,
                                                  const IdempotencyKey& key, Call call = {});

  Result<Subscription> subscription(const SubscriptionId& id, Call call = {});
  /// All of a customer, the canceled ones too, newest first.
  Result<std::vector<Subscription>> subscriptions(const CustomerId& customer, Call call = {});

  /// All of the account.
  Result<std::vector<Subscription>> subscriptions(Call call = {});

  Result<UsageRecord> create_usage_record(const NewUsageRecord& record, const IdempotencyKey& key,
                                          Call call = {});
  /// The same in two halves, tried once, for who carries many at a time: the request as it is to be
  /// sent (it holds the secret key), and what its answer, or that there was none, comes to.
  HttpRequest usage_record_request(const NewUsageRecord& record, const IdempotencyKey& key) const;
  Result<UsageRecord> usage_record_of(const ItemId& item, Result<HttpResponse> answer);
  /// Between the halves where one is carried at a time: the transport's own send.
  Result<HttpResponse> send(const HttpRequest& request, std::chrono::milliseconds timeout);
  /// Newest period first.
  Result<std::vector<UsageRecordSummary>> usage_record_summaries(const ItemId& item,
                                                                 Call call = {});
  /// The newest hundred in two halves, as `usage_record_request` and `usage_record_of` are.
  HttpRequest usage_record_summaries_request(const ItemId& item) const;
  Result<UsageRecordSummaryPage> usage_record_summaries_of(Result<HttpResponse> answer);
  Result<UpcomingInvoice> upcoming_invoice(const SubscriptionId& subscription, Call call = {});

  /// With all of its lines.
  Result<Invoice> invoice(const InvoiceId& id, Call call = {});
  /// Its first hundred lines in two halves, likewise.
  HttpRequest invoice_lines_request(const InvoiceId& id) const;
  Result<std::vector<InvoiceLine>> invoice_lines_of(Result<HttpResponse> answer);
  /// All of a customer, in whatever state, newest first.
  Result<std::vector<Invoice>> invoices(const CustomerId& customer, Call call = {});
  /// The invoice as it is after each of these writes; of its lines the first ten.
  Result<Invoice> create_invoice(const NewInvoice& invoice, const IdempotencyKey& key,
                                 Call call = {});
  Result<Invoice> finalize_invoice(const InvoiceId& id, const IdempotencyKey& key, Call call = {});
  /// Without the customer being there; an empty `payment_method` is Stripe's choice. A decline is
  /// an error with Stripe's status 402.
  Result<Invoice> pay_invoice(const InvoiceId& id, const PaymentMethodId& payment_method,
                              const IdempotencyKey& key, Call call = {});
  /// From then on Stripe tries to collect it by itself.
  Result<Invoice> let_stripe_collect(const InvoiceId& id, const IdempotencyKey& key,
                                     Call call = {});
  Result<void> delete_draft_invoice(const InvoiceId& id, Call call = {});

  /// All of a customer, those that wait for an invoice too, newest first.
  Result<std::vector<InvoiceItem>> invoice_items(const CustomerId& customer, Call call = {});
  Result<InvoiceItem> create_invoice_item(const NewInvoiceItem& item, const IdempotencyKey& key,
                                          Call call = {});
  /// Both in two halves, as `usage_record_request` and `usage_record_of` are; the list by pages, of
  /// which each but the first comes `after` the one before.
  HttpRequest invoice_items_request(const CustomerId& customer,
                                    const InvoiceItemId& after = {}) const;
  Result<InvoiceItemPage> invoice_items_of(Result<HttpResponse> answer);
  HttpRequest invoice_item_request(const NewInvoiceItem& item, const IdempotencyKey& key) const;
  Result<InvoiceItem> invoice_item_of(Result<HttpResponse> answer);
  /// Of one that waits, or is on a draft.
  Result<void> delete_invoice_item(const InvoiceItemId& id, Call call = {});

  Result<std::vector<PortalConfiguration>> newest_portal_configurations(Call call = {});
  Result<PortalConfiguration> create_portal_configuration(const PortalTerms& terms,
                                                          const std::string& challenge_id,
                                                          const IdempotencyKey& key,
                                                          Call call = {});
  Result<PortalConfiguration> update_portal_configuration(const PortalConfigurationId& id,
                                                          const PortalTerms& terms,
                                                          const std::string& challenge_id,
                                                          const IdempotencyKey& key,
                                                          Call call = {});
  Result<PortalSession> create_portal_session(const NewPortalSession& session,
                                              const IdempotencyKey& key, Call call = {});

  Result<std::vector<WebhookEndpoint>> webhook_endpoints(Call call = {});
  Result<WebhookEndpoint> create_webhook_endpoint(const WebhookTerms& terms,
                                                  const std::string& challenge_id,
                                                  const IdempotencyKey& key, Call call = {});
  Result<WebhookEndpoint> update_webhook_endpoint(const WebhookEndpointId& id,
                                                  const WebhookTerms& terms,
                                                  const std::string& challenge_id,
                                                  const IdempotencyKey& key, Call call = {});
  /// Of at most 20 types, newest first, from `since` on. Stripe keeps them for 30 days. The call's
  /// budget is each page's, since there may be many.
  Result<std::vector<WebhookEvent>> events(const std::vector<std::string>& types, Second since,
                                           Call call = {});

  /// How far this machine's date is ahead of Stripe's; negative when behind, zero until the first
  /// answer.
  std::chrono::seconds clock_lead() const;

  const std::string& api_version() const { return settings_.api_version; }

  /// The instant it is at Stripe; none until the first answer.
  std::optional<Instant> now_at_stripe() const { return time_.at(clock_.moment()); }

 private:
  HttpRequest signed_with_key(HttpRequest request) const;
  Result<HttpResponse> request(HttpRequest request, const Call& call);
  Result<HttpResponse> try_once(const HttpRequest& request, std::chrono::milliseconds timeout);
  void hear(const HttpRequest& request, Result<HttpResponse>& outcome);
  Result<HttpResponse> heard_once(const HttpRequest& request, Result<HttpResponse> answer);
  Error give_up(const HttpRequest& request, const Result<HttpResponse>& outcome, bool in_doubt);
  void wait_for_turn(Moment deadline);
  Result<HttpResponse> get(std::string path, Parameters query, const Call& call);
  Result<HttpResponse> post(std::string path, const Parameters& form, const IdempotencyKey& key,
                            const Call& call);
  /// Once it is gone, it is a success too that it was gone already.
  Result<void> remove(std::string path, const Call& call);
  Result<void> complete_lines(Invoice& invoice, const Call& call);
  bool invoices_have_payment_intents() const;
  static HttpRequest reading(std::string path, Parameters query);
  static HttpRequest writing(std::string path, const Parameters& form, const IdempotencyKey& key);
  /// Asks for pages of one list, all within one call's budget.
  std::function<Result<HttpResponse>(Parameters query)> pager(std::string path, const Call& call);
  void learn_time(const HttpResponse& response);

  HttpTransport& transport_;
  Clock& clock_;
  Entropy& entropy_;
  Observer& observer_;
  Settings settings_;
  StripeTime time_;
};

}  // namespace billing::stripe
