// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/data.hpp>
#include <billing/result.hpp>

#include "ledger/postgres_database.hpp"

#include <vector>

namespace billing::postgres {

/// The versions that `migrate` would apply, oldest first. `corrupt` for tables of something else,
/// and for a newer schema than this program knows.
Result<std::vector<Migration>> due_migrations(Session& session);

/// Applies them. Of several processes at once each version is applied by one.
Result<void> migrate(Session& session);

/// `corrupt` for anything but the current version.
Result<void> check_schema(Session& session);

}  // namespace billing::postgres
