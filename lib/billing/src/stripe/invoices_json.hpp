// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/stripe_objects.hpp>

#include "stripe/json_read.hpp"

namespace billing::stripe {

Money read_money(const JsonValue& object, std::string_view amount);
InvoiceLine read_invoice_line(const JsonValue& line);

}  // namespace billing::stripe
