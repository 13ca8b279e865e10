// SPDX-License-Identifier: Apache-2.0
#include "list.hpp"
#include "resources.hpp"

namespace sandbox {
namespace {

Json nothing_required() {
  const Json none = Json::array();
  return {{"alternatives", none},  {"current_deadline", nullptr},
          {"currently_due", none}, {"disabled_reason", nullptr},
          {"errors", none},        {"eventually_due", none},
          {"past_due", none},      {"pending_verification", none}};
}

Json settings() {
  return {
      {"bacs_debit_payments", {{"display_name", nullptr}, {"service_user_number", nullptr}}},
      {"branding",
       {{"icon", nullptr},
        {"logo", nullptr},
        {"primary_color", nullptr},
        {"secondary_color", nullptr}}},
      {"card_issuing", {{"tos_acceptance", {{"date", nullptr}, {"ip", nullptr}}}}},
      {"card_payments",
       {{"decline_on", {{"avs_failure", true}, {"cvc_failure", true}}},
        {"statement_descriptor_prefix", nullptr},
        {"statement_descriptor_prefix_kana", nullptr},
        {"statement_descriptor_prefix_kanji", nullptr}}},
      {"dashboard", {{"display_name", "Sandbox"}, {"timezone", "Etc/UTC"}}},
      {"invoices", {{"default_account_tax_ids", nullptr}, {"hosted_payment_method_save", nullptr}}},
      {"payments",
       {{"statement_descriptor", nullptr},
        {"statement_descriptor_kana", nullptr},
        {"statement_descriptor_kanji", nullptr},
        {"statement_descriptor_prefix_kana", nullptr},
        {"statement_descriptor_prefix_kanji", nullptr}}},
      {"payouts",
       {{"debit_negative_balances", true},
        {"schedule", {{"delay_days", 2}, {"interval", "daily"}}},
        {"statement_descriptor", nullptr}}},
      {"sepa_debit_payments", Json::object()}};
}

Json business_profile() {
  Json profile = Json::object();
  for (const char* name :
       {"annual_revenue", "estimated_worker_count", "mcc", "minority_owned_business_designation",
        "name", "product_description", "support_address", "support_email", "support_phone",
        "support_url", "url"}) {
    profile[name] = nullptr;
  }
  return profile;
}

Json retrieve_account(Call& call) {
  const World& world = call.world;
  return {{"id", world.account},
          {"object", "account"},
          {"business_profile", business_profile()},
          {"business_type", nullptr},
          {"capabilities", {{"card_payments", "active"}, {"transfers", "active"}}},
          {"charges_enabled", true},
          {"controller", {{"type", "account"}}},
          {"country", "US"},
          {"created", world.created},
          {"default_currency", "usd"},
          {"details_submitted", true},
          {"email", "sandbox@example.com"},
          {"external_accounts", list_object("/v1/accounts/" + world.account + "/external_accounts",
                                            Json::array(), false)},
          {"future_requirements", nothing_required()},
          {"metadata", Json::object()},
          {"payouts_enabled", true},
          {"requirements", nothing_required()},
          {"settings", settings()},
          {"tos_acceptance", {{"date", nullptr}, {"ip", nullptr}, {"user_agent", nullptr}}},
          {"type", "standard"}};
}

}  // namespace

Routes account_routes() {
  return {{"GET", "/v1/account", operation({}), "account", retrieve_account}};
}

}  // namespace sandbox
