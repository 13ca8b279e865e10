// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/result.hpp>
#include <billing/sqlite_data.hpp>

#include "settings/settings.hpp"

#include <memory>
#include <string>

namespace billing::apps {

/// Where DATABASE_URL says that the data are; `corrupt` if nothing is there.
Result<std::string> existing_data_path(const Settings& settings);

/// The data file, open to act on what arrived.
struct DataFile {
  std::unique_ptr<SqliteData> data;
  /// A server runs on it: it acts, and this process may only leave it something to act on.
  bool beside_server = false;
};

/// As its owner, or as a guest if a server owns it already.
Result<DataFile> open_to_act(const std::string& path);

}  // namespace billing::apps
