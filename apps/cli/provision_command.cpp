// SPDX-License-Identifier: Apache-2.0
#include <billing/provisioning.hpp>

#include "cli/commands.hpp"
#include "cli/complaint.hpp"
#include "cli/output_json.hpp"
#include "cli/progress.hpp"
#include "cli/secret_file.hpp"
#include "cli/stripe_access.hpp"
#include "cli/table.hpp"
#include "cli/webhook_endpoint.hpp"

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

/// What was done, and what ended it early.
struct Provisioned {
  std::vector<ProvisionedObject> objects;
  std::optional<Error> trouble;
};

Result<Provisioned> provision_as(const ProvisionOptions& options, const Settings& settings) {
  auto access = StripeAccess::open(settings);
  if (!access) return failure(std::move(access));
  const auto catalog = read_catalog(settings);
  if (!catalog) return tl::unexpected(catalog.error());
  const bool live = is_live_key(settings.stripe_secret_key->value);
  const std::string& webhook = options.webhook_url;
  if (!webhook.empty()) {
    if (auto fine = check_webhook_url(webhook, live); !fine) return failure(std::move(fine));
  }
  const Progress progress("asking Stripe");
  stripe::Client& stripe = (*access)->client();
  const auto scope = options.dry_run ? ProvisionScope::dry_run : ProvisionScope::everything;
  auto objects = provision(stripe, *catalog, {.scope = scope, .only_price = options.only_price});
  if (!objects) return failure(std::move(objects));
  Provisioned done{.objects = std::move(*objects), .trouble = std::nullopt};
  if (webhook.empty()) return done;
  auto endpoint = provision_webhook_at(stripe, *catalog, webhook, scope);
  if (endpoint) {
    done.objects.push_back(std::move(*endpoint));
  } else {
    done.trouble = std::move(endpoint.error());
  }
  return done;
}

/// What the operator has to know of the signing secret, which is nowhere shown.
void tell_of_secret(const ProvisionedObject& endpoint, const Settings& settings) {
  const auto& known = settings.stripe_webhook_secret;
  if (endpoint.action != ProvisionAction::created) {
    if (known) return;
    return complain(fmt::format(
        "{} is not set, and Stripe tells it only of a new endpoint; try: copy it from the "
        "endpoint's page in the dashboard into {}",
        webhook_secret_variable, SecretFile::path));
  }
  complain(
      fmt::format("the signing secret is in {} ({}), readable by you alone; billing-server "
                  "takes it when it starts next",
                  SecretFile::path, webhook_secret_variable));
  if (known && known->origin == Origin::environment) {
    complain(fmt::format("{} hides the new one in {}; try: unset {}", known->place,
                         SecretFile::path, webhook_secret_variable));
  }
}

}  // namespace

int run(const ProvisionOptions& options) {
  const auto settings = read_settings(options.api_base);
  if (!settings) return complain(settings.error());
  const auto done = provision_as(options, *settings);
  if (!done) return complain(done.error());
  const bool for_programs = options.format == OutputFormat::json;
  fmt::print("{}", for_programs ? json(done->objects) : provision_table(done->objects));
  if (options.dry_run && !for_programs) fmt::print("Dry run: nothing was written.\n");
  if (done->trouble) return complain(*done->trouble);
  if (!options.webhook_url.empty() && !options.dry_run) {
    tell_of_secret(done->objects.back(), *settings);
  }
  return 0;
}

}  // namespace billing::apps
