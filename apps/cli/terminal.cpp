// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace billing::apps {
namespace {

bool set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

int sgr(Style style) {
  switch (style) {
    case Style::plain: return 0;
    case Style::strong: return 1;
    case Style::good: return 32;
    case Style::attention: return 33;
    case Style::bad: return 31;
    case Style::faint: return 2;
  }
  return 0;
}

}  // namespace

Terminal Terminal::of_stdout() {
  Terminal terminal;
  if (isatty(STDOUT_FILENO) == 0) return terminal;
  winsize size{};
  const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  terminal.width = known ? size.ws_col : 80;
  const char* term = std::getenv("TERM");
  terminal.colour =
      !set("NO_COLOR") && term != nullptr && *term != '\0' && std::string_view(term) != "dumb";
  return terminal;
}

std::string Terminal::styled(std::string_view text, Style style) const {
  if (!colour || style == Style::plain) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", sgr(style), text);
}

bool stderr_is_terminal() {
  return isatty(STDERR_FILENO) != 0;
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    const bool breaks = column > indent && column + 1 + word.size() > width;
    if (breaks) out += '\n' + std::string(indent, ' ');
    if (breaks) column = indent;
    if (column > indent) out += ' ';
    column += word.size() + (column > indent ? 1 : 0);
    out += word;
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return out;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are control characters too, written as C2 80 to C2 9F.
    const bool c1 = byte == 0xC2U && i + 1 < text.size() &&
                    static_cast<unsigned char>(text[i + 1]) >= 0x80U &&
                    static_cast<unsigned char>(text[i + 1]) < 0xA0U;
    if (c1) ++i;
    out += (c1 || byte < 0x20U || byte == 0x7FU) ? '?' : text[i];
  }
  return out;
}

}  // namespace billing::apps
