// SPDX-License-Identifier: Apache-2.0
#include <billing/error_codes.hpp>

#include "cli/commands.hpp"
#include "cli/complaint.hpp"
#include "cli/data_file.hpp"
#include "cli/output_json.hpp"
#include "cli/stripe_access.hpp"
#include "cli/table.hpp"
#include "cli/webhook_acting.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace billing::apps {
namespace {

std::string utc(Second second) {
  return fmt::format("{:%F %T}", fmt::gmtime(second.time_since_epoch().count()));
}

std::string webhooks_table(const std::vector<InboxRow>& events) {
  const bool reasons =
      std::ranges::any_of(events, [](const InboxRow& each) { return !each.reason.empty(); });
  std::vector<std::string> header{"EVENT", "STATE", "TYPE", "ARRIVED (UTC)", "BY", "OBJECT"};
  if (reasons) header.emplace_back("REASON");
  Table rows(std::move(header));
  for (const InboxRow& each : events) {
    const bool done = each.state == WebhookState::done;
    std::vector<Cell> row{{each.event.id.text()},
                          {std::string(name(each.state)), done ? Style::good : Style::attention},
                          {each.event.type},
                          {utc(to_second(each.received_at))},
                          {std::string(name(each.origin))},
                          {each.event.object_id.empty() ? "-" : each.event.object_id}};
    if (reasons) row.push_back({each.reason});
    rows.add(std::move(row));
  }
  return rows.render(Terminal::of_stdout());
}

Result<std::vector<InboxRow>> read_webhooks(const WebhooksListOptions& options) {
  const auto settings = read_settings("");
  if (!settings) return tl::unexpected(settings.error());
  const auto opened = open_existing_data(*settings, DataAccess::read_only);
  if (!opened) return tl::unexpected(opened.error());
  // One more than is shown tells whether there are more.
  return (*opened)->inbox().list(
      {.state = parse_webhook_state(options.state), .limit = options.limit + 1});
}

/// 0 if all is done; else says that it isn't yet.
int verdict_on(const ActedOn& acted) {
  if (acted.all_done()) return 0;
  const auto left = std::ranges::count(acted.rows, WebhookState::received, &InboxRow::state);
  const std::string events = left == 1 ? "1 event is" : fmt::format("{} events are", left);
  return complain(Error{
      .code = ErrorCode::unavailable,
      .message =
          fmt::format("{} not done yet{}; try: billing webhooks list --state received", events,
                      acted.by_server ? ", the running server goes on with it" : "")});
}

std::string gaps_line(const GapReport& report) {
  const std::size_t missing = report.missing.size();
  return fmt::format("Stripe lists {} event{} since {} UTC; {}.\n", report.looked_at,
                     report.looked_at == 1 ? "" : "s", utc(report.since),
                     missing == 0   ? "all had arrived"
                     : missing == 1 ? "1 had not arrived"
                                    : fmt::format("{} had not arrived", missing));
}

}  // namespace

int run(const WebhooksListOptions& options) {
  auto events = read_webhooks(options);
  if (!events) return complain(events.error());
  const auto shown = static_cast<std::size_t>(options.limit);
  const bool more = events->size() > shown;
  if (more) events->resize(shown);
  if (options.format == OutputFormat::json) {
    fmt::print("{}", json(*events));
  } else if (events->empty()) {
    fmt::print("No events.\n");
  } else {
    fmt::print("{}", webhooks_table(*events));
  }
  if (more) complain(fmt::format("these are the newest {}; try: a larger --limit", shown));
  return 0;
}

int run(const WebhooksReplayOptions& options) {
  const auto settings = read_settings(options.api_base);
  if (!settings) return complain(settings.error());
  const auto acted = replay_webhook(*settings, WebhookEventId(options.event));
  if (!acted) return complain(acted.error());
  fmt::print(
      "{}", options.format == OutputFormat::json ? json(acted->rows) : webhooks_table(acted->rows));
  return verdict_on(*acted);
}

int run(const WebhooksGapsOptions& options) {
  const auto settings = read_settings(options.api_base);
  if (!settings) return complain(settings.error());
  const auto healed = heal_webhook_gaps(*settings);
  if (!healed) return complain(healed.error());
  if (options.format == OutputFormat::json) {
    fmt::print("{}", json(*healed));
  } else {
    fmt::print("{}", gaps_line(healed->report));
    if (!healed->acted.rows.empty()) fmt::print("{}", webhooks_table(healed->acted.rows));
  }
  return verdict_on(healed->acted);
}

}  // namespace billing::apps
