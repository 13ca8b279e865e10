// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace billing {

enum class Severity { info, warning, error };

/// Something that happened, for logs and tests: a fixed name and a few facts. Never holds a secret.
struct Observation {
  Severity severity = Severity::info;
  std::string_view what;  ///< Such as `usage_refused`; a literal.
  std::vector<std::pair<std::string_view, std::string>> facts;
};

/// Told what happened. Called from any thread; must not fail and must not call back.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void observe(const Observation& observation) = 0;
};

}  // namespace billing
