// SPDX-License-Identifier: Apache-2.0
#include <billing/provisioning.hpp>

#include "cli/commands.hpp"
#include "cli/complaint.hpp"
#include "cli/output_json.hpp"
#include "cli/progress.hpp"
#include "cli/stripe_access.hpp"
#include "cli/table.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace billing::apps {
namespace {

Style action_style(ProvisionAction action) {
  switch (action) {
    case ProvisionAction::created: return Style::good;
    case ProvisionAction::updated:
    case ProvisionAction::replaced: return Style::attention;
    case ProvisionAction::unchanged: return Style::faint;
  }
  return Style::plain;
}

std::string provision_table(const std::vector<ProvisionedObject>& objects) {
  Table rows({"OBJECT", "ACTION", "ID", "KEY"});
  for (const ProvisionedObject& each : objects) {
    // Without a key it is a price that an earlier, unfinished run had replaced.
    rows.add({{each.object},
              {std::string(name(each.action)), action_style(each.action)},
              {each.id.empty() ? "-" : each.id},
              {each.key.empty() ? "(archived: replaced earlier)" : each.key}});
  }
  return rows.render(Terminal::of_stdout());
}

Result<std::vector<ProvisionedObject>> provision_as(const ProvisionOptions& options) {
  const auto settings = read_settings(options.api_base);
  if (!settings) return tl::unexpected(settings.error());
  auto access = StripeAccess::open(*settings);
  if (!access) return failure(std::move(access));
  const auto catalog = read_catalog(*settings);
  if (!catalog) return tl::unexpected(catalog.error());
  const Progress progress("asking Stripe");
  return provision((*access)->client(), *catalog,
                   {.scope = options.dry_run ? ProvisionScope::dry_run : ProvisionScope::everything,
                    .only_price = options.only_price});
}

}  // namespace

int run(const ProvisionOptions& options) {
  const auto objects = provision_as(options);
  if (!objects) return complain(objects.error());
  if (options.format == OutputFormat::json) {
    fmt::print("{}", json(*objects));
    return 0;
  }
  fmt::print("{}", provision_table(*objects));
  if (options.dry_run) fmt::print("Dry run: nothing was written.\n");
  return 0;
}

}  // namespace billing::apps
