// SPDX-License-Identifier: Apache-2.0
#include "settings/environment.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

namespace billing::apps {
namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool well_formed_name(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || digit(c); });
}

bool only_comment(std::string_view rest) {
  const std::string_view text = trimmed(rest);
  return text.empty() || text.starts_with('#');
}

/// `text` begins with the quote. None if it isn't closed, or if more than a comment follows.
std::optional<std::string> quoted(std::string_view text) {
  const char quote = text.front();
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == quote) {
      if (!only_comment(text.substr(i + 1))) return std::nullopt;
      return value;
    }
    if (quote == '"' && text[i] == '\\' && i + 1 < text.size()) {
      const char escaped = text[++i];
      if (escaped == 'n' || escaped == 't') {
        value += escaped == 'n' ? '\n' : '\t';
        continue;
      }
      if (escaped != '"' && escaped != '\\' && escaped != '$') value += '\\';
      value += escaped;
      continue;
    }
    value += text[i];
  }
  return std::nullopt;
}

/// A `#` opens a comment only after a blank: keys and URLs may hold one.
std::string bare(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '#' && blanks.find(text[i - 1]) != std::string_view::npos) {
      return std::string(trimmed(text.substr(0, i)));
    }
  }
  return std::string(trimmed(text));
}

/// Name and value of one line that is neither blank nor a comment; none if it can't be read.
std::optional<std::pair<std::string, std::string>> assignment(std::string_view line) {
  constexpr std::string_view keyword = "export";
  if (line.starts_with(keyword) && line.size() > keyword.size() &&
      blanks.find(line[keyword.size()]) != std::string_view::npos) {
    line = trimmed(line.substr(keyword.size()));
  }
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const std::string_view name = trimmed(line.substr(0, equals));
  if (!well_formed_name(name)) return std::nullopt;
  const std::string_view rest = line.substr(equals + 1);
  const std::string_view text = trimmed(rest);
  if (!text.starts_with('"') && !text.starts_with('\'')) {
    return std::pair(std::string(name), bare(rest));
  }
  std::optional<std::string> value = quoted(text);
  if (!value) return std::nullopt;
  return std::pair(std::string(name), std::move(*value));
}

Environment::Variables process_variables() {
  Environment::Variables variables;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view entry(*each);
    const auto equals = entry.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string name(entry.substr(0, equals));
    variables.emplace(name, Setting{.value = std::string(entry.substr(equals + 1)),
                                    .origin = Origin::environment,
                                    .place = name + " in the environment"});
  }
  return variables;
}

}  // namespace

Result<std::map<std::string, Setting>> parse_env_file(std::string_view text,
                                                      const std::string& file) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::map<std::string, Setting> variables;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (only_comment(line)) continue;
    auto parsed = assignment(line);
    const std::string place = fmt::format("{}:{}", file, number);
    if (!parsed) {
      return failure(
          ErrorCode::invalid,
          fmt::format("{} can't be read: write NAME=value, with any quote closed", place));
    }
    variables.insert_or_assign(
        std::move(parsed->first),
        Setting{.value = std::move(parsed->second), .origin = Origin::file, .place = place});
  }
  return variables;
}

Result<Environment> Environment::read(const std::filesystem::path& folder) {
  const std::filesystem::path path = (folder / ".env").lexically_normal();
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return Environment(process_variables(), {});
  std::ifstream stream(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (!stream) {
    return failure(
        ErrorCode::invalid,
        fmt::format("{} is there but can't be read: check what it is and its permissions",
                    path.string()));
  }
  auto file = parse_env_file(text, path.string());
  if (!file) return failure(std::move(file));
  return Environment(process_variables(), std::move(*file));
}

Environment::Environment(Variables process, Variables file) : variables_(std::move(process)) {
  variables_.merge(file);
}

std::optional<Setting> Environment::find(const std::string& name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end() || found->second.value.empty()) return std::nullopt;
  return found->second;
}

}  // namespace billing::apps
