// SPDX-License-Identifier: Apache-2.0
#include "list.hpp"
#include "resources.hpp"

namespace sandbox {
namespace {

std::string status_of(const Invoice& invoice, const PaymentIntent& intent) {
  if (intent.status == "succeeded") return "paid";
  return intent.status == "canceled" || invoice.status == "void" ? "canceled" : "open";
}

Json retrieve_invoice_payment(Call& call) {
  return shown(call.view(), in_path(call.world.invoice_payments, "invoice_payment", call.ids[0]));
}

Json list_invoice_payments(Call& call) {
  World& world = call.world;
  const Text invoice = call.text("invoice");
  if (invoice) in_param(world.invoices, "invoice", *invoice, "invoice");
  const auto keep = [&](const InvoicePayment& payment) {
    const Invoice& of = world.invoices.at(payment.invoice);
    const PaymentIntent& intent = world.payment_intents.at(payment.payment_intent);
    const std::string status = status_of(of, intent);
    return (!invoice || of.id == *invoice) && status == call.params.value("status", status) &&
           (!call.given("payment") ||
            intent.id == call.params["payment"].value("payment_intent", intent.id)) &&
           in_range(call.params, "created", payment.created);
  };
  return listed(call, "invoice_payment", world.invoice_payments,
                invoice ? &world.invoice_payments_by_invoice.of(*invoice) : nullptr, keep,
                [&](const InvoicePayment& payment) { return shown(call.view(), payment); });
}

}  // namespace

Json shown(const View& view, const InvoicePayment& payment) {
  const Invoice& invoice = view.world.invoices.at(payment.invoice);
  const PaymentIntent& intent = view.world.payment_intents.at(payment.payment_intent);
  const std::string status = status_of(invoice, intent);
  return {{"id", payment.id},
          {"object", "invoice_payment"},
          {"amount_paid", status == "paid" ? Json(intent.amount) : Json(nullptr)},
          {"amount_requested", intent.amount},
          {"created", payment.created},
          {"currency", invoice.currency},
          {"invoice", invoice.id},
          {"is_default", true},
          {"livemode", false},
          {"payment", {{"payment_intent", intent.id}, {"type", "payment_intent"}}},
          {"status", status},
          {"status_transitions",
           {{"canceled_at", status == "canceled" ? nullable(intent.canceled_at) : Json(nullptr)},
            {"paid_at", status == "paid" ? nullable(invoice.paid_at) : Json(nullptr)}}}};
}

Json invoice_payments_shown(const View& view, const Invoice& invoice) {
  Json rows = Json::array();
  for (const std::size_t at : view.world.invoice_payments_by_invoice.of(invoice.id)) {
    rows.push_back(shown(view, view.world.invoice_payments[at]));
  }
  return list_object("/v1/invoice_payments?invoice=" + invoice.id, std::move(rows), false);
}

Routes invoice_payment_routes() {
  const std::string all = "/v1/invoice_payments";
  const Field payment = object(
      "payment", with_unemulated({text("payment_intent"), choice("type", {"payment_intent"})},
                                 {"payment_record"}));
  return {{"GET", all + "/:id", operation({}), "invoice_payment", retrieve_invoice_payment,
           since_basil},
          {"GET", all,
           listing({field(Kind::range, "created"), text("invoice"), payment,
                    choice("status", {"canceled", "open", "paid"})}),
           "list:invoice_payment", list_invoice_payments, since_basil}};
}

}  // namespace sandbox
