// SPDX-License-Identifier: Apache-2.0
#include "cli/complaint.hpp"

#include <billing/error_codes.hpp>

#include "cli/terminal.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace billing::apps {

void complain(const std::string& text) {
  fmt::print(stderr, "billing: {}\n", printable(text));
}

int complain(const Error& error) {
  const std::string advice = remedy(error);
  complain(advice.empty() ? error.message : fmt::format("{}; try: {}", error.message, advice));
  return exit_code(error);
}

std::string remedy(const Error& error) {
  if (error.message.find("; try: ") != std::string::npos) return {};
  if (error.stripe && error.stripe->code == "url_invalid") {
    return "an address that Stripe reaches, or none: billing-server finds what happened in "
           "Stripe's list, too";
  }
  const bool refused = error.stripe && error.stripe->status < 500;
  switch (error.code) {
    case ErrorCode::denied:
      return error.stripe && error.stripe->status == 403
                 ? "give the key that permission, or use the account's secret key"
                 : "copy the key again from https://dashboard.stripe.com/test/apikeys";
    case ErrorCode::rate_limited: return "the same again in a minute";
    case ErrorCode::unavailable:
    case ErrorCode::timed_out:
      return error.stripe ? "again later; https://status.stripe.com says how Stripe is"
                          : "check the network and STRIPE_API_BASE; is billing-sandbox running?";
    case ErrorCode::outcome_unknown:
      return "the same command again: it finds what was done and does the rest";
    case ErrorCode::corrupt:
      return "check that STRIPE_API_BASE is Stripe, and DATABASE_URL the ledger";
    case ErrorCode::conflict: return refused ? "the same again in a moment" : "";
    case ErrorCode::not_found: return refused ? "billing doctor" : "";
    case ErrorCode::invalid:
    case ErrorCode::internal: return {};
  }
  return {};
}

}  // namespace billing::apps
