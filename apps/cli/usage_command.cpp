// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hpp"
#include "cli/complaint.hpp"
#include "cli/data_file.hpp"
#include "cli/event_invoices.hpp"
#include "cli/output_json.hpp"
#include "cli/stripe_access.hpp"
#include "cli/table.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>

namespace billing::apps {
namespace {

/// The column before which what was used is told, where it isn't always the same.
constexpr std::ptrdiff_t kinds_at = 3;

Style state_style(EventState state) {
  switch (state) {
    case EventState::pending:
    case EventState::final_invoice: return Style::attention;
    case EventState::delivered: return Style::good;
    case EventState::refused:
    case EventState::parked: return Style::bad;
  }
  return Style::plain;
}

std::string or_dash(const std::string& id) {
  return id.empty() ? "-" : id;
}

bool one_session(const ListedEvent& each) {
  return each.row.event->kind == UsageKind::session && each.row.event->quantity == 1;
}

std::string usage_table(const std::vector<ListedEvent>& events) {
  const bool kinds = !std::ranges::all_of(events, one_session);
  const bool reasons =
      std::ranges::any_of(events, [](const ListedEvent& each) { return !each.row.reason.empty(); });
  std::vector<std::string> header{"EVENT", "CUSTOMER",  "WHEN (UTC)",
                                  "STATE", "AT STRIPE", "INVOICE"};
  if (kinds) header.insert(header.begin() + kinds_at, {"KIND", "QUANTITY"});
  if (reasons) header.emplace_back("REASON");
  Table table(std::move(header));
  for (const auto& [row, invoice] : events) {
    const auto clicked_at = to_second(row.event->clicked_at).time_since_epoch().count();
    std::vector<Cell> cells{{row.event->id.text()},
                            {row.event->customer.text()},
                            {fmt::format("{:%F %T}", fmt::gmtime(clicked_at))},
                            {std::string(name(row.state)), state_style(row.state)},
                            {or_dash(row.record.text())},
                            {or_dash(invoice.text())}};
    if (kinds) {
      cells.insert(cells.begin() + kinds_at,
                   {{std::string(name(row.event->kind))}, {std::to_string(row.event->quantity)}});
    }
    if (reasons) cells.push_back({row.reason});
    table.add(std::move(cells));
  }
  return table.render(Terminal::of_stdout());
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

Result<std::vector<ListedEvent>> read_events(const UsageListOptions& options) {
  const auto filter = filter_of(options);
  if (!filter) return tl::unexpected(filter.error());
  const auto settings = read_settings("");
  if (!settings) return tl::unexpected(settings.error());
  const auto opened = open_existing_data(*settings, DataAccess::read_only);
  if (!opened) return tl::unexpected(opened.error());
  auto rows = (*opened)->ledger().list(*filter);
  if (!rows) return failure(std::move(rows));
  return with_invoices(**opened, std::move(*rows));
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
