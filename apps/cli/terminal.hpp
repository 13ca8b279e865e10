// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

namespace billing::apps {

enum class Style { plain, strong, good, attention, bad, faint };

/// How stdout may be written on.
struct Terminal {
  /// Columns; without end when stdout is no terminal, so that nothing is cut for a program that
  /// reads.
  std::size_t width = std::numeric_limits<std::size_t>::max();
  bool colour = false;

  /// As stdout, NO_COLOR (https://no-color.org) and TERM say.
  static Terminal of_stdout();

  std::string styled(std::string_view text, Style style) const;
};

bool stderr_is_terminal();

/// Broken at blanks so that each line fits after `indent` columns; the first is taken to stand
/// there.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

/// Foreign text without what a terminal would obey: control characters become `?`.
std::string printable(std::string_view text);

}  // namespace billing::apps
