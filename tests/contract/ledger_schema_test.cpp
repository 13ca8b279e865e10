// SPDX-License-Identifier: Apache-2.0
// Data files of other versions of the program.
#include "contract/ledger_fixture.hpp"

#include <sqlite3.h>

#include <array>

namespace billing::tests {
namespace {

/// The schema as version 1 wrote it. Never to be changed.
constexpr const char* schema_1 = R"sql(
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
CREATE UNIQUE INDEX one_event_a_key ON usage_events (customer, key);
CREATE UNIQUE INDEX one_event_a_second ON usage_events (item, usage_at) WHERE usage_at IS NOT NULL;
CREATE INDEX pending_by_item ON usage_events (item, sequence) WHERE state = 'pending';
CREATE INDEX events_of_customer ON usage_events (customer, sequence);
PRAGMA application_id = 1651076204;
PRAGMA user_version = 1;
)sql";

/// Noon is 1768478400. The sequences have a gap, as after rows that were rolled back.
constexpr const char* rows_1 = R"sql(
INSERT INTO binding VALUES (1, 'acct_1', 0, 'green-narwhal');
INSERT INTO users VALUES ('ada@example.com', 'made_1', 'cus_a');
INSERT INTO subscriptions VALUES ('sub_a', 'cus_a', 'active', 1768474800);
INSERT INTO items VALUES ('si_a', 'sub_a', 'price_1', 'prod_1', 1, 1768474800, 1771153200);
INSERT INTO usage_events VALUES
  (1, 'use_1', 'cus_a', 'si_a', 'delivered', 'hash_1', 'session', 1, 1768478400001, 1768478400,
   1, 1768478400100, 'delivered', '', 'mbur_1', '2025-02-24.acacia'),
  (2, 'use_2', 'cus_a', 'si_a', 'refused', 'hash_2', 'session', 2, 1768478401002, 1768478401,
   3, 1768478401100, 'refused', 'the subscription has ended', '', ''),
  (5, 'use_5', 'cus_a', 'si_a', 'with second', 'hash_5', 'session', 3, 1768478402003, 1768478402,
   2, 1768478402100, 'pending', 'no answer', '', ''),
  (9, 'use_9', 'cus_a', 'si_a', 'without second', 'hash_9', 'session', 4, 1768478403004, NULL,
   1, NULL, 'pending', '', '', '');
)sql";

class FileOfVersion {
 public:
  explicit FileOfVersion(const char* schema) { execute(schema); }
  std::string path() const { return (folder_.path() / "billing.db").string(); }

  void execute(const char* sql) const {
    sqlite3* connection = nullptr;
    REQUIRE(sqlite3_open(path().c_str(), &connection) == SQLITE_OK);
    const int status = sqlite3_exec(connection, sql, nullptr, nullptr, nullptr);
    const std::string complaint = sqlite3_errmsg(connection);
    sqlite3_close(connection);
    REQUIRE_MESSAGE(status == SQLITE_OK, complaint);
  }

  std::unique_ptr<SqliteData> open() const {
    auto opened = SqliteData::open(path(), SqliteAccess::owner);
    REQUIRE_MESSAGE(opened.has_value(), opened.error().message);
    return std::move(*opened);
  }
  Error refused(SqliteAccess access) const {
    const auto opened = SqliteData::open(path(), access);
    REQUIRE_FALSE(opened.has_value());
    return opened.error();
  }

 private:
  TemporaryFolder folder_;
};

FileOfVersion version_1_file() {
  return FileOfVersion((std::string(schema_1) + rows_1).c_str());
}

Instant instant(std::int64_t ms) {
  return Instant(std::chrono::milliseconds(ms));
}
Second second(std::int64_t s) {
  return Second(std::chrono::seconds(s));
}

void check_event(const RecordedEvent& row, std::int64_t sequence, const std::string& key,
                 Instant clicked_at) {
  CHECK(row.sequence == sequence);
  CHECK(row.event->id.text() == "use_" + std::to_string(sequence));
  CHECK(row.event->customer.text() == "cus_a");
  CHECK(row.event->item.text() == "si_a");
  CHECK(row.event->key.text() == key);
  CHECK(row.event->content_hash == "hash_" + std::to_string(sequence));
  CHECK(row.event->clicked_at == clicked_at);
}

void check_settled(const RecordedEvent& is_delivered, const RecordedEvent& is_refused) {
  check_event(is_delivered, 1, "delivered", instant(1'768'478'400'001));
  CHECK(is_delivered.event->quantity == 1);
  CHECK(is_delivered.usage_at == second(1'768'478'400));
  CHECK(is_delivered.attempt == 1);
  CHECK(is_delivered.first_sent_at == instant(1'768'478'400'100));
  CHECK(is_delivered.state == EventState::delivered);
  CHECK(is_delivered.record.text() == "mbur_1");
  CHECK(is_delivered.api_version == "2025-02-24.acacia");

  check_event(is_refused, 2, "refused", instant(1'768'478'401'002));
  CHECK(is_refused.event->quantity == 2);
  CHECK(is_refused.attempt == 3);
  CHECK(is_refused.state == EventState::refused);
  CHECK(is_refused.reason == "the subscription has ended");
}

void check_pending(const RecordedEvent& with_second, const RecordedEvent& without_second) {
  check_event(with_second, 5, "with second", instant(1'768'478'402'003));
  CHECK(with_second.event->quantity == 3);
  CHECK(with_second.usage_at == second(1'768'478'402));
  CHECK(with_second.attempt == 2);
  CHECK(with_second.first_sent_at == instant(1'768'478'402'100));
  CHECK(with_second.state == EventState::pending);
  CHECK(with_second.reason == "no answer");

  check_event(without_second, 9, "without second", instant(1'768'478'403'004));
  CHECK(without_second.event->quantity == 4);
  CHECK_FALSE(without_second.usage_at.has_value());
  CHECK_FALSE(without_second.first_sent_at.has_value());
  CHECK(without_second.state == EventState::pending);
}

}  // namespace

TEST_CASE("A data file of version 1 is brought up to date with all its rows as they were") {
  const FileOfVersion file = version_1_file();
  for (const bool again : {false, true}) {
    CAPTURE(again);
    const auto data = file.open();
    const auto rows = data->ledger().list({});
    REQUIRE(rows.has_value());
    REQUIRE(rows->size() == 4);
    check_settled(rows->at(3), rows->at(2));
    check_pending(rows->at(1), rows->at(0));
    CHECK((*data->store().binding())->challenge_id == "green-narwhal");
    CHECK((*data->store().user(CustomerId("cus_a")))->email == "ada@example.com");
    CHECK(data->store().subscriptions(CustomerId("cus_a"))->size() == 1);
  }
}

TEST_CASE("What was pending in a data file of version 1 is delivered, in order") {
  const FileOfVersion file = version_1_file();
  const auto data = file.open();
  const Instant now = noon + std::chrono::minutes(1);
  for (const char* key : {"with second", "without second"}) {
    const auto claim = data->ledger().claim(moment(now), now, lease);
    REQUIRE(claim.has_value());
    REQUIRE(claim->has_value());
    CHECK((*claim)->row.event->key.text() == key);
    CHECK((*claim)->row.usage_at.has_value());
    REQUIRE(data->ledger().settle(**claim, delivered("mbur_x")).has_value());
  }
  CHECK(data->ledger().totals()->pending == 0);
  CHECK(data->ledger().totals()->delivered == 3);
}

TEST_CASE("After a data file of version 1 was brought up to date, sequences go on") {
  const FileOfVersion file = version_1_file();
  const auto data = file.open();
  const SharedEvent event = click_of("a", "new");
  const auto appended = data->ledger().append(event, noon);
  REQUIRE(appended.has_value());
  CHECK(appended->row.sequence == 10);
}

TEST_CASE("After a data file of version 1 was brought up to date, both guards stand") {
  const FileOfVersion file = version_1_file();
  const auto data = file.open();
  const std::array events = {click_of("a", "delivered"), click_of("a", "new", noon)};
  const auto appended = data->ledger().append(events, noon + std::chrono::minutes(1));
  REQUIRE(appended.has_value());
  CHECK(appended->at(0).outcome == AppendOutcome::conflict);
  CHECK(appended->at(0).row.event->id.text() == "use_1");
  CHECK_MESSAGE(appended->at(1).row.usage_at != to_second(noon), "that second has its event");

  // The file itself guards them, whatever a program believes.
  sqlite3* connection = nullptr;
  REQUIRE(sqlite3_open(file.path().c_str(), &connection) == SQLITE_OK);
  const auto insert = [&](const std::string& values) {
    const std::string sql =
        "INSERT INTO usage_events (id, customer, item, key, content_hash, kind, quantity,"
        " clicked_at, usage_at) VALUES " +
        values;
    return sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr);
  };
  CHECK(insert("('use_x', 'cus_a', 'si_a', 'delivered', '', 'session', 1, 0, 1)") ==
        SQLITE_CONSTRAINT);
  CHECK(insert("('use_x', 'cus_a', 'si_a', 'x', '', 'session', 1, 0, 1768478400)") ==
        SQLITE_CONSTRAINT);
  CHECK(insert("('use_1', 'cus_a', 'si_a', 'x', '', 'session', 1, 0, 1)") == SQLITE_CONSTRAINT);
  CHECK(insert("('use_x', 'cus_a', 'si_a', 'x', '', 'session', 1, 0, 1)") == SQLITE_OK);
  for (const char* state : {"pending", "delivered", "refused", "final_invoice", "parked"}) {
    const std::string sql = std::string("UPDATE usage_events SET state = '") + state + "'";
    CHECK(sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  CHECK(sqlite3_exec(connection, "UPDATE usage_events SET state = 'lost'", nullptr, nullptr,
                     nullptr) == SQLITE_CONSTRAINT);
  sqlite3_close(connection);
}

TEST_CASE("A reader of a data file of version 1 is told what to do, and changes nothing") {
  const FileOfVersion file = version_1_file();
  for (int i = 0; i < 2; ++i) {
    const Error error = file.refused(SqliteAccess::read_only);
    CHECK(error.code == ErrorCode::corrupt);
    CHECK(error.message.find("start billing-server once") != std::string::npos);
  }
}

TEST_CASE("A data file of a newer version is refused, to read and to own, and stays as it is") {
  const FileOfVersion file = version_1_file();
  static_cast<void>(file.open());
  file.execute("PRAGMA user_version = 1000");
  for (const SqliteAccess access : {SqliteAccess::owner, SqliteAccess::read_only}) {
    const Error error = file.refused(access);
    CHECK(error.code == ErrorCode::corrupt);
    CHECK(error.message.find("version 1000") != std::string::npos);
    CHECK(error.message.find("newer") != std::string::npos);
  }
  file.execute("PRAGMA user_version = 5");
  CHECK(file.open()->ledger().list({})->size() == 4);
}

TEST_CASE("A data file that can't be brought up to date is left at the version it had") {
  const FileOfVersion file = version_1_file();
  // In the way of version 2's last step.
  file.execute("CREATE TABLE pending_events (x)");
  static_cast<void>(file.refused(SqliteAccess::owner));
  file.execute("DROP TABLE pending_events");
  CHECK(file.refused(SqliteAccess::read_only).message.find("version 1") != std::string::npos);
  CHECK(file.open()->ledger().list({})->size() == 4);
}

}  // namespace billing::tests
