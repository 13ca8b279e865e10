// SPDX-License-Identifier: Apache-2.0
#include "server/chores.hpp"

#include <memory>

namespace billing::apps {
namespace {

constexpr std::chrono::minutes between_looks(5);
constexpr std::chrono::seconds after_failed_look(30);

}  // namespace

Chore webhook_chore(Webhooks& webhooks) {
  return {.name = "webhooks",
          .step = [&webhooks] { return webhooks.work(); },
          .next_due = [&webhooks] { return webhooks.next_due(); }};
}

Chore gap_chore(Webhooks& webhooks, const Clock& clock) {
  auto due = std::make_shared<Moment>(Moment::min());
  return {.name = "gaps",
          .step = [&webhooks, &clock, due]() -> Result<bool> {
            if (clock.moment() < *due) return false;
            const Result<GapReport> healed = webhooks.heal_gaps();
            *due =
                clock.moment() + (healed ? std::chrono::seconds(between_looks) : after_failed_look);
            if (!healed) return tl::unexpected(healed.error());
            return !healed->missing.empty();
          },
          .next_due = [due]() -> Result<std::optional<Moment>> { return *due; }};
}

Chore final_invoice_chore(FinalInvoices& invoices) {
  return {.name = "final_invoices",
          .step = [&invoices] { return invoices.step(); },
          .next_due = [&invoices] { return invoices.next_due(); }};
}

Observation missing_webhook_secret() {
  return {.severity = Severity::warning,
          .what = "webhook_secret_missing",
          .facts = {{"meanwhile",
                     "every webhook is refused, and what changes at Stripe is learnt from its list "
                     "of events every five minutes"},
                    {"remedy",
                     "billing provision --webhook URL, or stripe listen --forward-to URL; both "
                     "tell the secret to put into STRIPE_WEBHOOK_SECRET"}}};
}

}  // namespace billing::apps
