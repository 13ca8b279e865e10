// SPDX-License-Identifier: Apache-2.0
#include "cli/data_file.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace billing::apps {

Result<std::string> existing_data_path(const Settings& settings) {
  auto path = sqlite_path(settings.database_url.value);
  if (!path) return failure(std::move(path));
  std::error_code ignored;
  if (std::filesystem::exists(*path, ignored)) return path;
  return failure(ErrorCode::corrupt,
                 fmt::format("there is no ledger at {} ({}); try: start billing-server, which "
                             "makes it, or set DATABASE_URL",
                             *path, settings.database_url.place));
}

Result<DataFile> open_to_act(const std::string& path) {
  auto owned = SqliteData::open(path, SqliteAccess::owner);
  if (owned) return DataFile{.data = std::move(*owned)};
  if (owned.error().code != ErrorCode::conflict) return failure(std::move(owned));
  auto guest = SqliteData::open(path, SqliteAccess::guest);
  if (!guest) return failure(std::move(guest));
  return DataFile{.data = std::move(*guest), .beside_server = true};
}

}  // namespace billing::apps
