// SPDX-License-Identifier: Apache-2.0
#include "contract/on_postgres.hpp"

#include <fmt/format.h>

namespace billing::tests {

PostgresSchema::PostgresSchema(PostgresServer& server)
    : server_(server), name_(server.make_schema()) {
  server_.execute(
      fmt::format("CREATE TABLE {0}.test_clock (at timestamptz NOT NULL);"
                  "INSERT INTO {0}.test_clock VALUES (to_timestamp(0));"
                  "CREATE FUNCTION {0}.now() RETURNS timestamptz LANGUAGE sql STABLE"
                  " AS 'SELECT at FROM {0}.test_clock'",
                  name_));
  set_time(noon);
}

void PostgresSchema::set_time(Instant now) const {
  server_.execute(fmt::format("UPDATE {}.test_clock SET at = to_timestamp({}::numeric / 1000)",
                              name_, now.time_since_epoch().count()));
}

}  // namespace billing::tests
