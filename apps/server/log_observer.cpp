// SPDX-License-Identifier: Apache-2.0
#include "server/log_observer.hpp"

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

#include <cstdio>

namespace billing::apps {
namespace {

const char* word(Severity severity) {
  switch (severity) {
    case Severity::info: return "info";
    case Severity::warning: return "warning";
    case Severity::error: return "error";
  }
  return "error";
}

}  // namespace

void LogObserver::observe(const Observation& observation) {
  const Instant now = clock_.now();
  const auto second = to_second(now);
  // gmtime, because fmt 9 prints a time_point in local time.
  nlohmann::ordered_json line = {
      {"time",
       fmt::format("{:%FT%T}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(second)),
                   (now - second).count())},
      {"severity", word(observation.severity)},
      {"what", observation.what}};
  for (const auto& [name, value] : observation.facts) {
    if (!value.empty()) line[std::string(name)] = value;
  }
  std::string text = line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  text += '\n';
  // One call a line: lines of several threads don't mix.
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace billing::apps
