// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/final_invoices.hpp>
#include <billing/observer.hpp>
#include <billing/webhooks.hpp>

#include "server/housekeeper.hpp"

namespace billing::apps {

/// Acts on Stripe's events that were kept and are not done. `webhooks` must outlive it.
Chore webhook_chore(Webhooks& webhooks);

/// Looks for events that never arrived, at once and then every five minutes. Both must outlive it.
Chore gap_chore(Webhooks& webhooks, const Clock& clock);

/// Makes the invoices of what ended subscriptions still owe.
Chore final_invoice_chore(FinalInvoices& invoices);

/// What to log where no webhook can be checked.
Observation missing_webhook_secret();

}  // namespace billing::apps
