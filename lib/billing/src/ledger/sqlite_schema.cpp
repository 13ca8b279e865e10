// SPDX-License-Identifier: Apache-2.0
#include "ledger/sqlite_schema.hpp"

#include <fmt/format.h>

#include <array>

namespace billing::sqlite {
namespace {

/// "bill" in ASCII; tells our files from other SQLite files.
constexpr std::int64_t application_id = 0x62696C6C;

// Instants are milliseconds, seconds are seconds, since 1970 in UTC. A version is never edited: a
// change is a version of its own.
constexpr const char* version_1 = R"sql(
CREATE TABLE binding (
  only_row     INTEGER PRIMARY KEY CHECK (only_row = 1),
  account      TEXT NOT NULL,
  livemode     INTEGER NOT NULL CHECK (livemode IN (0, 1)),
  challenge_id TEXT NOT NULL
) STRICT;

CREATE TABLE users (
  email      TEXT NOT NULL PRIMARY KEY,
  create_key TEXT NOT NULL,
  customer   TEXT UNIQUE
) STRICT;

CREATE TABLE subscriptions (
  id       TEXT NOT NULL PRIMARY KEY,
  customer TEXT NOT NULL,
  status   TEXT NOT NULL,
  created  INTEGER NOT NULL
) STRICT;
CREATE INDEX subscriptions_of_customer ON subscriptions (customer, created);

CREATE TABLE items (
  id           TEXT NOT NULL PRIMARY KEY,
  subscription TEXT NOT NULL REFERENCES subscriptions (id),
  price        TEXT NOT NULL,
  product      TEXT NOT NULL,
  metered      INTEGER NOT NULL CHECK (metered IN (0, 1)),
  period_start INTEGER NOT NULL,
  period_end   INTEGER NOT NULL
) STRICT;
CREATE INDEX items_of_subscription ON items (subscription);

CREATE TABLE offered_prices (
  role         TEXT NOT NULL PRIMARY KEY,
  id           TEXT NOT NULL,
  product      TEXT NOT NULL,
  product_name TEXT NOT NULL,
  nickname     TEXT NOT NULL,
  unit_amount  INTEGER NOT NULL,
  currency     TEXT NOT NULL,
  lookup_key   TEXT NOT NULL
) STRICT;

CREATE TABLE usage_events (
  sequence      INTEGER PRIMARY KEY AUTOINCREMENT,
  id            TEXT NOT NULL UNIQUE,
  customer      TEXT NOT NULL,
  item          TEXT NOT NULL,
  key           TEXT NOT NULL,
  content_hash  TEXT NOT NULL,
  kind          TEXT NOT NULL,
  quantity      INTEGER NOT NULL CHECK (quantity > 0),
  clicked_at    INTEGER NOT NULL,
  usage_at      INTEGER,
  attempt       INTEGER NOT NULL DEFAULT 1,
  first_sent_at INTEGER,
  state         TEXT NOT NULL DEFAULT 'pending'
                CHECK (state IN ('pending', 'delivered', 'refused')),
  reason        TEXT NOT NULL DEFAULT '',
  record        TEXT NOT NULL DEFAULT '',
  api_version   TEXT NOT NULL DEFAULT ''
) STRICT;
-- Invariant 2's two guards: one row a click, and one second of its own for each row.
CREATE UNIQUE INDEX one_event_a_key ON usage_events (customer, key);
CREATE UNIQUE INDEX one_event_a_second ON usage_events (item, usage_at) WHERE usage_at IS NOT NULL;
CREATE INDEX pending_by_item ON usage_events (item, sequence) WHERE state = 'pending';
CREATE INDEX events_of_customer ON usage_events (customer, sequence);
)sql";

// What an append costs is the pages it touches. Those of AUTOINCREMENT (rows are never deleted, so
// that sequences only grow without it), of a second index by customer (the one by key serves), and
// of pending events by item (now in their own order, which memory groups by item) are spared.
constexpr const char* version_2 = R"sql(
CREATE TABLE usage_events_2 (
  sequence      INTEGER PRIMARY KEY,
  id            TEXT NOT NULL UNIQUE,
  customer      TEXT NOT NULL,
  item          TEXT NOT NULL,
  key           TEXT NOT NULL,
  content_hash  TEXT NOT NULL,
  kind          TEXT NOT NULL,
  quantity      INTEGER NOT NULL CHECK (quantity > 0),
  clicked_at    INTEGER NOT NULL,
  usage_at      INTEGER,
  attempt       INTEGER NOT NULL DEFAULT 1,
  first_sent_at INTEGER,
  state         TEXT NOT NULL DEFAULT 'pending'
                CHECK (state IN ('pending', 'delivered', 'refused')),
  reason        TEXT NOT NULL DEFAULT '',
  record        TEXT NOT NULL DEFAULT '',
  api_version   TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO usage_events_2
  SELECT sequence, id, customer, item, key, content_hash, kind, quantity, clicked_at, usage_at,
         attempt, first_sent_at, state, reason, record, api_version
  FROM usage_events ORDER BY sequence;
DROP TABLE usage_events;
ALTER TABLE usage_events_2 RENAME TO usage_events;
-- Invariant 2's two guards: one row a click, and one second of its own for each row.
CREATE UNIQUE INDEX one_event_a_key ON usage_events (customer, key);
CREATE UNIQUE INDEX one_event_a_second ON usage_events (item, usage_at) WHERE usage_at IS NOT NULL;
CREATE INDEX pending_events ON usage_events (sequence, item) WHERE state = 'pending';
)sql";

// For an IN of three values SQLite makes a table in memory each time that a row is written. What is
// in the file is as it was, so its text may be changed like this:
// https://sqlite.org/lang_altertable.html
constexpr const char* version_3 = R"sql(
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
  SET sql = replace(sql, 'state IN (''pending'', ''delivered'', ''refused'')',
                    'state = ''pending'' OR state = ''delivered'' OR state = ''refused''')
  WHERE type = 'table' AND name = 'usage_events';
PRAGMA writable_schema = RESET;
)sql";

// What webhooks teach, invoices, and what is owed when a subscription has ended. `reading` is the
// number of the look at Stripe that a row comes from: an older look never replaces a newer one.
constexpr const char* version_4 = R"sql(
ALTER TABLE subscriptions ADD COLUMN trial_end INTEGER;
ALTER TABLE subscriptions ADD COLUMN cancel_at_period_end INTEGER NOT NULL DEFAULT 0;
ALTER TABLE subscriptions ADD COLUMN ended_at INTEGER;
ALTER TABLE subscriptions ADD COLUMN default_payment_method TEXT NOT NULL DEFAULT '';
ALTER TABLE subscriptions ADD COLUMN reading INTEGER NOT NULL DEFAULT 0;

ALTER TABLE usage_events ADD COLUMN subscription TEXT NOT NULL DEFAULT '';
ALTER TABLE usage_events ADD COLUMN price TEXT NOT NULL DEFAULT '';
ALTER TABLE usage_events ADD COLUMN final_invoice_of TEXT;
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
  SET sql = replace(sql, 'state = ''refused''',
                    'state = ''refused'' OR state = ''final_invoice''')
  WHERE type = 'table' AND name = 'usage_events';
PRAGMA writable_schema = RESET;
-- Few at any time.
CREATE INDEX events_for_final_invoices ON usage_events (item)
  WHERE state = 'final_invoice' AND final_invoice_of IS NULL;

CREATE TABLE portal (
  only_row      INTEGER PRIMARY KEY CHECK (only_row = 1),
  configuration TEXT NOT NULL
) STRICT;

CREATE TABLE invoices (
  id               TEXT NOT NULL PRIMARY KEY,
  customer         TEXT NOT NULL,
  subscription     TEXT NOT NULL,
  status           TEXT NOT NULL,
  number           TEXT NOT NULL,
  currency         TEXT NOT NULL,
  total            INTEGER NOT NULL,
  amount_remaining INTEGER NOT NULL,
  created          INTEGER NOT NULL,
  hosted_url       TEXT NOT NULL,
  reading          INTEGER NOT NULL
) STRICT;
CREATE INDEX invoices_of_customer ON invoices (customer, created);

CREATE TABLE invoice_lines (
  invoice      TEXT NOT NULL REFERENCES invoices (id),
  position     INTEGER NOT NULL,
  description  TEXT NOT NULL,
  quantity     INTEGER NOT NULL,
  currency     TEXT NOT NULL,
  amount       INTEGER NOT NULL,
  item         TEXT NOT NULL,
  metered      INTEGER NOT NULL CHECK (metered = 0 OR metered = 1),
  invoice_item TEXT NOT NULL,
  period_start INTEGER NOT NULL,
  period_end   INTEGER NOT NULL,
  PRIMARY KEY (invoice, position)
) STRICT, WITHOUT ROWID;

-- Invariant 5's guard: one row an event of Stripe's, however often it comes.
CREATE TABLE webhook_events (
  sequence    INTEGER PRIMARY KEY,
  id          TEXT NOT NULL UNIQUE,
  type        TEXT NOT NULL,
  object_id   TEXT NOT NULL,
  customer    TEXT NOT NULL,
  created     INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  origin      TEXT NOT NULL CHECK (origin = 'webhook' OR origin = 'gap'),
  state       TEXT NOT NULL DEFAULT 'received' CHECK (state = 'received' OR state = 'done'),
  reason      TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX webhook_events_to_do ON webhook_events (sequence) WHERE state = 'received';

-- One a subscription, for ever, made by the transaction that stores its end.
CREATE TABLE final_invoices (
  subscription TEXT NOT NULL PRIMARY KEY,
  customer     TEXT NOT NULL,
  ended_at     INTEGER NOT NULL,
  step         TEXT NOT NULL DEFAULT 'settling',
  item         TEXT NOT NULL DEFAULT '',
  product      TEXT NOT NULL DEFAULT '',
  currency     TEXT NOT NULL DEFAULT '',
  unit_amount  INTEGER NOT NULL DEFAULT 0,
  quantity     INTEGER NOT NULL DEFAULT 0,
  period_start INTEGER NOT NULL DEFAULT 0,
  invoice      TEXT NOT NULL DEFAULT '',
  outcome      TEXT NOT NULL DEFAULT '',
  reason       TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX final_invoices_to_do ON final_invoices (ended_at) WHERE step <> 'done';
)sql";

// A place for events that only a person can decide on, and seconds that are not to be given out.
constexpr const char* version_5 = R"sql(
ALTER TABLE items ADD COLUMN floor INTEGER NOT NULL DEFAULT 0;
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
  SET sql = replace(sql, 'state = ''final_invoice''',
                    'state = ''final_invoice'' OR state = ''parked''')
  WHERE type = 'table' AND name = 'usage_events';
PRAGMA writable_schema = RESET;
)sql";

constexpr std::array versions = {version_1, version_2, version_3, version_4, version_5};
static_assert(versions.size() == schema_version);

/// What came with each, for people.
constexpr std::array brings = {
    "the ledger and the store",
    "cheaper appends",
    "cheaper appends, again",
    "webhooks, invoices, and the final invoice of a subscription",
    "what is in doubt at the end of a billing period",
};
static_assert(brings.size() == schema_version);

Result<std::int64_t> pragma(Database& database, const char* sql) {
  Run run = database.run(sql);
  const Result<bool> row = run.step();
  if (!row) return tl::unexpected(row.error());
  return *row ? run.integer(0) : 0;
}

struct Version {
  std::int64_t application = 0;
  std::int64_t schema = 0;
};

Result<Version> version_of(Database& database) {
  const auto application = pragma(database, "PRAGMA application_id");
  if (!application) return tl::unexpected(application.error());
  const auto schema = pragma(database, "PRAGMA user_version");
  if (!schema) return tl::unexpected(schema.error());
  return Version{.application = *application, .schema = *schema};
}

/// Every version after `known`, in one transaction.
Result<void> apply(Database& database, std::int64_t known) {
  if (known == schema_version) return {};
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return failure(std::move(transaction));
  for (auto next = static_cast<std::size_t>(known); next < versions.size(); ++next) {
    if (auto made = database.execute(versions[next]); !made) return made;
  }
  const std::string marks = fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};",
                                        application_id, schema_version);
  if (auto marked = database.execute(marks.c_str()); !marked) return marked;
  return transaction->commit();
}

tl::unexpected<Error> newer(std::int64_t version) {
  return failure(
      ErrorCode::corrupt,
      fmt::format("the data file has schema version {}, this program knows up to {}: use "
                  "the program that wrote it, or a newer one",
                  version, schema_version));
}

tl::unexpected<Error> foreign() {
  return failure(ErrorCode::corrupt,
                 "the file is an SQLite database of something else: name another DATABASE_URL");
}

/// 0 of an empty file.
Result<std::int64_t> known_version(Database& database) {
  const Result<Version> version = version_of(database);
  if (!version) return tl::unexpected(version.error());
  if (version->schema > schema_version) return newer(version->schema);
  if (version->application == application_id) return version->schema;
  const auto tables = pragma(database, "SELECT count(*) FROM sqlite_schema");
  if (!tables) return tl::unexpected(tables.error());
  if (version->application != 0 || version->schema != 0 || *tables != 0) return foreign();
  return 0;
}

}  // namespace

Result<void> check_schema(Database& database) {
  const Result<Version> version = version_of(database);
  if (!version) return tl::unexpected(version.error());
  if (version->application != application_id) return foreign();
  if (version->schema > schema_version) return newer(version->schema);
  if (version->schema < schema_version) {
    return failure(ErrorCode::corrupt,
                   fmt::format("the data file has schema version {}: start billing-server once, "
                               "which brings it to {}",
                               version->schema, schema_version));
  }
  return {};
}

Result<std::vector<Migration>> due_migrations(Database& database) {
  const Result<std::int64_t> known = known_version(database);
  if (!known) return tl::unexpected(known.error());
  std::vector<Migration> due;
  for (auto next = static_cast<std::size_t>(*known); next < brings.size(); ++next) {
    due.push_back({.version = static_cast<std::int64_t>(next) + 1, .brings = brings.at(next)});
  }
  return due;
}

Result<void> migrate(Database& database) {
  const Result<std::int64_t> known = known_version(database);
  if (!known) return tl::unexpected(known.error());
  return apply(database, *known);
}

}  // namespace billing::sqlite
