// SPDX-License-Identifier: Apache-2.0
#include <billing/data.hpp>
#include <billing/postgres_data.hpp>
#include <billing/sqlite_data.hpp>

#include "ledger/postgres_address.hpp"

namespace billing {

Result<void> check_database_url(const std::string& database_url) {
  if (postgres::is_postgres_url(database_url)) {
    const Result<postgres::Address> address = postgres::parse_address(database_url);
    if (!address) return tl::unexpected(address.error());
    return {};
  }
  if (sqlite_path(database_url)) return {};
  return failure(ErrorCode::invalid,
                 "DATABASE_URL has to be sqlite:PATH, such as sqlite:billing.db, or a PostgreSQL "
                 "URL, such as postgresql://localhost/billing");
}

std::string shown_database_url(const std::string& database_url) {
  const Result<postgres::Address> address = postgres::parse_address(database_url);
  if (address) return address->shown;
  return sqlite_path(database_url).value_or("DATABASE_URL");
}

Result<std::unique_ptr<Data>> open_data(const std::string& database_url, DataAccess access,
                                        const Clock& clock) {
  if (auto checked = check_database_url(database_url); !checked) {
    return failure(std::move(checked));
  }
  if (postgres::is_postgres_url(database_url)) {
    return PostgresData::open(database_url, access, clock);
  }
  return SqliteData::open(*sqlite_path(database_url), access);
}

Result<std::vector<Migration>> due_migrations(const std::string& database_url) {
  if (auto checked = check_database_url(database_url); !checked) {
    return failure(std::move(checked));
  }
  if (postgres::is_postgres_url(database_url)) return PostgresData::due_migrations(database_url);
  return SqliteData::due_migrations(*sqlite_path(database_url));
}

}  // namespace billing
