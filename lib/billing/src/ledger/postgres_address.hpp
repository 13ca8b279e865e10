// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/result.hpp>

#include <string>
#include <vector>

namespace billing::postgres {

/// Where a PostgreSQL database is, as DATABASE_URL says it.
struct Address {
  std::string url;                   ///< May hold a password: for libpq alone.
  std::string shown;                 ///< For people: `database billing at db.example.com`
  std::vector<std::string> secrets;  ///< What of the URL must never be told.
  bool has_password = false;

  /// The text of an error, which may quote the URL.
  std::string without_secrets(std::string text) const;
};

bool is_postgres_url(const std::string& url);

/// `invalid`, without a word of what it says, for what libpq can't read.
Result<Address> parse_address(const std::string& url);

}  // namespace billing::postgres
