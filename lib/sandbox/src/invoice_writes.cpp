// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"
#include "calendar.hpp"
#include "customers.hpp"
#include "events.hpp"
#include "invoice_routes.hpp"
#include "invoices.hpp"
#include "subscription_params.hpp"
#include "timeline.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sandbox {
namespace {

// Before, an invoice took what was pending unless it was told otherwise.
constexpr int exclude_pending_date = 20220801;

Field draft_collection() {
  return choice("collection_method", {"charge_automatically", "send_invoice"});
}

Schema invoice_fields() {
  return {field(Kind::flag, "auto_advance"),
          field(Kind::moment, "automatically_finalizes_at"),
          draft_collection(),
          field(Kind::whole, "days_until_due"),
          field(Kind::moment, "due_date"),
          text("default_payment_method").unset(),
          text("description", 1500).unset(),
          text("footer").unset(),
          metadata()};
}

Schema with_unemulated_invoice(Schema fields) {
  return operation(with_unemulated(
      std::move(fields),
      {"account_tax_ids", "application_fee_amount", "automatic_tax", "custom_fields",
       "customer_account", "default_source", "default_tax_rates", "discounts", "effective_at",
       "from_invoice", "issuer", "number", "on_behalf_of", "payment_settings", "rendering",
       "shipping_cost", "shipping_details", "statement_descriptor", "transfer_data"}));
}

Schema invoice_create_schema() {
  Schema fields = invoice_fields();
  fields.insert(fields.begin(), text("customer").need());
  fields.push_back(field(Kind::currency, "currency"));
  fields.push_back(choice("pending_invoice_items_behavior", {"exclude", "include"}));
  fields.push_back(text("subscription"));
  return with_unemulated_invoice(std::move(fields));
}

void check_due(const Call& call, const Invoice& invoice, std::int64_t now) {
  if (call.given("days_until_due") && call.given("due_date")) {
    throw exclusive("days_until_due", "due_date");
  }
  const bool sent =
      call.text("collection_method").value_or(invoice.collection_method) == "send_invoice";
  for (const char* name : {"days_until_due", "due_date"}) {
    if (sent || !call.given(name)) continue;
    throw Refusal{.message = fmt::format("You can only set `{}` if the collection method is "
                                         "`send_invoice`.",
                                         name),
                  .param = name};
  }
  const bool has_due = invoice.days_until_due || invoice.due_date || call.given("days_until_due") ||
                       call.given("due_date");
  if (sent && !has_due) {
    throw Refusal{.message =
                      "If the collection method is set to `send_invoice`, you must specify "
                      "`days_until_due` or `due_date`.",
                  .param = "days_until_due"};
  }
  if (call.given("due_date") && *call.integer("due_date") <= now) {
    throw Refusal{.message = "The due date must be in the future.", .param = "due_date"};
  }
}

// Its own day of finalisation, or an hour from now; nothing when nobody asked for it.
void plan(World& world, Invoice& invoice, const Call& call, std::int64_t now) {
  const auto at = call.integer("automatically_finalizes_at");
  const bool begins = call.flag("auto_advance", false) && !invoice.auto_advance;
  if (call.given("auto_advance") && !call.flag("auto_advance", true)) {
    invoice.auto_advance = false;
    invoice.automatically_finalizes_at.reset();
    invoice.next_payment_attempt.reset();
  } else if (at) {
    invoice.auto_advance = true;
    invoice.automatically_finalizes_at = *at;
    schedule(world, invoice.test_clock, std::max(*at, now), Work::invoice_finalization, invoice.id);
  } else if (begins) {
    await_finalization(world, invoice, now);
  }
  if (!invoice.charged_automatically()) invoice.next_payment_attempt.reset();
}

void assign_invoice_fields(const Call& call, Invoice& invoice) {
  assign(call.params, "collection_method", invoice.collection_method);
  assign(call.params, "days_until_due", invoice.days_until_due);
  assign(call.params, "due_date", invoice.due_date);
  assign(call.params, "default_payment_method", invoice.default_payment_method);
  assign(call.params, "description", invoice.description);
  assign(call.params, "footer", invoice.footer);
  assign_metadata(call.params, invoice.metadata);
}

const Subscription* subscription_param(Call& call, const Customer& customer) {
  const Text id = call.text("subscription");
  if (!id) return nullptr;
  const Subscription& found =
      in_param(call.world.subscriptions, "subscription", *id, "subscription");
  if (found.customer != customer.id) throw no_such_named("subscription", *id, "subscription");
  return &found;
}

bool takes_pending(const Call& call) {
  const bool included =
      call.text("subscription").has_value() || !call.version.from(exclude_pending_date);
  return call.text("pending_invoice_items_behavior").value_or(included ? "include" : "exclude") ==
         "include";
}

Json create_invoice(Call& call) {
  World& world = call.world;
  Customer& customer = customer_param(world, *call.text("customer"));
  const std::int64_t now = time_of(world, customer);
  const Subscription* subscription = subscription_param(call, customer);
  Invoice invoice = subscription != nullptr ? draft_invoice(world, *subscription, "manual", now)
                                            : invoice_of(customer, now);
  check_due(call, invoice, now);
  check_payment_method(call, customer.id);
  invoice.billing_reason = "manual";
  invoice.currency = subscription != nullptr
                         ? subscription->currency
                         : call.text("currency").value_or(customer.currency.value_or("usd"));
  assign_invoice_fields(call, invoice);
  invoice.id = world.ids.timed("in_", now);
  if (takes_pending(call)) invoice.lines = take_pending_items(world, invoice);
  set_currency(world, customer, invoice.currency, now);
  Invoice& added = add_draft(world, std::move(invoice));
  plan(world, added, call, now);
  return announced(call, now, "invoice.created", added);
}

void check_editable(const Call& call, const Invoice& invoice) {
  if (invoice.draft()) return;
  for (const auto& [name, value] : call.params.items()) {
    if (name == "metadata" || name == "auto_advance" || name == "default_payment_method" ||
        name == "expand") {
      continue;
    }
    throw Refusal{.message = "Finalized invoices can't be updated in this way", .param = name};
  }
}

// On an open invoice it says whether the schedule of attempts goes on.
void advance_open(World& world, Invoice& invoice, const Call& call, std::int64_t now) {
  if (!call.given("auto_advance") || invoice.status != "open") return;
  invoice.auto_advance = call.flag("auto_advance", false);
  invoice.next_payment_attempt.reset();
  if (invoice.auto_advance && invoice.charged_automatically()) plan_attempt(world, invoice, now);
}

Json update_invoice(Call& call) {
  World& world = call.world;
  Invoice& invoice = invoice_in_path(call);
  const std::int64_t now = time_of(world, invoice);
  check_editable(call, invoice);
  check_due(call, invoice, now);
  check_payment_method(call, invoice.customer);
  const Pictures before = pictured(world, invoice);
  assign_invoice_fields(call, invoice);
  if (invoice.draft()) {
    plan(world, invoice, call, now);
  } else {
    advance_open(world, invoice, call, now);
  }
  emit_change(world, now, "invoice.updated", before, invoice);
  return shown(call.view(), invoice);
}

// Its items wait for another invoice.
void release_items(World& world, const Invoice& invoice) {
  for (const InvoiceLine& line : invoice.lines) {
    if (!line.invoice_item) continue;
    InvoiceItem& item = world.invoice_items.at(*line.invoice_item);
    item.invoice.reset();
    world.pending_items.add(item.customer, *world.invoice_items.position(item.id));
  }
}

Json delete_invoice(Call& call) {
  Invoice& invoice = invoice_in_path(call);
  if (!invoice.draft()) throw Refusal{.message = "You can only delete draft invoices."};
  if (!invoice.subscription.empty()) {
    throw Refusal{.message = "You can't delete invoices created by subscriptions."};
  }
  emit(call.world, time_of(call.world, invoice), "invoice.deleted", invoice);
  release_items(call.world, invoice);
  invoice.deleted = true;
  return shown(call.view(), invoice);
}

}  // namespace

Routes invoice_write_routes() {
  return {{"POST", "/v1/invoices", invoice_create_schema(), "invoice", create_invoice},
          {"POST", "/v1/invoices/:id", with_unemulated_invoice(invoice_fields()), "invoice",
           update_invoice},
          {"DELETE", "/v1/invoices/:id", operation({}), "invoice", delete_invoice}};
}

}  // namespace sandbox
