// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hpp"
#include "cli/complaint.hpp"
#include "cli/doctor_checks.hpp"
#include "cli/output_json.hpp"
#include "cli/progress.hpp"
#include "cli/stripe_access.hpp"
#include "cli/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace billing::apps {
namespace {

std::string lines(const std::vector<Finding>& findings) {
  const Terminal terminal = Terminal::of_stdout();
  std::string out;
  for (const Finding& each : findings) {
    const bool fine = each.exit_status == 0;
    const Style style = !fine ? Style::bad : each.remedy.empty() ? Style::good : Style::attention;
    constexpr std::size_t indent = 20;
    out += fmt::format("{:<14} {} {}\n", each.check, terminal.styled(fine ? "ok  " : "fail", style),
                       wrapped(printable(each.said), terminal.width, indent));
    if (each.remedy.empty()) continue;
    out += fmt::format("{:<{}}{}\n", "", indent,
                       wrapped("try: " + printable(each.remedy), terminal.width, indent));
  }
  return out;
}

}  // namespace

int run(const DoctorOptions& options) {
  const auto settings = read_settings(options.api_base);
  if (!settings) return complain(settings.error());
  const std::vector<Finding> findings = [&] {
    const Progress progress("examining");
    return examine(*settings);
  }();
  const std::string text = options.format == OutputFormat::json ? json(findings) : lines(findings);
  fmt::print("{}", text);
  return std::ranges::max(findings, {}, &Finding::exit_status).exit_status;
}

}  // namespace billing::apps
