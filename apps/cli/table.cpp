// SPDX-License-Identifier: Apache-2.0
#include "cli/table.hpp"

#include <billing/result.hpp>

#include <algorithm>

namespace billing::apps {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t continuation_indent = 4;

/// Characters, counted as code points: near enough for names and ids.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// For each column, whether it opens a new line.
std::vector<bool> line_breaks(const std::vector<std::size_t>& widths, std::size_t available) {
  std::vector<bool> breaks(widths.size(), false);
  std::size_t used = 0;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const std::size_t wanted = widths[i] + (i == 0 ? 0 : gap);
    breaks[i] = i > 0 && used + wanted > available;
    used = breaks[i] ? continuation_indent + widths[i] : used + wanted;
  }
  return breaks;
}

}  // namespace

Table::Table(std::vector<std::string> header) {
  std::vector<Cell> cells;
  for (std::string& each : header) cells.push_back({std::move(each), Style::strong});
  rows_.push_back(std::move(cells));
}

void Table::add(std::vector<Cell> row) {
  require(row.size() == rows_.front().size());
  for (Cell& each : row) each.text = printable(each.text);
  rows_.push_back(std::move(row));
}

std::string Table::render(const Terminal& terminal) const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const std::vector<Cell>& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(row[i].text));
    }
  }
  const std::vector<bool> breaks = line_breaks(widths, terminal.width);
  std::string out;
  for (const std::vector<Cell>& row : rows_) {
    // Blanks and line ends are written before the next text only, so that none is left hanging.
    std::size_t owed = 0;
    bool line_owed = false;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (breaks[i]) {
        line_owed = true;
        owed = continuation_indent;
      }
      if (!row[i].text.empty()) {
        if (line_owed) out += '\n';
        line_owed = false;
        out += std::string(owed, ' ') + terminal.styled(row[i].text, row[i].style);
        owed = 0;
      }
      owed += widths[i] - width_of(row[i].text) + gap;
    }
    out += '\n';
  }
  return out;
}

}  // namespace billing::apps
