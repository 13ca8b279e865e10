// SPDX-License-Identifier: Apache-2.0
#include "version.hpp"

#include "error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sandbox {
namespace {

constexpr std::string_view oldest = "2019-12-03";
// From here on usage is meter events, and most objects look otherwise.
constexpr std::string_view basil = "2025-03-31";

bool digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// `2025-02-24`, with a train's name after a point since 2024-09-30.
bool well_formed(std::string_view version) {
  if (version.size() < 10 || version[4] != '-' || version[7] != '-') return false;
  const auto month = version.substr(5, 2);
  const auto day = version.substr(8, 2);
  const std::string_view name = version.substr(10);
  return digits(version.substr(0, 4)) && digits(month) && digits(day) && month >= "01" &&
         month <= "12" && day >= "01" && day <= "31" &&
         (name.empty() ||
          (name.size() > 1 && name.front() == '.' &&
           std::ranges::all_of(name.substr(1), [](char c) { return c >= 'a' && c <= 'z'; })));
}

}  // namespace

std::string served_version(std::string_view header) {
  if (header.empty()) return std::string(default_version);
  if (!well_formed(header)) {
    throw Refusal{.message = fmt::format("Invalid Stripe API version: {}", header),
                  .executed = false};
  }
  const std::string_view date = header.substr(0, 10);
  if (date < oldest || date >= basil) {
    throw not_emulated(fmt::format("API version {} (versions from {} to {} are)", header, oldest,
                                   default_version));
  }
  return std::string(header);
}

}  // namespace sandbox
