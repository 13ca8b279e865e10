// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/ids.hpp>
#include <billing/result.hpp>

#include "ledger/postgres_address.hpp"

#include <pqxx/pqxx>

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace billing::postgres {

/// One `$n` of a statement, as text; none is NULL.
using Value = std::optional<std::string>;

inline Value value(std::string_view text) {
  return std::string(text);
}
inline Value value(std::int64_t number) {
  return std::to_string(number);
}
inline Value value(std::same_as<bool> auto truth) {
  return std::string(truth ? "t" : "f");
}
inline Value value(Second second) {
  return value(second.time_since_epoch().count());
}
inline Value value(Instant instant) {
  return value(instant.time_since_epoch().count());
}
template <class Kind>
Value value(const Id<Kind>& id) {
  return id.text();
}
template <class T>
Value value(const std::optional<T>& maybe) {
  return maybe ? value(*maybe) : std::nullopt;
}

/// An array of which each element is `column` of one of the rows, for `unnest`.
std::string array_literal(const std::vector<Value>& elements);
template <class Rows, class Column>
std::string array_of(const Rows& rows, Column column) {
  std::vector<Value> elements;
  elements.reserve(rows.size());
  for (const auto& row : rows) elements.push_back(value(std::invoke(column, row)));
  return array_literal(elements);
}

/// A row of an answer, by column.
class Row {
 public:
  explicit Row(pqxx::row row) : row_(std::move(row)) {}

  std::int64_t integer(int column) const { return row_[column].as<std::int64_t>(); }
  bool boolean(int column) const { return row_[column].as<bool>(); }
  std::string text(int column) const { return row_[column].as<std::string>(std::string()); }
  bool null(int column) const { return row_[column].is_null(); }
  Second second(int column) const { return Second(std::chrono::seconds(integer(column))); }
  Instant instant(int column) const { return Instant(std::chrono::milliseconds(integer(column))); }
  std::optional<Second> optional_second(int column) const {
    return null(column) ? std::nullopt : std::optional(second(column));
  }

 private:
  pqxx::row row_;
};

/// Statements on a connection, each prepared when it is first used.
class Work {
 public:
  using Prepared = std::unordered_map<const void*, std::string>;
  Work(pqxx::transaction_base& transaction, Prepared& prepared)
      : transaction_(transaction), prepared_(prepared) {}

  /// `sql` has to live as long as the session: its address is what it is prepared under.
  template <class... Values>
  std::vector<Row> run(const char* sql, const Values&... values) {
    return run_with(sql, {value(values)...});
  }
  std::vector<Row> run_with(const char* sql, const std::vector<Value>& values);
  template <class... Values>
  std::optional<Row> run_for_one(const char* sql, const Values&... values) {
    std::vector<Row> rows = run(sql, values...);
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
  }
  /// Statements without parameters or rows, as many as there are.
  void execute(const std::string& sql) { transaction_.exec(sql); }

 private:
  pqxx::transaction_base& transaction_;
  Prepared& prepared_;
};

/// A connection to the database, made when it is needed and made anew when it broke. Thread-safe:
/// one at a time, the others wait. What libpqxx throws ends here.
class Session {
 public:
  /// `read_only`: every write fails as `denied`.
  Session(Address address, bool read_only) : address_(std::move(address)), read_only_(read_only) {}

  /// Runs `body`, which answers a Result, in one transaction, and commits if that is a success. It
  /// may run more than once: what broke before the commit, or lost against another transaction, is
  /// tried again. A commit whose outcome can't be told is `outcome_unknown`; after any other
  /// failure nothing was changed.
  template <class Body>
  auto write(Body body) {
    return run(Manner::transaction, std::move(body));
  }
  /// Runs `body`, which only reads, each statement for itself.
  template <class Body>
  auto read(Body body) {
    return run(Manner::statements, std::move(body));
  }

  const Address& address() const { return address_; }

 private:
  enum class Manner { transaction, statements };
  /// True for what is to be committed.
  using Step = std::function<bool(Work&)>;
  struct Trouble;

  template <class Body>
  std::invoke_result_t<Body, Work&> run(Manner manner, Body body) {
    std::optional<std::invoke_result_t<Body, Work&>> outcome;
    Result<void> done = run_step(manner, [&](Work& work) {
      outcome.emplace(body(work));
      return outcome->has_value();
    });
    if (!done) return failure(std::move(done));
    return std::move(*outcome);
  }
  Result<void> run_step(Manner manner, const Step& step);
  std::optional<Trouble> try_step(Manner manner, const Step& step);
  void connect();
  void disconnect();
  Error error(ErrorCode code, const std::exception& exception) const;

  const Address address_;
  const bool read_only_;
  std::mutex mutex_;
  std::unique_ptr<pqxx::connection> connection_;
  std::unique_ptr<pqxx::errorhandler> silence_;
  Work::Prepared prepared_;
};

}  // namespace billing::postgres
