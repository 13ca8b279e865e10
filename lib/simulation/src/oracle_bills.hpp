// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/ledger.hpp>

#include "stripe_records.hpp"

#include <span>
#include <string>
#include <vector>

namespace simulation {

/// What is wrong with invoices: of each subscription that has ended, what was used and is on none
/// of its own invoices has to be on exactly one other, which is paid or open; each workshop has to
/// be exactly one invoice item, on an invoice of its subscription or waiting for its next one; and
/// nothing else is on anybody's bill.
std::vector<std::string> check_bills(std::span<const billing::RecordedEvent> rows,
                                     const StripeRecords& stripe);

}  // namespace simulation
