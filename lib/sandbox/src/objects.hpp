// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agenda.hpp"
#include "cards.hpp"
#include "json.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sandbox {

/// What an account holds. These say what is true; how it looks at a given API version is the
/// business of each resource's render function. Times are Unix seconds, amounts minor units.

using Text = std::optional<std::string>;
using Metadata = std::map<std::string, std::string>;

struct Period {
  std::int64_t start = 0;
  std::int64_t end = 0;
};

struct Product {
  std::string id{};
  std::int64_t created = 0;
  std::int64_t updated = 0;
  bool active = true;
  bool deleted = false;
  std::string name{};
  std::string type = "service";
  Text description{}, statement_descriptor{}, tax_code{}, unit_label{}, url{}, default_price{};
  std::optional<bool> shippable{};
  Json images = Json::array();
  Json marketing_features = Json::array();
  Metadata metadata{};
};

struct Recurring {
  std::string interval{};
  std::int64_t interval_count = 1;
  bool metered = false;
  Text aggregate_usage{}, meter{};
  std::optional<std::int64_t> trial_period_days{};

  bool same_interval(const Recurring& other) const {
    return interval == other.interval && interval_count == other.interval_count;
  }
};

struct Price {
  std::string id{};
  std::int64_t created = 0;
  bool active = true;
  std::string currency{};
  std::string product{};
  std::optional<std::int64_t> unit_amount{};
  /// Always there, even where `unit_amount` can't express it.
  std::string unit_amount_decimal{};
  std::optional<Recurring> recurring{};
  Text lookup_key{}, nickname{};
  std::string tax_behavior = "unspecified";
  Metadata metadata{};

  bool metered() const { return recurring && recurring->metered; }
  /// Whose events it bills; null for any other price.
  const std::string* meter() const {
    return recurring && recurring->meter ? &*recurring->meter : nullptr;
  }
};

struct TestClock {
  std::string id{};
  std::int64_t created = 0;
  bool deleted = false;
  std::int64_t frozen_time = 0;
  Text name{};
  /// Where it is going; only while it is on its way.
  std::optional<std::int64_t> target{};
  Agenda agenda{};
};

struct Customer {
  std::string id{};
  std::int64_t created = 0;
  Text test_clock{};
  bool deleted = false;
  Text email{}, name{}, phone{}, description{}, currency{}, default_payment_method{}, footer{};
  /// A `card_…`, from the time before payment methods.
  Text default_source{};
  std::string invoice_prefix{};
  std::int64_t next_invoice_sequence = 1;
  /// What the next invoice adds (or, below zero, takes off).
  std::int64_t balance = 0;
  /// The last automatic charge failed.
  bool delinquent = false;
  std::string tax_exempt = "none";
  Json address = nullptr;
  Json shipping = nullptr;
  Json preferred_locales = Json::array();
  Metadata metadata{};
};

struct PaymentMethod {
  std::string id{};
  std::int64_t created = 0;
  Text customer{};
  const TestCard* card = nullptr;
  std::int64_t exp_month = 0;
  std::int64_t exp_year = 0;
  std::string fingerprint{};
  bool postal_code_given = false;
  std::string allow_redisplay = "unspecified";
  Json billing_details{};
  Metadata metadata{};
  /// Its owner has confirmed it once (3-D Secure), for later charges too.
  bool authenticated = false;
  /// Was detached: it can never be used again.
  bool spent = false;

  /// Whether the bank asks its owner; `present` when a person is there to be asked.
  bool needs_authentication(bool present) const {
    return card->authentication == Authentication::always ||
           (card->authentication == Authentication::at_first && !authenticated) ||
           (card->authentication == Authentication::on_session && present);
  }
};

/// What a person types into a hosted page about the one who pays.
struct Payment {
  std::string email{};
  std::string name{};
  std::string country = "US";
  std::string postal_code{};
  const TestCard* card = nullptr;
  std::int64_t exp_month = 0;
  std::int64_t exp_year = 0;
};

struct SetupIntent {
  std::string id{};
  std::int64_t created = 0;
  std::string client_secret{};
  std::string status = "requires_payment_method";
  std::string usage = "off_session";
  Text customer{}, payment_method{}, description{}, cancellation_reason{}, return_url{};
  Json automatic_payment_methods = nullptr;
  Json last_setup_error = nullptr;
  Metadata metadata{};
};

/// Within what a person may change a quantity on the page.
struct Adjustable {
  std::int64_t minimum = 0;
  std::int64_t maximum = 99;
};

struct LineItem {
  std::string id{};
  std::string price{};
  /// Absent for a metered price.
  std::optional<std::int64_t> quantity{};
  std::optional<Adjustable> adjustable{};
  Metadata metadata{};
};

/// What `subscription_data` and `POST /v1/subscriptions` have in common.
struct Trial {
  std::optional<std::int64_t> days{};
  std::optional<std::int64_t> end{};
  std::string missing_payment_method = "create_invoice";

  std::optional<std::int64_t> end_from(std::int64_t now) const {
    return days ? std::optional(now + *days * 86'400) : end;
  }
};

struct CheckoutSession {
  std::string id{};
  std::int64_t created = 0;
  Text test_clock{};
  std::int64_t expires_at = 0;
  std::string status = "open";
  std::string payment_status = "unpaid";
  /// `subscription`, `payment` or `setup`.
  std::string mode = "subscription";
  std::string currency{};
  std::int64_t amount_total = 0;
  std::vector<LineItem> lines{};
  std::string success_url{};
  Text cancel_url{}, customer{}, customer_email{}, client_reference_id{}, locale{}, submit_type{};
  Text billing_address_collection{}, subscription{}, invoice{};
  std::optional<bool> allow_promotion_codes{};
  bool phone_number_collection = false;
  bool card_always = true;
  /// `customer_creation=always`, in a mode that can do without a customer.
  bool customer_always = false;
  /// `payment_intent_data` or `setup_intent_data`, as it was sent.
  Json intent_data = nullptr;
  Text payment_intent{}, setup_intent{};
  Trial trial{};
  bool flexible = false;
  Text subscription_description{};
  Metadata subscription_metadata{};
  Json customer_details = nullptr;
  Metadata metadata{};
  /// Typed and right, but the bank still waits for the card's owner.
  std::optional<Payment> awaiting{};

  bool subscribes() const { return mode == "subscription"; }
};

struct UsageSummary {
  std::string id{};
  Period period{};
  std::int64_t total = 0;
  std::string invoice{};
};

/// How a subscription's invoices are to be paid.
struct PaymentSettings {
  Json method_types = nullptr;
  std::string save_default = "off";
};

struct SubscriptionItem {
  std::string id{};
  std::int64_t created = 0;
  std::string subscription{};
  std::string price{};
  std::optional<std::int64_t> quantity{};
  bool deleted = false;
  Metadata metadata{};
  /// Total of each second; usage is summed per timestamp before anything else.
  std::map<std::int64_t, std::int64_t> usage{};
  std::int64_t usage_calls = 0;
  std::string open_summary{};
  std::vector<UsageSummary> closed{};
};

struct Subscription {
  std::string id{};
  std::int64_t created = 0;
  Text test_clock{};
  std::string customer{};
  std::string status = "active";
  std::string currency{};
  std::vector<std::string> items{};
  /// The anchor, and how many intervals after it the current period ends.
  std::int64_t anchor = 0;
  std::int64_t cycle = 1;
  Period period{};
  std::optional<Period> trial{};
  /// `billing_mode`; says how it was made, and changes nothing else.
  bool flexible = false;
  std::string missing_payment_method = "create_invoice";
  bool cancel_at_period_end = false;
  std::optional<std::int64_t> cancel_at{}, canceled_at{}, ended_at{};
  Text cancel_comment{}, cancel_feedback{}, cancel_reason{};
  Text default_payment_method{}, description{}, latest_invoice{};
  PaymentSettings payment_settings{};
  Metadata metadata{};

  /// Nothing more is billed, or not before somebody resumes it.
  bool rests() const { return ended() || status == "paused"; }
  bool ended() const { return status == "canceled" || status == "incomplete_expired"; }
};

struct InvoiceLine {
  std::string id{};
  std::int64_t amount = 0;
  std::string description{};
  Period period{};
  std::string price{};
  /// Whole; where that isn't the whole truth, `quantity_decimal` is.
  std::int64_t quantity = 0;
  Text quantity_decimal{};
  /// What it was made of: a subscription item, or an invoice item.
  Text item{};
  Text invoice_item{};
};

struct Invoice {
  std::string id{};
  std::int64_t created = 0;
  Text test_clock{};
  bool deleted = false;
  std::string customer{};
  /// Empty for one that was made by itself.
  std::string subscription{};
  std::string status = "draft";
  std::string billing_reason{};
  std::string currency{};
  Text number{};
  Period period{};
  std::vector<InvoiceLine> lines{};
  std::int64_t total = 0;
  /// Set when it is finalised: what is left to pay after the customer's balance.
  std::optional<std::int64_t> amount_due{}, ending_balance{};
  std::int64_t starting_balance = 0;
  /// As its `attempt_count`: the first attempt of any kind, and those of the schedule.
  std::int64_t attempts = 0;
  bool attempted = false;
  /// How many retries were planned so far.
  std::size_t retries = 0;
  /// Time finalises, charges and retries it.
  bool auto_advance = false;
  std::string collection_method = "charge_automatically";
  std::optional<std::int64_t> days_until_due{}, due_date{}, automatically_finalizes_at{};
  std::optional<std::int64_t> finalized_at{}, paid_at{}, voided_at{}, uncollectible_at{};
  std::optional<std::int64_t> next_payment_attempt{};
  bool paid_out_of_band = false;
  Text default_payment_method{}, description{}, footer{}, payment_intent{}, charge{};
  /// What the address of its hosted page ends with; none while it is a draft.
  Text secret{};
  /// As they were when it was made.
  Json customer_address = nullptr;
  Text customer_email{}, customer_name{}, customer_phone{};
  std::string customer_tax_exempt = "none";
  Metadata subscription_metadata{};
  Metadata metadata{};

  bool draft() const { return status == "draft"; }
  bool paid() const { return status == "paid"; }
  bool preview() const { return billing_reason == "upcoming"; }
  bool charged_automatically() const { return collection_method == "charge_automatically"; }
  std::int64_t due() const { return amount_due.value_or(total > 0 ? total : 0); }
};

/// What a customer may do in the portal; `features` as the API shows them, with nothing left out.
struct PortalConfiguration {
  std::string id{};
  std::int64_t created = 0;
  std::int64_t updated = 0;
  bool active = true;
  bool is_default = false;
  Text name{}, default_return_url{}, headline{}, privacy_policy_url{}, terms_of_service_url{};
  Json features{};
  Metadata metadata{};

  bool allows(const char* feature) const { return features[feature]["enabled"]; }
};

struct PortalSession {
  std::string id{};
  std::int64_t created = 0;
  /// What the page's address ends with: who has it, is let in.
  std::string secret{};
  std::string configuration{};
  std::string customer{};
  Text return_url{}, locale{};
  Json flow = nullptr;
  bool flow_done = false;
  std::optional<std::int64_t> opened{};
  /// A card that still waits for its owner.
  std::optional<Payment> awaiting{};
};

}  // namespace sandbox
