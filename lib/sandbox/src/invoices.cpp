// SPDX-License-Identifier: Apache-2.0
#include "list.hpp"
#include "resources.hpp"

namespace sandbox {
namespace {

Invoice& invoice_in_path(Call& call) {
  return in_path(call.world.invoices, "invoice", call.ids[0], "invoice");
}

Json retrieve_invoice(Call& call) {
  return shown(call.world, invoice_in_path(call));
}

Json invoice_line_shown(const World& world, const Invoice& invoice, const InvoiceLine& line) {
  const Price& price = world.prices.at(line.price);
  Json body = {{"id", line.id},
               {"object", "line_item"},
               {"amount", line.amount},
               {"amount_excluding_tax", line.amount},
               {"currency", invoice.currency},
               {"description", line.description},
               {"discount_amounts", Json::array()},
               {"discountable", true},
               {"discounts", Json::array()},
               {"invoice", invoice.id.empty() ? Json(nullptr) : Json(invoice.id)},
               {"livemode", false},
               {"metadata", invoice.subscription_metadata},
               {"period", {{"end", line.period.end}, {"start", line.period.start}}},
               {"plan", plan_shown(price)},
               {"pretax_credit_amounts", Json::array()},
               {"price", shown(world, price)},
               {"proration", false},
               {"proration_details", {{"credited_items", nullptr}}},
               {"quantity", line.quantity},
               {"subscription", invoice.subscription},
               {"tax_amounts", Json::array()},
               {"tax_rates", Json::array()},
               {"type", line.item ? "subscription" : "invoiceitem"},
               {"unit_amount_excluding_tax", price.unit_amount_decimal}};
  if (line.item) body["subscription_item"] = *line.item;
  return body;
}

std::vector<Json> invoice_lines_shown(const World& world, const Invoice& invoice) {
  std::vector<Json> lines;
  for (const InvoiceLine& line : invoice.lines)
    lines.push_back(invoice_line_shown(world, invoice, line));
  return lines;
}

Json list_invoice_lines(Call& call) {
  return list_of(call, "line_item", invoice_lines_shown(call.world, invoice_in_path(call)));
}

Json list_invoices(Call& call) {
  World& world = call.world;
  const Text customer = call.text("customer");
  const Text subscription = call.text("subscription");
  if (customer) in_param(world.customers, "customer", *customer, "customer");
  if (subscription) in_param(world.subscriptions, "subscription", *subscription, "subscription");
  const Positions* among = subscription ? &world.invoices_by_subscription.of(*subscription)
                           : customer   ? &world.invoices_by_customer.of(*customer)
                                        : nullptr;
  const auto keep = [&](const Invoice& invoice) {
    return (!customer || invoice.customer == *customer) &&
           invoice.status == call.params.value("status", invoice.status) &&
           call.params.value("collection_method", "charge_automatically") ==
               "charge_automatically" &&
           in_range(call.params, "created", invoice.created);
  };
  return listed(call, "invoice", world.invoices, among, keep,
                [&](const Invoice& invoice) { return shown(world, invoice); });
}

void add_amounts(const Invoice& invoice, Json& body) {
  body["amount_due"] = invoice.total;
  body["amount_paid"] = invoice.paid() ? invoice.total : 0;
  body["amount_remaining"] = invoice.paid() ? 0 : invoice.total;
  for (const char* name : {"subtotal", "subtotal_excluding_tax", "total", "total_excluding_tax"}) {
    body[name] = invoice.total;
  }
  for (const char* name : {"amount_shipping", "post_payment_credit_notes_amount",
                           "pre_payment_credit_notes_amount", "starting_balance"}) {
    body[name] = 0;
  }
  body["ending_balance"] = invoice.finalized_at ? Json(0) : Json(nullptr);
}

void add_customer_as_it_was(const Invoice& invoice, Json& body) {
  body["customer"] = invoice.customer;
  body["customer_address"] = invoice.customer_address;
  body["customer_email"] = nullable(invoice.customer_email);
  body["customer_name"] = nullable(invoice.customer_name);
  body["customer_phone"] = nullable(invoice.customer_phone);
  body["customer_shipping"] = nullptr;
  body["customer_tax_exempt"] = invoice.customer_tax_exempt;
  body["customer_tax_ids"] = Json::array();
}

// Charges, payment intents and hosted invoices are not emulated: null here, not made up.
void add_absent(Json& body) {
  for (const char* name : {"account_tax_ids",
                           "application",
                           "application_fee_amount",
                           "automatically_finalizes_at",
                           "charge",
                           "custom_fields",
                           "default_payment_method",
                           "default_source",
                           "description",
                           "discount",
                           "due_date",
                           "footer",
                           "from_invoice",
                           "hosted_invoice_url",
                           "invoice_pdf",
                           "last_finalization_error",
                           "latest_revision",
                           "on_behalf_of",
                           "payment_intent",
                           "quote",
                           "receipt_number",
                           "rendering",
                           "shipping_cost",
                           "shipping_details",
                           "statement_descriptor",
                           "tax",
                           "test_clock",
                           "transfer_data"}) {
    body[name] = nullptr;
  }
  for (const char* name : {"default_tax_rates", "discounts", "total_discount_amounts",
                           "total_pretax_credit_amounts", "total_tax_amounts"}) {
    body[name] = Json::array();
  }
}

}  // namespace

Json preview_shown(const World& world, const Invoice& invoice) {
  Json body = {
      {"object", "invoice"},
      {"account_country", "US"},
      {"account_name", "Sandbox"},
      {"attempt_count", invoice.attempts},
      {"attempted", invoice.finalized_at.has_value()},
      {"auto_advance", false},
      {"automatic_tax",
       {{"disabled_reason", nullptr},
        {"enabled", false},
        {"liability", nullptr},
        {"status", nullptr}}},
      {"billing_reason", invoice.billing_reason},
      {"collection_method", "charge_automatically"},
      {"created", invoice.created},
      {"currency", invoice.currency},
      {"effective_at", nullable(invoice.finalized_at)},
      {"issuer", {{"type", "self"}}},
      {"lines", nested_list(invoice.id.empty()
                                ? "/v1/invoices/upcoming/lines?subscription=" + invoice.subscription
                                : "/v1/invoices/" + invoice.id + "/lines",
                            invoice_lines_shown(world, invoice))},
      {"livemode", false},
      {"metadata", Json::object()},
      {"next_payment_attempt", nullable(invoice.next_payment_attempt)},
      {"number", nullable(invoice.number)},
      {"paid", invoice.paid()},
      {"paid_out_of_band", false},
      {"payment_settings",
       {{"default_mandate", nullptr},
        {"payment_method_options", nullptr},
        {"payment_method_types", nullptr}}},
      {"period_end", invoice.period.end},
      {"period_start", invoice.period.start},
      {"status", invoice.status},
      {"status_transitions",
       {{"finalized_at", nullable(invoice.finalized_at)},
        {"marked_uncollectible_at", nullptr},
        {"paid_at", nullable(invoice.paid_at)},
        {"voided_at", nullptr}}},
      {"subscription", invoice.subscription},
      {"subscription_details", {{"metadata", invoice.subscription_metadata}}},
      {"webhooks_delivered_at", nullable(invoice.finalized_at)}};
  add_amounts(invoice, body);
  add_customer_as_it_was(invoice, body);
  add_absent(body);
  return body;
}

Json shown(const World& world, const Invoice& invoice) {
  Json body = preview_shown(world, invoice);
  body["id"] = invoice.id;
  return body;
}

Routes invoice_routes() {
  return {{"GET", "/v1/invoices/:id", operation({}), "invoice", retrieve_invoice},
          {"GET", "/v1/invoices/:id/lines", listing({}), "list:line_item", list_invoice_lines},
          {"GET", "/v1/invoices",
           listing(with_unemulated(
               {choice("collection_method", {"charge_automatically", "send_invoice"}),
                field(Kind::range, "created"), text("customer"), text("subscription"),
                choice("status", {"draft", "open", "void", "paid", "uncollectible"})},
               {"due_date"})),
           "list:invoice", list_invoices}};
}

}  // namespace sandbox
