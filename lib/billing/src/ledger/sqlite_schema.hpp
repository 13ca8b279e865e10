// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/data.hpp>
#include <billing/result.hpp>

#include "ledger/sqlite_database.hpp"

#include <vector>

namespace billing::sqlite {

/// The schema version this program writes.
inline constexpr int schema_version = 5;

/// Brings a file from any older version, or from nothing, up to `schema_version`, in one
/// transaction.
Result<void> migrate(Database& database);

/// The versions that `migrate` would apply, oldest first; changes nothing.
Result<std::vector<Migration>> due_migrations(Database& database);

/// `corrupt` if the file is not ours, or newer or older than this program reads.
Result<void> check_schema(Database& database);

}  // namespace billing::sqlite
