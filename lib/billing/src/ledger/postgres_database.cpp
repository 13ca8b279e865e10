// SPDX-License-Identifier: Apache-2.0
#include "ledger/postgres_database.hpp"

#include <fmt/format.h>

namespace billing::postgres {
namespace {

/// What broke or lost is tried this often before it is told.
constexpr int tries_max = 3;

// A server that was stopped in the middle of a transaction must not hold its rows for long: the
// database ends its session. What was answered survives a power cut, whatever the default is.
constexpr const char* session_settings = R"sql(
  SET idle_in_transaction_session_timeout = '10s';
  SET lock_timeout = '10s';
  SET statement_timeout = '60s';
  SET client_min_messages = 'warning';
  SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') = 'off';
)sql";
constexpr const char* reading_only = "SET default_transaction_read_only = on";

/// The network between may swallow packets without a word.
constexpr const char* connection_settings =
    "connect_timeout=3&keepalives_idle=10&keepalives_interval=5&keepalives_count=3"
    "&tcp_user_timeout=20000&application_name=billing";

/// The URL with ours before its own parameters, of which the last counts.
std::string with_settings(const std::string& url) {
  const auto query = url.find('?');
  if (query == std::string::npos) return url + "?" + connection_settings;
  return url.substr(0, query + 1) + connection_settings + "&" + url.substr(query + 1);
}

/// https://www.postgresql.org/docs/15/errcodes-appendix.html
ErrorCode code_of_state(std::string_view state) {
  const std::string_view kind = state.substr(0, 2);
  // Connections, rollbacks, resources, a shutdown, the machine.
  for (const std::string_view each : {"08", "40", "53", "57", "58"}) {
    if (kind == each) return ErrorCode::unavailable;
  }
  if (state == "55P03") return ErrorCode::unavailable;                 // A lock that took too long.
  if (state == "25006" || state == "42501") return ErrorCode::denied;  // Read-only; no right to it.
  if (kind == "28") return ErrorCode::denied;
  if (kind == "42" || kind == "XX")
    return ErrorCode::corrupt;  // Other tables than ours; its files.
  return ErrorCode::internal;
}

/// The server is going down or the connection has been ended: another may do.
bool ends_connection(std::string_view state) {
  return state.starts_with("57P") || state.starts_with("08") || state == "25P03";
}

}  // namespace

std::string array_literal(const std::vector<Value>& elements) {
  std::string text = "{";
  for (const Value& each : elements) {
    if (text.size() > 1) text += ',';
    if (!each) {
      text += "NULL";
      continue;
    }
    text += '"';
    for (const char c : *each) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  return text + "}";
}

std::vector<Row> Work::run_with(const char* sql, const std::vector<Value>& values) {
  auto [statement, is_new] = prepared_.try_emplace(sql);
  if (is_new) {
    statement->second = fmt::format("s{}", prepared_.size());
    transaction_.conn().prepare(statement->second, sql);
  }
  std::vector<const char*> texts;
  texts.reserve(values.size());
  for (const Value& each : values) texts.push_back(each ? each->c_str() : nullptr);
  const pqxx::result answer = transaction_.exec_prepared(
      statement->second, pqxx::prepare::make_dynamic_params(texts.begin(), texts.end()));
  std::vector<Row> rows;
  rows.reserve(answer.size());
  for (const pqxx::row& row : answer) rows.emplace_back(row);
  return rows;
}

struct Session::Trouble {
  Error error;
  bool again = false;  ///< Nothing was changed, and the next try may do better.
};

Result<void> Session::run_step(Manner manner, const Step& step) {
  const std::lock_guard lock(mutex_);
  for (int tries = 1;; ++tries) {
    std::optional<Trouble> trouble = try_step(manner, step);
    if (!trouble) return {};
    if (!trouble->again || tries == tries_max) return tl::unexpected(std::move(trouble->error));
  }
}

std::optional<Session::Trouble> Session::try_step(Manner manner, const Step& step) {
  // A connection that lay idle may have broken long ago; one that is new and breaks is trouble.
  const bool had_connection = connection_ != nullptr;
  bool committing = false;
  try {
    if (!connection_) connect();
    if (manner == Manner::statements) {
      pqxx::nontransaction transaction(*connection_);
      Work work(transaction, prepared_);
      static_cast<void>(step(work));
      return std::nullopt;
    }
    pqxx::work transaction(*connection_);
    Work work(transaction, prepared_);
    if (!step(work)) return std::nullopt;
    committing = true;
    transaction.commit();
    return std::nullopt;
  } catch (const pqxx::statement_completion_unknown& exception) {
    return Trouble{.error = error(ErrorCode::outcome_unknown, exception)};
  } catch (const pqxx::transaction_rollback& exception) {
    return Trouble{.error = error(ErrorCode::unavailable, exception), .again = true};
  } catch (const pqxx::sql_error& exception) {
    const bool ended =
        ends_connection(exception.sqlstate()) || !connection_ || !connection_->is_open();
    if (ended) disconnect();
    if (committing) return Trouble{.error = error(ErrorCode::outcome_unknown, exception)};
    if (ended) {
      return Trouble{.error = error(ErrorCode::unavailable, exception), .again = had_connection};
    }
    return Trouble{.error = error(code_of_state(exception.sqlstate()), exception)};
  } catch (const std::exception& exception) {
    const bool broken = dynamic_cast<const pqxx::broken_connection*>(&exception) != nullptr ||
                        !connection_ || !connection_->is_open();
    disconnect();
    if (committing) return Trouble{.error = error(ErrorCode::outcome_unknown, exception)};
    if (broken) {
      return Trouble{.error = error(ErrorCode::unavailable, exception), .again = had_connection};
    }
    return Trouble{.error = error(ErrorCode::internal, exception)};
  }
}

void Session::connect() {
  auto connection = std::make_unique<pqxx::connection>(with_settings(address_.url));
  // What the server remarks would go to the standard error.
  silence_ = std::make_unique<pqxx::quiet_errorhandler>(*connection);
// libpqxx would reconnect by itself, without our settings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  connection->inhibit_reactivation(true);
#pragma GCC diagnostic pop
  pqxx::nontransaction transaction(*connection);
  transaction.exec(session_settings);
  if (read_only_) transaction.exec(reading_only);
  transaction.commit();
  connection_ = std::move(connection);
}

void Session::disconnect() {
  prepared_.clear();
  silence_.reset();
  connection_.reset();
}

Error Session::error(ErrorCode code, const std::exception& exception) const {
  std::string said = address_.without_secrets(exception.what());
  while (said.ends_with('\n')) said.pop_back();
  return Error{.code = code, .message = fmt::format("PostgreSQL, {}: {}", address_.shown, said)};
}

}  // namespace billing::postgres
