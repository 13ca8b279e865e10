// SPDX-License-Identifier: Apache-2.0
#include <billing/store.hpp>

namespace billing {

Result<void> Store::remember(const Subscription& subscription) {
  const Result<Reading> reading = begin_reading();
  if (!reading) return tl::unexpected(reading.error());
  return remember(subscription, *reading);
}

}  // namespace billing
