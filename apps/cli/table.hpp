// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/terminal.hpp"

#include <string>
#include <vector>

namespace billing::apps {

struct Cell {
  std::string text;
  Style style = Style::plain;
};

/// Text in columns, with a header. Ids are never cut: where a row is wider than the terminal, its
/// last columns stand on further lines, indented, in every row alike.
class Table {
 public:
  explicit Table(std::vector<std::string> header);

  void add(std::vector<Cell> row);
  std::string render(const Terminal& terminal) const;

 private:
  std::vector<std::vector<Cell>> rows_;  // The header is the first.
};

}  // namespace billing::apps
