// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "card_form.hpp"
#include "objects.hpp"

#include <string>
#include <string_view>

namespace sandbox {

/// The hosted page of an invoice that is final: its lines and what they come to, and for an open
/// one a card form with what was wrong on the last try. `at` is the page's own path.
std::string invoice_page(const Invoice& invoice, const std::string& at, const CardErrors& errors,
                         std::string_view declined);

}  // namespace sandbox
