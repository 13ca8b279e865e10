// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "account.hpp"

#include <map>
#include <string>
#include <vector>

namespace sandbox_test {

/// What an answer must be, to the letter. An empty code, param or decline code must be absent.
struct Refused {
  int status = 400;
  std::string type = "invalid_request_error";
  std::string code{};
  /// Only its beginning, if it ends with "...".
  std::string message{};
  /// Unknown, if it is "*".
  std::string param{};
  std::string decline_code{};
};

struct Bad {
  std::string what;
  std::string method;
  /// Here and in fields and messages `<name>` stands for the id of something that is there.
  std::string path;
  Fields fields{};
  Refused refused{};
  std::string key{};
  std::string version{};
};

using Ids = std::map<std::string, std::string>;

/// The id of what was made, which must be possible.
std::string made(Account& account, const std::string& path, const Fields& fields);

/// An account with something of each kind, and their ids.
Ids furnished(Account& account);

void check_refused(const Answer& answer, const Refused& expected, const Ids& names = {});
/// Sends each and checks its answer.
void check_all(Account& account, const std::vector<Bad>& table, const Ids& names);

/// What Stripe answers to bad requests of every kind.
std::string empty_text(const std::string& name);
Refused missing_param(const std::string& name);
Refused unknown_param(const std::string& name);
Refused bad_integer(const std::string& message, const std::string& name);
Refused absent(int status, const std::string& message, const std::string& param);
Refused unrecognized(const std::string& request);

/// The parameters of a session with one line.
Fields session_fields(const Fields& line, const Fields& more = {});

inline const Fields metered_line = {{"line_items[0][price]", "<metered>"}};
inline const Fields licensed_line = {{"line_items[0][price]", "<licensed>"},
                                     {"line_items[0][quantity]", "1"}};
inline const std::string session_path = "/v1/checkout/sessions";
inline const std::string item_records = "/v1/subscription_items/<item>/usage_records";

}  // namespace sandbox_test
