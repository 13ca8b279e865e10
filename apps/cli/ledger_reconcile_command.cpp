// SPDX-License-Identifier: Apache-2.0
#include <billing/data.hpp>
#include <billing/money.hpp>
#include <billing/reconciling.hpp>

#include "cli/commands.hpp"
#include "cli/complaint.hpp"
#include "cli/data_file.hpp"
#include "cli/output_json.hpp"
#include "cli/progress.hpp"
#include "cli/stripe_access.hpp"
#include "cli/table.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace billing::apps {
namespace {

bool agrees(const ReconciledPeriod& period) {
  return period.difference() == 0 && period.amount_difference() == 0;
}

std::string periods_table(const std::vector<ReconciledPeriod>& periods) {
  Table table(
      {"ITEM", "UNTIL (UTC)", "LEDGER", "STRIPE", "INVOICED", "DIFFERENCE", "AMOUNT", "INVOICE"});
  for (const ReconciledPeriod& each : periods) {
    const auto& line = each.line;
    table.add({{each.item.text()},
               {fmt::format("{:%F %H:%M}", fmt::gmtime(each.end.time_since_epoch().count()))},
               {std::to_string(each.ledger)},
               {std::to_string(each.at_stripe)},
               {line ? std::to_string(line->quantity) : "-"},
               {std::to_string(each.difference()), agrees(each) ? Style::good : Style::bad},
               {line ? billing::format(line->amount) : "-"},
               {each.invoice.text()}});
  }
  return table.render(Terminal::of_stdout());
}

Result<std::vector<ReconciledPeriod>> read_periods(const LedgerReconcileOptions& options) {
  const auto settings = read_settings(options.api_base);
  if (!settings) return tl::unexpected(settings.error());
  const auto access = StripeAccess::open(*settings);
  if (!access) return tl::unexpected(access.error());
  const auto data = open_existing_data(*settings, DataAccess::read_only);
  if (!data) return tl::unexpected(data.error());
  Progress progress("asking Stripe");
  return reconcile((*data)->ledger(), (*data)->store(), (*access)->client(),
                   [&](const std::string& what) { progress.tell(what); });
}

}  // namespace

int run(const LedgerReconcileOptions& options) {
  const auto periods = read_periods(options);
  if (!periods) return complain(periods.error());
  if (options.format == OutputFormat::json) {
    fmt::print("{}", json(*periods));
  } else if (periods->empty()) {
    fmt::print("No period has closed yet.\n");
  } else {
    fmt::print("{}", periods_table(*periods));
  }
  const auto differing =
      std::ranges::count_if(*periods, [](const auto& each) { return !agrees(each); });
  if (differing == 0) return 0;
  complain(fmt::format("{} of {} periods differ", differing, periods->size()));
  return 1;
}

}  // namespace billing::apps
