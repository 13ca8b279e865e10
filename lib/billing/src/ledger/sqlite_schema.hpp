// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/result.hpp>

#include "ledger/sqlite_database.hpp"

namespace billing::sqlite {

/// The schema version this program writes.
inline constexpr int schema_version = 5;

/// Brings a file from any older version, or from nothing, up to `schema_version`, in one
/// transaction.
Result<void> migrate(Database& database);

/// `corrupt` if the file is not ours, or newer or older than this program reads.
Result<void> check_schema(Database& database);

}  // namespace billing::sqlite
