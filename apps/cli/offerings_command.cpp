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

std::string_view unit(PriceRole role) {
  switch (role) {
    case PriceRole::monthly: return "a month";
    case PriceRole::on_demand: return "a session";
    case PriceRole::workshop: return "a seat";
  }
  return "";
}

std::string offerings_table(const Offerings& offerings) {
  Table rows({"PRICE", "AMOUNT", "ID", "NICKNAME", "LOOKUP KEY"});
  for (const OfferedPrice& each : offerings.prices) {
    rows.add({{std::string(name(each.role))},
              {fmt::format("{} {}", format(each.amount), unit(each.role))},
              {each.id.text()},
              {each.nickname},
              {each.lookup_key}});
  }
  return rows.render(Terminal::of_stdout());
}

/// On stderr, so that the output stays what can be bought.
void tell_missing(const Offerings& offerings, const Catalog& catalog) {
  std::string missing;
  for (const PriceTerms& each : catalog.prices) {
    if (offerings.find(each.role) != nullptr) continue;
    missing += missing.empty() ? "" : ", ";
    missing += name(each.role);
  }
  if (missing.empty()) return;
  complain(fmt::format("not for sale at Stripe: {}; try: billing provision", missing));
}

}  // namespace

int run(const OfferingsOptions& options) {
  const auto settings = read_settings(options.api_base);
  if (!settings) return complain(settings.error());
  const auto access = StripeAccess::open(*settings);
  if (!access) return complain(access.error());
  const auto catalog = read_catalog(*settings);
  if (!catalog) return complain(catalog.error());

  const auto offerings = [&] {
    const Progress progress("asking Stripe");
    return read_offerings((*access)->client(), *catalog);
  }();
  if (!offerings) return complain(offerings.error());
  if (options.format == OutputFormat::json) {
    fmt::print("{}", json(*offerings));
  } else if (!offerings->prices.empty()) {
    fmt::print("{}", offerings_table(*offerings));
  }
  tell_missing(*offerings, *catalog);
  return 0;
}

}  // namespace billing::apps
