// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/result.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace billing {

/// How many rows of a table were copied, each of them compared afterwards.
struct CopiedTable {
  std::string table;
  std::int64_t rows = 0;
};

/// Copies all that is in the SQLite file at `path` to the PostgreSQL database at `url`, in one
/// transaction that compares every row with the file before it commits: all of it is there, or
/// nothing. Brings both schemas up to date first. The file stays as it is, and nobody else may have
/// it open: `conflict` while a server runs on it, or if the database holds something already.
///
/// What was pending counts as perhaps sent, as after a restart.
Result<std::vector<CopiedTable>> copy_to_postgres(const std::string& path, const std::string& url);

}  // namespace billing
