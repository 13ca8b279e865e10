// SPDX-License-Identifier: Apache-2.0
#include "cli/data_file.hpp"

#include <billing/postgres_data.hpp>
#include <billing/sqlite_data.hpp>

#include <fmt/format.h>

#include <filesystem>

namespace billing::apps {
namespace {

/// Lives as long as the program, as whatever refers to it.
const SystemClock machine;

Result<void> check_is_there(const Settings& settings) {
  const Setting& url = settings.database_url;
  if (auto checked = check_database_url(url.value); !checked) return checked;
  const Result<std::string> path = sqlite_path(url.value);
  std::error_code ignored;
  if (!path || std::filesystem::exists(*path, ignored)) return {};
  return failure(ErrorCode::corrupt,
                 fmt::format("there is no ledger at {} ({}); try: start billing-server, which "
                             "makes it, or set DATABASE_URL",
                             *path, url.place));
}

}  // namespace

Result<std::unique_ptr<Data>> open_existing_data(const Settings& settings, DataAccess access) {
  if (auto there = check_is_there(settings); !there) return failure(std::move(there));
  return open_data(settings.database_url.value, access, machine);
}

Result<std::string> existing_sqlite_path(const Settings& settings) {
  if (auto there = check_is_there(settings); !there) return failure(std::move(there));
  return sqlite_path(settings.database_url.value);
}

Result<void> check_copy_target(const std::string& url) {
  const Result<bool> has_password = has_postgres_password(url);
  if (!has_password) {
    return failure(ErrorCode::invalid,
                   "--to is no PostgreSQL URL; try: "
                   "--to postgresql://USER@HOST/DATABASE");
  }
  if (!*has_password) return {};
  return failure(ErrorCode::invalid,
                 "--to has a password, and command lines are open to everybody on the machine; "
                 "try: put it into PGPASSWORD or ~/.pgpass");
}

Result<ActingData> open_data_to_act(const Settings& settings) {
  auto owned = open_existing_data(settings, DataAccess::owner);
  if (owned) return ActingData{.data = std::move(*owned)};
  if (owned.error().code != ErrorCode::conflict) return failure(std::move(owned));
  auto guest = open_existing_data(settings, DataAccess::guest);
  if (!guest) return failure(std::move(guest));
  return ActingData{.data = std::move(*guest), .beside_server = true};
}

}  // namespace billing::apps
