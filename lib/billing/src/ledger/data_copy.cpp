// SPDX-License-Identifier: Apache-2.0
#include <billing/data_copy.hpp>
#include <billing/sqlite_data.hpp>

#include "ledger/postgres_address.hpp"
#include "ledger/postgres_database.hpp"
#include "ledger/postgres_schema.hpp"
#include "ledger/sqlite_database.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

namespace billing {
namespace {

using postgres::Value;
using postgres::Work;

constexpr std::size_t rows_at_once = 1'000;

// In the order in which they were made, so that what is referred to comes first.
constexpr const char* select_tables =
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    " ORDER BY rowid";
constexpr const char* select_columns = "SELECT name, pk FROM pragma_table_info(?) ORDER BY cid";

constexpr const char* select_types = R"sql(
  SELECT table_name, column_name, data_type FROM information_schema.columns
  WHERE table_schema = current_schema())sql";

// Servers that start meanwhile wait for it, and others that copy.
constexpr const char* lock_database = "SELECT 1 FROM billing_schema WHERE only_row = 1 FOR UPDATE";

// What SQLite's ledger keeps in memory or counts by itself.
constexpr const char* complete = R"sql(
  UPDATE usage_events SET may_have_been_sent = true WHERE state = 'pending';
  UPDATE items SET due_at = now()
    WHERE EXISTS (SELECT 1 FROM usage_events WHERE item = items.id AND state = 'pending');
  UPDATE readings SET last = greatest((SELECT coalesce(max(reading), 0) FROM subscriptions),
                                      (SELECT coalesce(max(reading), 0) FROM invoices));
  SELECT setval('usage_events_sequence', (SELECT coalesce(max(sequence), 0) + 1 FROM usage_events),
                false);
  SELECT setval('webhook_events_sequence',
                (SELECT coalesce(max(sequence), 0) + 1 FROM webhook_events), false);
)sql";

struct Column {
  std::string name;
  std::string type;  ///< PostgreSQL's.
  bool in_key = false;
};

/// A table that both have, and the statements on it; they stay where they are once made.
struct Table {
  std::string name;
  std::vector<Column> columns;
  std::string select;   ///< From SQLite, in the order of its key.
  std::string insert;   ///< Arrays, one a column; so below.
  std::string compare;  ///< Answers a row that isn't there just so, if there is one.
  std::string count;
};

std::string joined(const std::vector<Column>& columns,
                   const std::function<std::string(const Column&)>& text, const char* between) {
  std::string all;
  for (const Column& each : columns) {
    const std::string one = text(each);
    if (one.empty()) continue;
    if (!all.empty()) all += between;
    all += one;
  }
  return all;
}

void make_statements(Table& table) {
  const auto name = [](const Column& column) { return column.name; };
  const std::string names = joined(table.columns, name, ", ");
  int number = 0;
  const std::string arrays = joined(
      table.columns,
      [&](const Column& column) { return fmt::format("${}::{}[]", ++number, column.type); }, ", ");
  const std::string key = joined(
      table.columns, [](const Column& column) { return column.in_key ? column.name : ""; }, ", ");
  const std::string same = joined(
      table.columns,
      [](const Column& column) {
        return fmt::format("stored.{0} {1} given.{0}", column.name,
                           column.in_key ? "=" : "IS NOT DISTINCT FROM");
      },
      " AND ");
  table.select = fmt::format("SELECT {} FROM {} ORDER BY {}", names, table.name, key);
  table.insert =
      fmt::format("INSERT INTO {} ({}) SELECT * FROM unnest({})", table.name, names, arrays);
  table.compare = fmt::format(
      "SELECT concat_ws(', ', {}) FROM unnest({}) AS given ({}) WHERE NOT EXISTS"
      " (SELECT 1 FROM {} AS stored WHERE {}) LIMIT 1",
      key, arrays, names, table.name, same);
  table.count = "SELECT count(*) FROM " + table.name;
}

Result<std::vector<std::string>> names_of_tables(sqlite::Database& file) {
  sqlite::Run run = file.run(select_tables);
  std::vector<std::string> names;
  while (true) {
    const Result<bool> row = run.step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return names;
    names.push_back(run.text(0));
  }
}

using Types = std::map<std::pair<std::string, std::string>, std::string>;

Result<Table> table_named(const std::string& name, sqlite::Database& file, const Types& types) {
  Table table;
  table.name = name;
  sqlite::Run run = file.run(select_columns);
  run.bind(name);
  while (true) {
    const Result<bool> row = run.step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) break;
    const auto type = types.find({name, run.text(0)});
    if (type == types.end()) {
      return failure(ErrorCode::internal,
                     fmt::format("there is no place in PostgreSQL for the column {} of {}",
                                 run.text(0), name));
    }
    table.columns.push_back(
        {.name = run.text(0), .type = type->second, .in_key = run.integer(1) != 0});
  }
  make_statements(table);
  return table;
}

Result<std::vector<Table>> common_tables(sqlite::Database& file, postgres::Session& database) {
  const Result<Types> types = database.read([](Work& work) -> Result<Types> {
    Types all;
    for (const postgres::Row& row : work.run(select_types)) {
      all.emplace(std::pair(row.text(0), row.text(1)), row.text(2));
    }
    return all;
  });
  if (!types) return tl::unexpected(types.error());
  const auto names = names_of_tables(file);
  if (!names) return tl::unexpected(names.error());
  std::vector<Table> tables;
  for (const std::string& name : *names) {
    Result<Table> table = table_named(name, file, *types);
    if (!table) return failure(std::move(table));
    tables.push_back(std::move(*table));
  }
  return tables;
}

/// Some rows of a table, by column.
using Chunk = std::vector<std::vector<Value>>;

void add_row(const sqlite::Run& run, Chunk& chunk) {
  for (std::size_t i = 0; i < chunk.size(); ++i)
    chunk[i].push_back(run.maybe_text(static_cast<int>(i)));
}

/// Hands all rows of the file's table to `take`, many at a time; how many there were.
Result<std::int64_t> each_chunk(sqlite::Database& file, const Table& table,
                                const std::function<Result<void>(const Chunk&)>& take) {
  sqlite::Run run = file.run(table.select.c_str());
  std::int64_t rows = 0;
  for (bool more = true; more;) {
    Chunk chunk(table.columns.size());
    while (chunk.front().size() < rows_at_once) {
      const Result<bool> row = run.step();
      if (!row) return tl::unexpected(row.error());
      more = *row;
      if (!more) break;
      add_row(run, chunk);
    }
    if (chunk.front().empty()) break;
    rows += static_cast<std::int64_t>(chunk.front().size());
    if (auto taken = take(chunk); !taken) return failure(std::move(taken));
  }
  return rows;
}

std::vector<Value> arrays_of(const Chunk& chunk) {
  std::vector<Value> arrays;
  for (const std::vector<Value>& column : chunk)
    arrays.emplace_back(postgres::array_literal(column));
  return arrays;
}

std::int64_t count_of(Work& work, const Table& table) {
  const auto row = work.run_for_one(table.count.c_str());
  require(row.has_value());
  return row->integer(0);
}

Result<void> check_empty(Work& work, const std::vector<Table>& tables) {
  for (const Table& table : tables) {
    if (count_of(work, table) == 0) continue;
    return failure(
        ErrorCode::conflict,
        fmt::format("the database holds rows already, in {}: copy to an empty one", table.name));
  }
  return {};
}

tl::unexpected<Error> differs(const Table& table, const std::string& which) {
  return failure(ErrorCode::corrupt,
                 fmt::format("{} of {} is not in PostgreSQL as it is in the file; nothing was "
                             "copied",
                             which, table.name));
}

Result<std::int64_t> copy_table(sqlite::Database& file, Work& work, const Table& table) {
  return each_chunk(file, table, [&](const Chunk& chunk) -> Result<void> {
    work.run_with(table.insert.c_str(), arrays_of(chunk));
    return {};
  });
}

Result<void> compare_table(sqlite::Database& file, Work& work, const Table& table) {
  const auto rows = each_chunk(file, table, [&](const Chunk& chunk) -> Result<void> {
    const auto other = work.run_with(table.compare.c_str(), arrays_of(chunk));
    if (!other.empty()) return differs(table, "row " + other.front().text(0));
    return {};
  });
  if (!rows) return tl::unexpected(rows.error());
  if (count_of(work, table) != *rows) return differs(table, "the number of rows");
  return {};
}

Result<std::vector<CopiedTable>> copy_all(sqlite::Database& file, Work& work,
                                          const std::vector<Table>& tables) {
  work.run(lock_database);
  if (auto empty = check_empty(work, tables); !empty) return failure(std::move(empty));
  std::vector<CopiedTable> copied;
  for (const Table& table : tables) {
    const Result<std::int64_t> rows = copy_table(file, work, table);
    if (!rows) return tl::unexpected(rows.error());
    copied.push_back({.table = table.name, .rows = *rows});
  }
  work.execute(complete);
  for (const Table& table : tables) {
    if (auto compared = compare_table(file, work, table); !compared) {
      return failure(std::move(compared));
    }
  }
  return copied;
}

}  // namespace

Result<std::vector<CopiedTable>> copy_to_postgres(const std::string& path, const std::string& url) {
  // Keeps everybody else out, and brings it up to date.
  const auto owned = SqliteData::open(path, SqliteAccess::owner);
  if (!owned) return tl::unexpected(owned.error());
  const auto file = sqlite::Database::open(path, SQLITE_OPEN_READONLY, {});
  if (!file) return tl::unexpected(file.error());
  const auto address = postgres::parse_address(url);
  if (!address) return tl::unexpected(address.error());
  postgres::Session session(*address, /*read_only=*/false);
  if (auto migrated = postgres::migrate(session); !migrated) return failure(std::move(migrated));
  const auto tables = common_tables(**file, session);
  if (!tables) return tl::unexpected(tables.error());
  return session.write([&](Work& work) { return copy_all(**file, work, *tables); });
}

}  // namespace billing
