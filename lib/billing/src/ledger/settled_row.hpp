// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/ledger.hpp>

namespace billing {

/// Why a click that found its subscription ended is refused.
inline constexpr const char* clicked_after_end = "the subscription had ended before the click";

/// The row that a settlement makes of a claimed one.
inline RecordedEvent settled_row(const SettledClaim& settled) {
  RecordedEvent row = settled.claim.row;
  row.state = settled.settlement.state;
  row.record = settled.settlement.record;
  row.reason = settled.settlement.reason;
  row.api_version = settled.settlement.api_version;
  if (settled.settlement.raise_attempt) ++row.attempt;
  if (settled.settlement.choose_second_anew) row.usage_at.reset();
  if (!row.first_sent_at) row.first_sent_at = settled.claim.claimed_at;
  return row;
}

}  // namespace billing
