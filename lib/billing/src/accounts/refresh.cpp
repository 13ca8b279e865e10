// SPDX-License-Identifier: Apache-2.0
#include <billing/refresh.hpp>

#include <algorithm>

namespace billing {

Result<Subscription> Refresh::subscription(const SubscriptionId& id, const stripe::Call& call) {
  const Result<Reading> reading = store_.begin_reading();
  if (!reading) return tl::unexpected(reading.error());
  auto read = health_.noted(stripe_.subscription(id, call));
  if (!read) return read;
  if (auto stored = store_.remember(*read, *reading); !stored) return failure(std::move(stored));
  return read;
}

Result<std::vector<Subscription>> Refresh::subscriptions(const CustomerId& customer,
                                                         const stripe::Call& call) {
  const Result<Reading> reading = store_.begin_reading();
  if (!reading) return tl::unexpected(reading.error());
  auto read = health_.noted(stripe_.subscriptions(customer, call));
  if (!read) return read;
  for (const Subscription& each : *read) {
    if (auto stored = store_.remember(each, *reading); !stored) return failure(std::move(stored));
  }
  return read;
}

Result<stripe::Invoice> Refresh::invoice(const InvoiceId& id, const stripe::Call& call) {
  const Result<Reading> reading = store_.begin_reading();
  if (!reading) return tl::unexpected(reading.error());
  auto read = health_.noted(stripe_.invoice(id, call));
  if (!read && read.error().code == ErrorCode::not_found) {
    if (auto forgotten = store_.forget(id); !forgotten) return failure(std::move(forgotten));
  }
  if (!read) return read;
  if (auto stored = store_.remember(*read, *reading); !stored) return failure(std::move(stored));
  return read;
}

Result<std::vector<stripe::Invoice>> Refresh::invoices(const CustomerId& customer,
                                                       const stripe::Call& call) {
  const Result<Reading> reading = store_.begin_reading();
  if (!reading) return tl::unexpected(reading.error());
  auto read = health_.noted(stripe_.invoices(customer, call));
  if (!read) return read;
  const auto known = store_.invoices(customer);
  if (!known) return tl::unexpected(known.error());
  for (const stripe::Invoice& each : *read) {
    // Each one stored is a write that the disk has to finish, and most never change again.
    if (std::ranges::find(*known, static_cast<const Invoice&>(each)) != known->end()) continue;
    if (auto stored = store_.remember(each, *reading); !stored) return failure(std::move(stored));
  }
  return read;
}

Result<stripe::Customer> Refresh::customer(const CustomerId& id, const stripe::Call& call) {
  auto read = health_.noted(stripe_.customer(id, call));
  if (!read || !read->deleted) return read;
  if (auto gone = store_.forget_customer(id, stripe_.fresh_key()); !gone) {
    return failure(std::move(gone));
  }
  return read;
}

}  // namespace billing
