// SPDX-License-Identifier: Apache-2.0
#include <billing/ledger.hpp>
#include <billing/sqlite_data.hpp>

#include "cli/commands.hpp"
#include "cli/complaint.hpp"
#include "cli/output_json.hpp"
#include "cli/stripe_access.hpp"
#include "cli/table.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <filesystem>

namespace billing::apps {
namespace {

/// The column before which what was used is told, where it isn't always the same.
constexpr std::ptrdiff_t kinds_at = 3;

Style state_style(EventState state) {
  switch (state) {
    case EventState::pending:
    case EventState::final_invoice: return Style::attention;
    case EventState::delivered: return Style::good;
    case EventState::refused: return Style::bad;
  }
  return Style::plain;
}

bool one_session(const RecordedEvent& row) {
  return row.event->kind == UsageKind::session && row.event->quantity == 1;
}

std::string usage_table(const std::vector<RecordedEvent>& events) {
  const bool kinds = !std::ranges::all_of(events, one_session);
  const bool reasons =
      std::ranges::any_of(events, [](const RecordedEvent& each) { return !each.reason.empty(); });
  std::vector<std::string> header{"EVENT", "CUSTOMER", "WHEN (UTC)", "STATE", "AT STRIPE"};
  if (kinds) header.insert(header.begin() + kinds_at, {"KIND", "QUANTITY"});
  if (reasons) header.emplace_back("REASON");
  Table rows(std::move(header));
  for (const RecordedEvent& each : events) {
    const auto clicked_at = to_second(each.event->clicked_at).time_since_epoch().count();
    std::vector<Cell> row{{each.event->id.text()},
                          {each.event->customer.text()},
                          {fmt::format("{:%F %T}", fmt::gmtime(clicked_at))},
                          {std::string(name(each.state)), state_style(each.state)},
                          {each.record.empty() ? "-" : each.record.text()}};
    if (kinds) {
      row.insert(row.begin() + kinds_at,
                 {{std::string(name(each.event->kind))}, {std::to_string(each.event->quantity)}});
    }
    if (reasons) row.push_back({each.reason});
    rows.add(std::move(row));
  }
  return rows.render(Terminal::of_stdout());
}

Result<EventFilter> filter_of(const UsageListOptions& options) {
  EventFilter filter;
  // One more than is shown tells whether there are more.
  filter.limit = options.limit + 1;
  filter.state = parse_event_state(options.state);
  if (options.customer.empty()) return filter;
  auto customer = parse_customer_id(options.customer, "--customer");
  if (!customer) return failure(std::move(customer));
  filter.customer = std::move(*customer);
  return filter;
}

Result<std::vector<RecordedEvent>> read_events(const UsageListOptions& options) {
  const auto filter = filter_of(options);
  if (!filter) return tl::unexpected(filter.error());
  const auto settings = read_settings("");
  if (!settings) return tl::unexpected(settings.error());
  const auto path = sqlite_path(settings->database_url.value);
  if (!path) return tl::unexpected(path.error());
  std::error_code ignored;
  if (!std::filesystem::exists(*path, ignored)) {
    return failure(
        ErrorCode::corrupt,
        fmt::format("there is no ledger at {} ({}); try: start billing-server, which makes "
                    "it, or set DATABASE_URL",
                    *path, settings->database_url.place));
  }
  const auto opened = SqliteData::open(*path, SqliteAccess::read_only);
  if (!opened) return tl::unexpected(opened.error());
  return (*opened)->ledger().list(*filter);
}

}  // namespace

int run(const UsageListOptions& options) {
  auto events = read_events(options);
  if (!events) return complain(events.error());
  const auto shown = static_cast<std::size_t>(options.limit);
  const bool more = events->size() > shown;
  if (more) events->resize(shown);
  if (options.format == OutputFormat::json) {
    fmt::print("{}", json(*events));
  } else if (events->empty()) {
    fmt::print("No usage events.\n");
  } else {
    fmt::print("{}", usage_table(*events));
  }
  if (more) complain(fmt::format("these are the newest {}; try: a larger --limit", shown));
  return 0;
}

}  // namespace billing::apps
