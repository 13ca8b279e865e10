// SPDX-License-Identifier: Apache-2.0
#include <billing/data.hpp>
#include <billing/restoring.hpp>

#include "cli/commands.hpp"
#include "cli/complaint.hpp"
#include "cli/data_file.hpp"
#include "cli/output_json.hpp"
#include "cli/progress.hpp"
#include "cli/stripe_access.hpp"
#include "cli/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace billing::apps {
namespace {

std::string items_table(const std::vector<RestoredItem>& items) {
  Table table({"ITEM", "SENT AGAIN", "FOUND", "TO SEND", "RECOVERED", "DIFFERENCE", "CUSTOMER"});
  for (const RestoredItem& each : items) {
    const auto state = each.difference() == 0 ? Style::good : Style::bad;
    table.add({{each.item.text()},
               {std::to_string(each.sent_again)},
               {std::to_string(each.found)},
               {std::to_string(each.to_send)},
               {std::to_string(each.recovered)},
               {std::to_string(each.difference()), state},
               {each.customer.text()}});
  }
  return table.render(Terminal::of_stdout());
}

std::string recovered_table(const std::vector<RecordedEvent>& rows) {
  Table table({"RECOVERED EVENT", "CUSTOMER", "KEY"});
  for (const RecordedEvent& row : rows) {
    table.add({{row.event->id.text()}, {row.event->customer.text()}, {row.event->key.text()}});
  }
  return table.render(Terminal::of_stdout());
}

Result<RestoredLedger> restore(const LedgerRestoredOptions& options) {
  const auto settings = read_settings(options.api_base);
  if (!settings) return tl::unexpected(settings.error());
  const auto challenge_id = required_challenge_id(*settings);
  if (!challenge_id) return tl::unexpected(challenge_id.error());
  const auto access = StripeAccess::open(*settings);
  if (!access) return tl::unexpected(access.error());
  const auto data = open_existing_data(*settings, DataAccess::owner);
  if (!data) return tl::unexpected(data.error());
  Progress progress("asking Stripe");
  const auto account = (*access)->client().account();
  if (!account) return tl::unexpected(account.error());
  const auto bound =
      (*data)->store().bind({.account = account->id,
                             .livemode = is_live_key(settings->stripe_secret_key->value),
                             .challenge_id = *challenge_id});
  if (!bound) return tl::unexpected(bound.error());
  SystemClock clock;
  SystemEntropy entropy;
  Restoring restoring({.ledger = (*data)->ledger(),
                       .store = (*data)->store(),
                       .stripe = (*access)->client(),
                       .clock = clock,
                       .entropy = entropy,
                       .challenge_id = *challenge_id});
  return restoring.run([&](const std::string& what) { progress.tell(what); });
}

}  // namespace

int run(const LedgerRestoredOptions& options) {
  const auto restored = restore(options);
  if (!restored) return complain(restored.error());
  if (options.format == OutputFormat::json) {
    fmt::print("{}", json(*restored));
  } else if (restored->items.empty()) {
    fmt::print("No metered items.\n");
  } else {
    fmt::print("{}", items_table(restored->items));
    if (!restored->recovered.empty()) fmt::print("\n{}", recovered_table(restored->recovered));
  }
  for (const RestoredItem& each : restored->items) {
    if (each.difference() == 0) continue;
    complain(fmt::format("{}: Stripe has {} units and the ledger {}: {}", each.item.text(),
                         each.at_stripe, each.delivered, each.trouble));
  }
  return restored->exact() ? 0 : 1;
}

}  // namespace billing::apps
