// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor_checks.hpp"

#include <billing/error_codes.hpp>
#include <billing/provisioning.hpp>
#include <billing/sqlite_data.hpp>

#include "cli/complaint.hpp"
#include "cli/data_file.hpp"
#include "cli/stripe_access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace billing::apps {
namespace {

/// A doctor's patient shouldn't wait for one that doesn't answer.
constexpr stripe::Call quick{.budget = std::chrono::seconds(8), .tries_max = 2};

Finding trouble(std::string check, const Error& error) {
  // An error may bring its remedy along.
  constexpr std::string_view mark = "; try: ";
  const auto found = error.message.find(mark);
  if (found == std::string::npos) {
    return {std::move(check), error.message, remedy(error), exit_code(error)};
  }
  return {std::move(check), error.message.substr(0, found),
          error.message.substr(found + mark.size()), exit_code(error)};
}

Finding check_key(const Settings& settings) {
  const auto key = required_secret_key(settings);
  if (!key) return trouble("key", key.error());
  const std::string& place = settings.stripe_secret_key->place;
  for (const std::string_view prefix : {"sk_test_", "rk_test_", "sk_live_", "rk_live_"}) {
    if (key->starts_with(prefix)) return {"key", fmt::format("{}… ({})", prefix, place)};
  }
  return {"key", fmt::format("{} is no secret key: those begin with sk_test_", place),
          "copy the secret key from https://dashboard.stripe.com/test/apikeys", 2};
}

Finding check_stripe(stripe::Client& stripe, const std::string& base) {
  const auto account = stripe.account(quick);
  // A restricted key need not be allowed to read the account; that it was recognised is what
  // counts.
  const bool forbidden =
      !account && account.error().stripe && account.error().stripe->status == 403;
  if (!account && !forbidden) return trouble("stripe", account.error());
  const std::string who = forbidden ? "an account this key may not read" : account->id.text();
  Finding finding{"stripe", fmt::format("{} answers for {}", base, who)};
  if (const auto lead = std::abs(stripe.clock_lead().count()); lead > 60) {
    finding.said += fmt::format(", but this machine's clock is {} s off", lead);
    finding.remedy = "set the clock (timedatectl); usage is dated by Stripe's until then";
  }
  return finding;
}

/// Reads of an item that nobody has: the answer tells whether the endpoint exists for this account.
Finding check_usage_records(stripe::Client& stripe) {
  const auto summaries = stripe.usage_record_summaries(ItemId("si_billingdoctor00"), quick);
  const std::string fine = fmt::format("taken, with Stripe API {}", stripe::default_api_version);
  if (summaries) return {"usage records", fine};
  const Error& error = summaries.error();
  const std::string said = error.stripe ? error.stripe->message : std::string{};
  const bool no_such_item = said.starts_with("No such subscription_item") ||
                            said.starts_with("Invalid subscription_item id");
  if (no_such_item) return {"usage records", fine};
  if (said.starts_with("Unrecognized request URL") ||
      said.starts_with("Invalid Stripe API version")) {
    return {"usage records", fmt::format("this account does not take them ({})", said),
            "another account: newer ones may take meter events only", 3};
  }
  return trouble("usage records", error);
}

Finding check_catalog(stripe::Client& stripe, const Settings& settings) {
  const auto catalog = read_catalog(settings);
  if (!catalog) return trouble("catalog", catalog.error());
  const auto objects = provision(stripe, *catalog, {.scope = ProvisionScope::dry_run});
  if (!objects) return trouble("catalog", objects.error());
  const auto differing = std::ranges::count_if(*objects, [](const ProvisionedObject& each) {
    return each.action != ProvisionAction::unchanged;
  });
  if (differing == 0) {
    return {"catalog", fmt::format("all {} objects are as they should be", objects->size())};
  }
  return {"catalog",
          fmt::format("{} of {} objects are missing or differ", differing, objects->size()),
          "billing provision (with --dry-run it only says what it would do)", 2};
}

Finding check_ledger(const Settings& settings) {
  const std::string& url = settings.database_url.value;
  const std::string place = shown_database_url(url);
  if (const auto path = sqlite_path(url)) {
    std::error_code ignored;
    if (!std::filesystem::exists(*path, ignored)) {
      return {"ledger", fmt::format("{} is not there yet; billing-server makes it", place)};
    }
  }
  const auto opened = open_existing_data(settings, DataAccess::read_only);
  if (!opened) return trouble("ledger", opened.error());
  const auto totals = (*opened)->ledger().totals();
  if (!totals) return trouble("ledger", totals.error());
  const auto binding = (*opened)->store().binding();
  if (!binding) return trouble("ledger", binding.error());
  if (*binding && settings.challenge_id &&
      (*binding)->challenge_id != settings.challenge_id->value) {
    return {"ledger", fmt::format("{} belongs to challenge id {}", place, (*binding)->challenge_id),
            "set CHALLENGE_ID to that, or DATABASE_URL to other data", 5};
  }
  Finding finding{"ledger", fmt::format("{}: {} delivered, {} pending, {} refused", place,
                                        totals->delivered, totals->pending, totals->refused)};
  if (totals->refused > 0) finding.remedy = "billing usage list --state refused";
  if (totals->parked > 0) {
    finding.said += fmt::format(", {} parked", totals->parked);
    finding.remedy = "billing usage list --state parked";
  }
  return finding;
}

}  // namespace

std::vector<Finding> examine(const Settings& settings) {
  std::vector<Finding> findings{check_key(settings)};
  if (findings.back().exit_status == 0) {
    if (const auto access = StripeAccess::open(settings); !access) {
      findings.push_back(trouble("stripe", access.error()));
    } else {
      stripe::Client& stripe = (*access)->client();
      findings.push_back(check_stripe(stripe, settings.stripe_api_base.value));
      if (findings.back().exit_status == 0) {
        findings.push_back(check_usage_records(stripe));
        findings.push_back(check_catalog(stripe, settings));
      }
    }
  }
  findings.push_back(check_ledger(settings));
  return findings;
}

}  // namespace billing::apps
