// SPDX-License-Identifier: Apache-2.0
#include "ledger/postgres_schema.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace billing::postgres {
namespace {

// As in SQLite's: instants are milliseconds, seconds are seconds, since 1970 in UTC, and a version
// is never edited. What leases go by is the database's own time.
constexpr const char* version_1 = R"sql(
CREATE TABLE binding (
  only_row     bigint NOT NULL PRIMARY KEY CHECK (only_row = 1),
  account      text NOT NULL,
  livemode     boolean NOT NULL,
  challenge_id text NOT NULL
);

CREATE TABLE users (
  email      text NOT NULL PRIMARY KEY,
  create_key text NOT NULL,
  customer   text UNIQUE
);

-- `reading` is the number of the look at Stripe that a row comes from: an older look never replaces
-- a newer one.
CREATE TABLE readings (
  only_row bigint NOT NULL PRIMARY KEY CHECK (only_row = 1),
  last     bigint NOT NULL
);
INSERT INTO readings VALUES (1, 0);

CREATE TABLE subscriptions (
  id                     text NOT NULL PRIMARY KEY,
  customer               text NOT NULL,
  status                 text NOT NULL,
  created                bigint NOT NULL,
  trial_end              bigint,
  cancel_at_period_end   boolean NOT NULL,
  ended_at               bigint,
  default_payment_method text NOT NULL,
  reading                bigint NOT NULL
);
CREATE INDEX subscriptions_of_customer ON subscriptions (customer, created);

-- Beside what Stripe tells stands whose turn the item's events have. `due_at` is null while nothing
-- is pending; a claim moves it to the end of its lease. `fence` grows with each claim and with its
-- end: what comes under an older one is too late.
CREATE TABLE items (
  id           text NOT NULL PRIMARY KEY,
  subscription text NOT NULL REFERENCES subscriptions (id),
  price        text NOT NULL,
  product      text NOT NULL,
  metered      boolean NOT NULL,
  period_start bigint NOT NULL,
  period_end   bigint NOT NULL,
  floor        bigint NOT NULL DEFAULT 0,
  due_at       timestamptz,
  fence        bigint NOT NULL DEFAULT 0,
  failing      boolean NOT NULL DEFAULT false
);
CREATE INDEX items_of_subscription ON items (subscription);
CREATE INDEX items_by_end ON items (period_end) WHERE due_at IS NOT NULL;
CREATE INDEX items_by_turn ON items (due_at, fence, id) WHERE due_at IS NOT NULL;

CREATE TABLE offered_prices (
  role         text NOT NULL PRIMARY KEY,
  id           text NOT NULL,
  product      text NOT NULL,
  product_name text NOT NULL,
  nickname     text NOT NULL,
  unit_amount  bigint NOT NULL,
  currency     text NOT NULL,
  lookup_key   text NOT NULL
);

CREATE TABLE portal (
  only_row      bigint NOT NULL PRIMARY KEY CHECK (only_row = 1),
  configuration text NOT NULL
);

-- Without a cache, so that the events of an item are in the order in which they were recorded,
-- whichever servers did.
CREATE SEQUENCE usage_events_sequence CACHE 1;
CREATE TABLE usage_events (
  sequence           bigint NOT NULL PRIMARY KEY DEFAULT nextval('usage_events_sequence'),
  id                 text NOT NULL UNIQUE,
  customer           text NOT NULL,
  item               text NOT NULL,
  key                text NOT NULL,
  content_hash       text NOT NULL,
  kind               text NOT NULL,
  quantity           bigint NOT NULL CHECK (quantity > 0),
  clicked_at         bigint NOT NULL,
  usage_at           bigint,
  attempt            bigint NOT NULL DEFAULT 1,
  first_sent_at      bigint,
  state              text NOT NULL DEFAULT 'pending'
                     CHECK (state IN ('pending', 'delivered', 'refused', 'final_invoice',
                                      'parked')),
  reason             text NOT NULL DEFAULT '',
  record             text NOT NULL DEFAULT '',
  api_version        text NOT NULL DEFAULT '',
  subscription       text NOT NULL DEFAULT '',
  price              text NOT NULL DEFAULT '',
  final_invoice_of   text,
  may_have_been_sent boolean NOT NULL DEFAULT false
);
-- Invariant 2's two guards: one row a click, and one second of its own for each row.
CREATE UNIQUE INDEX one_event_a_key ON usage_events (customer, key);
CREATE UNIQUE INDEX one_event_a_second ON usage_events (item, usage_at) WHERE usage_at IS NOT NULL;
CREATE INDEX events_of_customer ON usage_events (customer, sequence);
CREATE INDEX pending_by_item ON usage_events (item, sequence) WHERE state = 'pending';
-- Few at any time.
CREATE INDEX events_for_final_invoices ON usage_events (item)
  WHERE state = 'final_invoice' AND final_invoice_of IS NULL;

CREATE TABLE invoices (
  id               text NOT NULL PRIMARY KEY,
  customer         text NOT NULL,
  subscription     text NOT NULL,
  status           text NOT NULL,
  number           text NOT NULL,
  currency         text NOT NULL,
  total            bigint NOT NULL,
  amount_remaining bigint NOT NULL,
  created          bigint NOT NULL,
  hosted_url       text NOT NULL,
  reading          bigint NOT NULL
);
CREATE INDEX invoices_of_customer ON invoices (customer, created);

CREATE TABLE invoice_lines (
  invoice      text NOT NULL REFERENCES invoices (id),
  position     bigint NOT NULL,
  description  text NOT NULL,
  quantity     bigint NOT NULL,
  currency     text NOT NULL,
  amount       bigint NOT NULL,
  item         text NOT NULL,
  metered      boolean NOT NULL,
  invoice_item text NOT NULL,
  period_start bigint NOT NULL,
  period_end   bigint NOT NULL,
  PRIMARY KEY (invoice, position)
);

-- One row an event of Stripe's, however often it comes.
CREATE SEQUENCE webhook_events_sequence CACHE 1;
CREATE TABLE webhook_events (
  sequence    bigint NOT NULL PRIMARY KEY DEFAULT nextval('webhook_events_sequence'),
  id          text NOT NULL UNIQUE,
  type        text NOT NULL,
  object_id   text NOT NULL,
  customer    text NOT NULL,
  created     bigint NOT NULL,
  received_at bigint NOT NULL,
  origin      text NOT NULL CHECK (origin IN ('webhook', 'gap')),
  state       text NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'done')),
  reason      text NOT NULL DEFAULT ''
);
CREATE INDEX webhook_events_to_do ON webhook_events (sequence) WHERE state = 'received';

-- One a subscription, for ever, made by the transaction that stores its end. `worker` has it to
-- itself until `worked_on_until`, so that two servers don't both write to one invoice.
CREATE TABLE final_invoices (
  subscription    text NOT NULL PRIMARY KEY,
  customer        text NOT NULL,
  ended_at        bigint NOT NULL,
  step            text NOT NULL DEFAULT 'settling',
  item            text NOT NULL DEFAULT '',
  product         text NOT NULL DEFAULT '',
  currency        text NOT NULL DEFAULT '',
  unit_amount     bigint NOT NULL DEFAULT 0,
  quantity        bigint NOT NULL DEFAULT 0,
  period_start    bigint NOT NULL DEFAULT 0,
  invoice         text NOT NULL DEFAULT '',
  outcome         text NOT NULL DEFAULT '',
  reason          text NOT NULL DEFAULT '',
  worker          text NOT NULL DEFAULT '',
  worked_on_until timestamptz
);
CREATE INDEX final_invoices_to_do ON final_invoices (ended_at) WHERE step <> 'done';
)sql";

struct Version {
  const char* brings;
  const char* sql;
};
constexpr std::array versions = {
    Version{.brings = "all tables of the ledger, the store and the inbox", .sql = version_1},
};
constexpr auto newest = static_cast<std::int64_t>(versions.size());

// The row is what servers that start at once queue up for.
constexpr const char* make_version_table = R"sql(
  CREATE TABLE IF NOT EXISTS billing_schema (
    only_row bigint NOT NULL PRIMARY KEY CHECK (only_row = 1),
    version  bigint NOT NULL
  );
  INSERT INTO billing_schema VALUES (1, 0) ON CONFLICT (only_row) DO NOTHING;
)sql";
constexpr const char* count_tables = R"sql(
  SELECT count(*) FILTER (WHERE table_name = 'billing_schema'),
         count(*) FILTER (WHERE table_name IN ('users', 'subscriptions', 'items', 'usage_events'))
  FROM information_schema.tables WHERE table_schema = current_schema())sql";
constexpr const char* select_version = "SELECT version FROM billing_schema";
constexpr const char* lock_version =
    "SELECT version FROM billing_schema WHERE only_row = 1 FOR UPDATE";
constexpr const char* update_version = "UPDATE billing_schema SET version = $1";

tl::unexpected<Error> newer(std::int64_t version) {
  return failure(ErrorCode::corrupt,
                 fmt::format("the database has schema version {}, this program knows up to {}: use "
                             "the program that wrote it, or a newer one",
                             version, newest));
}

/// 0 of a database that has none of our tables, nor others of their names.
Result<std::int64_t> version_of(Work& work) {
  const std::optional<Row> tables = work.run_for_one(count_tables);
  require(tables.has_value());
  if (tables->integer(0) == 0) {
    if (tables->integer(1) == 0) return 0;
    return failure(ErrorCode::corrupt,
                   "the database holds tables of something else: name another DATABASE_URL");
  }
  const std::optional<Row> row = work.run_for_one(select_version);
  const std::int64_t version = row ? row->integer(0) : 0;
  if (version > newest) return newer(version);
  return version;
}

/// The versions after the one that is there, each in the transaction that holds the row.
Result<void> apply(Work& work) {
  const std::optional<Row> row = work.run_for_one(lock_version);
  require(row.has_value());
  const std::int64_t version = row->integer(0);
  if (version > newest) return newer(version);
  if (version == newest) return {};
  for (auto next = static_cast<std::size_t>(version); next < versions.size(); ++next) {
    work.execute(versions.at(next).sql);
  }
  work.run(update_version, newest);
  return {};
}

}  // namespace

Result<std::vector<Migration>> due_migrations(Session& session) {
  const Result<std::int64_t> known = session.read(&version_of);
  if (!known) return tl::unexpected(known.error());
  std::vector<Migration> due;
  for (auto next = static_cast<std::size_t>(*known); next < versions.size(); ++next) {
    due.push_back(
        {.version = static_cast<std::int64_t>(next) + 1, .brings = versions.at(next).brings});
  }
  return due;
}

Result<void> migrate(Session& session) {
  const Result<std::int64_t> known = session.read(&version_of);
  if (!known) return tl::unexpected(known.error());
  if (*known == newest) return {};
  if (*known == 0) {
    const auto make = [](Work& work) -> Result<void> {
      work.execute(make_version_table);
      return {};
    };
    // Even with IF NOT EXISTS one of two at once may fail; the table is there all the same.
    if (Result<void> made = session.write(make); !made) {
      if (Result<void> again = session.write(make); !again) return again;
    }
  }
  return session.write(&apply);
}

Result<void> check_schema(Session& session) {
  const Result<std::int64_t> known = session.read(&version_of);
  if (!known) return tl::unexpected(known.error());
  if (*known == newest) return {};
  return failure(ErrorCode::corrupt,
                 fmt::format("the database has schema version {}: start billing-server once, which "
                             "brings it to {}",
                             *known, newest));
}

}  // namespace billing::postgres
