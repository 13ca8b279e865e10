// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sandbox {

/// One node of a decoded form: a value, or named children (`a[b]=c`). The elements of an array are
/// children named by index, whichever way the client wrote them. Depth and number of parameters
/// are bounded, so a Form may be walked recursively.
struct Form {
  std::string value{};
  std::vector<std::pair<std::string, Form>> children{};

  const Form* child(std::string_view name) const;
  /// The value of a child; empty when there is none.
  std::string_view text(std::string_view name) const;
  bool nested() const { return !children.empty(); }
};

/// Adds `a=1&b[c]=2` to a form; throws Refusal when it is nested too deeply or has too many
/// parameters. Bytes that aren't a valid escape stay as they are.
void parse_form(std::string_view encoded, Form& into);

std::string percent_decoded(std::string_view text, bool plus_is_space);

}  // namespace sandbox
