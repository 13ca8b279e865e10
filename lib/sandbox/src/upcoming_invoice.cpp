// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"
#include "calendar.hpp"
#include "events.hpp"
#include "invoices.hpp"
#include "list.hpp"
#include "money.hpp"
#include "preview.hpp"
#include "resources.hpp"
#include "timeline.hpp"

namespace sandbox {
namespace {

/// How long before a period's end its invoice is announced: a setting of the account at Stripe.
constexpr std::int64_t notice_seconds = 7 * day_seconds;

// A subscription as it goes on when nobody changes it.
Prospect unchanged(const World& world, const Subscription& subscription) {
  Prospect prospect{.subscription = subscription, .due = subscription.period.end};
  for (const std::string& id : subscription.items) prospect.items.push_back(world.items.at(id));
  prospect.last = subscription.cancel_at && *subscription.cancel_at <= prospect.due;
  if (prospect.last) prospect.due = *subscription.cancel_at;
  return prospect;
}

// What has been used up to the invoice; nothing in a trial, which isn't billed.
Period used_until(const Prospect& prospect) {
  const bool free = prospect.fresh || prospect.subscription.status == "trialing";
  return free ? Period{prospect.due, prospect.due}
              : Period{prospect.subscription.period.start, prospect.due};
}

// What the period that begins with the invoice costs.
InvoiceLine coming_line(const World& world, const Prospect& prospect,
                        const SubscriptionItem& item) {
  const Subscription& subscription = prospect.subscription;
  if (prospect.fresh) {
    return subscription.trial ? trial_line(world, item, subscription.period)
                              : licensed_line(world, item, subscription.period);
  }
  const Recurring& recurring = *world.prices.at(item.price).recurring;
  const bool anew = subscription.anchor == prospect.due;
  const std::int64_t end = period_end(recurring, subscription, anew ? 1 : subscription.cycle + 1);
  return licensed_line(world, item, {prospect.due, end});
}

/// What the next invoice would be now, and how much of it was used or waits for it.
struct Upcoming {
  Invoice invoice;
  std::int64_t used = 0;
};

Upcoming upcoming_of(World& world, const Prospect& prospect) {
  const Subscription& subscription = prospect.subscription;
  Upcoming upcoming{draft_invoice(world, subscription, "upcoming", prospect.due)};
  Invoice& invoice = upcoming.invoice;
  invoice.period = {prospect.fresh ? prospect.due : subscription.period.start, prospect.due};
  invoice.next_payment_attempt = prospect.due + draft_seconds;
  for (const InvoiceItem* item :
       pending_items(world, subscription.customer, subscription.id, subscription.currency)) {
    invoice.lines.push_back(line_of(world, *item));
    upcoming.used = sum_of(upcoming.used, item->quantity);
  }
  for (const SubscriptionItem& item : prospect.items) {
    if (world.prices.at(item.price).metered()) {
      invoice.lines.push_back(metered_line(world, item, used_until(prospect)));
      upcoming.used = sum_of(upcoming.used, invoice.lines.back().quantity);
    } else if (!prospect.last) {
      invoice.lines.push_back(coming_line(world, prospect, item));
    }
  }
  // The same line has the same id in the next preview, so that a page can follow another.
  Ids ids(stable_hash(subscription.id, stable_hash(world.account, 0)));
  for (InvoiceLine& line : invoice.lines) line.id = ids.plain("il_tmp_");
  add_up(invoice);
  return upcoming;
}

Invoice previewed(Call& call, const Prospect& prospect) {
  Upcoming upcoming = upcoming_of(call.world, prospect);
  if (prospect.last && upcoming.used == 0) throw no_upcoming(prospect.subscription.customer);
  return std::move(upcoming.invoice);
}

Json preview_invoice(Call& call) {
  const Prospect prospect = prospect_of(call);
  Invoice invoice = previewed(call, prospect);
  if (call.version.from(clover_date)) {
    invoice.id = call.world.ids.timed("upcoming_in_", time_of(call.world, prospect.subscription));
  }
  return shown(call.view(), invoice);
}

Json list_upcoming_lines(Call& call) {
  const Invoice invoice = previewed(call, prospect_of(call));
  return list_of(call, "line_item", invoice_lines_shown(call.view(), invoice));
}

}  // namespace

void expect_period_end(World& world, const Subscription& subscription, std::int64_t now) {
  const std::int64_t end = subscription.period.end;
  schedule(world, subscription.test_clock, end, Work::period_end, subscription.id);
  if (end - notice_seconds <= now) return;
  schedule(world, subscription.test_clock, end - notice_seconds, Work::upcoming_notice,
           subscription.id);
}

void announce_upcoming(World& world, const std::string& id) {
  const Subscription& subscription = world.subscriptions.at(id);
  const std::int64_t now = time_of(world, subscription);
  // The period may have got another end since this was planned.
  if (subscription.rests() || subscription.period.end != now + notice_seconds) return;
  const Prospect prospect = unchanged(world, subscription);
  const Upcoming upcoming = upcoming_of(world, prospect);
  if (prospect.last && upcoming.used == 0) return;
  emit(world, now, "invoice.upcoming", upcoming.invoice);
}

Routes upcoming_invoice_routes() {
  return {{"GET", "/v1/invoices/upcoming", operation(preview_schema(true)), "invoice",
           preview_invoice, until_basil},
          {"GET", "/v1/invoices/upcoming/lines", listing(preview_schema(true)), "list:line_item",
           list_upcoming_lines, until_basil},
          {"POST",
           "/v1/invoices/create_preview",
           operation(preview_schema(false)),
           "invoice",
           preview_invoice,
           {.since = preview_date}}};
}

}  // namespace sandbox
