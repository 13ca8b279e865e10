// SPDX-License-Identifier: Apache-2.0
#include "events.hpp"
#include "invoice_routes.hpp"
#include "invoices.hpp"
#include "timeline.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

void check_not_final(const Invoice& invoice) {
  if (invoice.draft()) return;
  throw Refusal{
      .message = "This invoice is already finalized, you can't re-finalize a non-draft invoice."};
}

Json finalize_invoice(Call& call) {
  World& world = call.world;
  Invoice& invoice = invoice_in_path(call);
  check_not_final(invoice);
  const std::int64_t now = time_of(world, invoice);
  invoice.auto_advance = call.flag("auto_advance", invoice.auto_advance);
  invoice.next_payment_attempt.reset();
  finalize(world, invoice, now);
  if (invoice.status == "open" && invoice.auto_advance && invoice.charged_automatically()) {
    plan_attempt(world, invoice, now);
  }
  return shown(call.view(), invoice);
}

void check_payable(const Invoice& invoice) {
  if (invoice.paid()) throw Refusal{.message = "Invoice is already paid"};
  if (invoice.status == "void") {
    throw Refusal{.message = "This invoice can't be paid: it is void."};
  }
}

// The card that is asked for, or the one that the invoice would take.
const PaymentMethod* method_to_charge(Call& call, const Invoice& invoice) {
  const Text id = call.text("payment_method");
  const PaymentMethod* method =
      id ? &in_param(call.world.payment_methods, "PaymentMethod", *id, "payment_method")
         : method_of(call.world, invoice);
  if (id && method->customer != invoice.customer) {
    throw Refusal{.message = fmt::format("The customer does not have a payment method with the ID "
                                         "{}. The payment method must be attached to the customer.",
                                         *id),
                  .param = "payment_method"};
  }
  if (method == nullptr) {
    throw Refusal{
        .message =
            "There is no `default_payment_method` set on this Customer or Invoice. Please set "
            "either a `default_payment_method` on the Customer or Invoice."};
  }
  return method;
}

void pay_elsewhere(World& world, Invoice& invoice, std::int64_t now) {
  const Pictures before = pictured(world, invoice);
  invoice.paid_out_of_band = true;
  invoice.attempted = true;
  cancel_payment(world, invoice, "void_invoice", now);
  settle(world, invoice, before, now);
}

Json pay_invoice(Call& call) {
  World& world = call.world;
  Invoice& invoice = invoice_in_path(call);
  check_payable(invoice);
  const std::int64_t now = time_of(world, invoice);
  const bool elsewhere = call.flag("paid_out_of_band", false);
  const bool due = !invoice.draft() || due_if_finalized(world, invoice) > 0;
  const PaymentMethod* method = elsewhere || !due ? nullptr : method_to_charge(call, invoice);
  if (invoice.draft()) finalize(world, invoice, now);
  if (invoice.paid()) return shown(call.view(), invoice);
  if (elsewhere) {
    pay_elsewhere(world, invoice, now);
    return shown(call.view(), invoice);
  }
  const Owner owner = call.flag("off_session", true) ? Owner::absent : Owner::present;
  const Verdict verdict = attempt(world, invoice, {.method = method, .owner = owner}, now);
  // Refused, and yet it has happened: the attempt stays with the invoice.
  if (verdict != Verdict::paid) throw payment_refusal(call.view(), verdict, invoice);
  return shown(call.view(), invoice);
}

void check_open(const Invoice& invoice) {
  if (invoice.status == "open" || invoice.status == "uncollectible") return;
  throw Refusal{.message = invoice.paid()
                               ? "Invoices with `paid` payments cannot be voided."
                               : "You can only pass in open invoices. This invoice isn't open."};
}

Json void_in_path(Call& call) {
  Invoice& invoice = invoice_in_path(call);
  check_open(invoice);
  void_invoice(call.world, invoice, time_of(call.world, invoice));
  return shown(call.view(), invoice);
}

Json mark_uncollectible_in_path(Call& call) {
  Invoice& invoice = invoice_in_path(call);
  if (invoice.status != "open") {
    throw Refusal{.message = "You can only pass in open invoices. This invoice isn't open."};
  }
  mark_uncollectible(call.world, invoice, time_of(call.world, invoice));
  return shown(call.view(), invoice);
}

Json send_invoice(Call& call) {
  World& world = call.world;
  Invoice& invoice = invoice_in_path(call);
  if (invoice.charged_automatically()) {
    throw Refusal{
        .message =
            "You can only manually send an invoice if its collection method is 'send_invoice'."};
  }
  if (!invoice.draft() && invoice.status != "open") {
    throw Refusal{.message = "You can only send invoices that are a draft or open."};
  }
  const std::int64_t now = time_of(world, invoice);
  if (invoice.draft()) finalize(world, invoice, now);
  return announced(call, now, "invoice.sent", invoice);
}

}  // namespace

Routes invoice_action_routes() {
  const auto action = [](const char* name) { return std::string("/v1/invoices/:id/") + name; };
  return {
      {"POST", action("finalize"), operation({field(Kind::flag, "auto_advance")}), "invoice",
       finalize_invoice},
      {"POST", action("pay"),
       operation(with_unemulated({field(Kind::flag, "off_session"),
                                  field(Kind::flag, "paid_out_of_band"), text("payment_method")},
                                 {"forgive", "mandate", "source"})),
       "invoice", pay_invoice},
      {"POST", action("void"), operation({}), "invoice", void_in_path},
      {"POST", action("mark_uncollectible"), operation({}), "invoice", mark_uncollectible_in_path},
      {"POST", action("send"), operation({}), "invoice", send_invoice}};
}

}  // namespace sandbox
