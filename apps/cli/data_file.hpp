// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/data.hpp>
#include <billing/result.hpp>

#include "settings/settings.hpp"

#include <memory>
#include <string>

namespace billing::apps {

/// The data that DATABASE_URL names; `corrupt` if nothing is there.
Result<std::unique_ptr<Data>> open_existing_data(const Settings& settings, DataAccess access);

/// The path of an SQLite file that is there; `invalid` if DATABASE_URL names no file.
Result<std::string> existing_sqlite_path(const Settings& settings);

/// `invalid` for what is no PostgreSQL URL, and for one with a password, which no command line may
/// have.
Result<void> check_copy_target(const std::string& url);

/// The data, open to act on what arrived.
struct ActingData {
  std::unique_ptr<Data> data;
  /// A server runs on the file: it acts, and this process may only leave it something to act on.
  bool beside_server = false;
};

/// As an owner, or as a guest if a server owns the file already.
Result<ActingData> open_data_to_act(const Settings& settings);

}  // namespace billing::apps
