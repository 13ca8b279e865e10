// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/catalog.hpp>
#include <billing/clock.hpp>
#include <billing/entropy.hpp>
#include <billing/final_invoice_store.hpp>
#include <billing/http.hpp>
#include <billing/ledger.hpp>
#include <billing/observer.hpp>
#include <billing/refresh.hpp>
#include <billing/result.hpp>
#include <billing/store.hpp>
#include <billing/stripe_client.hpp>
#include <billing/stripe_health.hpp>
#include <billing/webhooks.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace billing {

struct Bill;

struct ApiSettings {
  /// Where browsers reach the page, without a trailing slash: the base of every return address.
  /// None: whatever name of this server the request was sent to, which the caller has checked to be
  /// one.
  std::optional<std::string> public_url = std::nullopt;
  Catalog catalog;
  /// How long a click waits to be settled before it is answered as pending; 0 for not at all.
  std::chrono::milliseconds settle_wait{6'000};
};

/// A click that is on disk and may be settled soon: whoever owns the thread waits for that, `until`
/// at the latest, and then asks `Api::finish`.
struct Waiting {
  EventId event;
  Moment until;
};

using Begun = std::variant<HttpResponse, Waiting>;

/// The web contract's routes and `GET /users/bill`, without a socket. Thread-safe; starts no
/// thread; waits for nothing but Stripe's answers, each with a deadline.
///
/// The caller has checked where the request comes from, and that its body is small. Any failure is
/// an answer: `{"error": {"message", "code"}}`.
class Api {
 public:
  /// All referred to must outlive it.
  Api(Ledger& ledger, Store& store, FinalInvoiceStore& final_invoices, stripe::Client& stripe,
      StripeHealth& health, Webhooks& webhooks, Clock& clock, Entropy& entropy, Observer& observer,
      ApiSettings settings);

  Begun begin(const HttpRequest& request);
  HttpResponse finish(const Waiting& waiting);
  /// As `finish`, for who knows what has become of the event.
  HttpResponse finish(const RecordedEvent& row);
  /// Both, without a wait between them.
  HttpResponse handle(const HttpRequest& request);

  /// Loads the offerings that the store remembers. Call once, before the first request.
  Result<void> resume();
  /// Replaces what is for sale, here and in the store.
  Result<void> offer(Offerings offerings);

 private:
  using Handler = Result<Begun> (Api::*)(const HttpRequest&);
  struct Route;
  static const std::vector<Route>& routes();

  Result<Begun> get_offerings(const HttpRequest& request);
  Result<Begun> post_user(const HttpRequest& request);
  Result<Begun> get_user(const HttpRequest& request);
  Result<Begun> get_bill(const HttpRequest& request);
  Result<Begun> subscribe(const HttpRequest& request);
  Result<Begun> schedule(const HttpRequest& request);
  Result<Begun> register_workshop(const HttpRequest& request);
  Result<Begun> webhook(const HttpRequest& request);
  Result<Begun> open_portal(const HttpRequest& request);

  std::shared_ptr<const Offerings> offered() const;
  void put_on_offer(Offerings offerings);
  Result<User> signed_in(const HttpRequest& request);
  Result<CustomerId> customer_at_stripe(const User& user);
  Result<std::vector<Subscription>> freshest_subscriptions(const CustomerId& customer);
  Result<void> remember_session(const User& user, const std::string& session_id);
  Result<void> expire_open_sessions(const CustomerId& customer);
  Result<std::string> open_checkout(const User& user, const OfferedPrice& price,
                                    const std::string& return_base);
  Result<std::string> return_base(const HttpRequest& request) const;
  Result<std::optional<Subscription>> billed_subscription(const CustomerId& customer,
                                                          Moment deadline);
  Result<void> add_usage(Bill& bill, Moment deadline);
  std::optional<Money> price_of_use(const PriceId& price, Moment deadline);
  bool add_stripes_word(const CustomerId& customer, Bill& bill, Moment deadline);
  std::optional<stripe::Call> time_to_ask(Moment deadline) const;
  Instant truest_now() const;
  struct Press;
  struct Place;
  Result<Place> place_of_session(const CustomerId& customer);
  Result<Place> place_of_workshop(const CustomerId& customer);
  Result<std::vector<Subscription>> subscriptions_for(
      const CustomerId& customer, const std::function<bool(const Subscription&)>& serves);
  Result<Begun> take(const Press& press, Result<Place> place);
  Result<RecordedEvent> record(UsageEvent event);
  Result<bool> may_settle_soon(const RecordedEvent& row);

  Ledger& ledger_;
  Store& store_;
  FinalInvoiceStore& final_invoices_;
  stripe::Client& stripe_;
  StripeHealth& health_;
  Refresh refresh_;
  Webhooks& webhooks_;
  Clock& clock_;
  Entropy& entropy_;
  Observer& observer_;
  ApiSettings settings_;
  /// libstdc++'s atomic shared_ptr spins, which a machine of few processors pays for.
  mutable std::mutex offerings_mutex_;
  std::shared_ptr<const Offerings> offerings_;
};

}  // namespace billing
