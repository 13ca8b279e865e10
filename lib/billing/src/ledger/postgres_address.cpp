// SPDX-License-Identifier: Apache-2.0
#include "ledger/postgres_address.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <memory>
#include <string_view>

namespace billing::postgres {

std::string Address::without_secrets(std::string text) const {
  constexpr std::string_view instead = "***";
  for (const std::string& secret : secrets) {
    for (auto at = text.find(secret); at != std::string::npos;
         at = text.find(secret, at + instead.size())) {
      text.replace(at, secret.size(), instead);
    }
  }
  return text;
}

bool is_postgres_url(const std::string& url) {
  return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

Result<Address> parse_address(const std::string& url) {
  // What libpq says of a bad one quotes it, password and all.
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      is_postgres_url(url) ? PQconninfoParse(url.c_str(), nullptr) : nullptr, &PQconninfoFree);
  if (!options) {
    return failure(ErrorCode::invalid,
                   "DATABASE_URL is no PostgreSQL URL that libpq can read: write "
                   "postgresql://USER:PASSWORD@HOST/DATABASE, with % and two hex digits for "
                   "whatever isn't a letter or digit of the password");
  }
  Address address{.url = url, .shown = {}, .secrets = {url}};
  std::string host = "the local socket";
  std::string database = "(the user's own)";
  for (const PQconninfoOption* each = options.get(); each->keyword != nullptr; ++each) {
    if (each->val == nullptr || *each->val == '\0') continue;
    const std::string_view keyword = each->keyword;
    if (keyword == "password" || keyword == "sslpassword") {
      address.secrets.emplace_back(each->val);
      address.has_password = true;
    }
    if (keyword == "host") host = each->val;
    if (keyword == "dbname") database = each->val;
  }
  address.shown = fmt::format("database {} at {}", database, host);
  return address;
}

}  // namespace billing::postgres
