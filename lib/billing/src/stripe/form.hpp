// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/http.hpp>

#include <string>
#include <string_view>

namespace billing::stripe {

/// RFC 3986: letters, digits and `-._~` stay, every other byte becomes `%XX`. Fit for one segment
/// of a path too.
std::string percent_encoded(std::string_view text);

/// `application/x-www-form-urlencoded`, in order, for bodies and queries alike. Brackets in names
/// stay as they are, which Stripe reads as well as their encoded form and people read better.
std::string form_encoded(const Parameters& parameters);

}  // namespace billing::stripe
