// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/accounts.hpp>
#include <billing/catalog.hpp>
#include <billing/http.hpp>
#include <billing/ledger.hpp>
#include <billing/result.hpp>
#include <billing/stripe_objects.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The JSON of the web contract: what requests carry and what answers say.
namespace billing {

/// A text field of a JSON object. `invalid` if the body is no such object, or the field is missing
/// or no text; the message names the field.
Result<std::string> text_field(const std::string& body, const std::string& field);

struct WholeNumbers {
  std::int64_t least;
  std::int64_t most;
};
/// A number of those. `invalid` likewise, and for "6", 6.5 and true.
Result<std::int64_t> whole_number_field(const std::string& body, const std::string& field,
                                        const WholeNumbers& allowed);

HttpResponse offerings_response(const Offerings& offerings);

/// `product` is pair coding's: it tells an on-demand subscription from a monthly one.
HttpResponse user_response(const User& user, const Subscription* subscription,
                           const ProductId& product);
/// The same in `{"user": …}`.
HttpResponse wrapped_user_response(const User& user, const Subscription* subscription,
                                   const ProductId& product);
HttpResponse url_response(const std::string& url);
HttpResponse portal_response(const stripe::PortalSession& session);

/// A function of the row alone, so that a click's answer is the same for ever once it is settled.
HttpResponse event_response(const RecordedEvent& row);

/// Stripe's own words on keys and on its own trouble stay out of it: they belong in the log.
HttpResponse problem(const Error& error);
HttpResponse problem(int status, std::string_view code, const std::string& message);

}  // namespace billing
