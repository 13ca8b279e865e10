// SPDX-License-Identifier: Apache-2.0
#include "list.hpp"
#include "resources.hpp"

namespace sandbox {
namespace {

Invoice& invoice_in_path(Call& call) {
  return in_path(call.world.invoices, "invoice", call.ids[0], "invoice");
}

Json retrieve_invoice(Call& call) {
  return shown(call.view(), invoice_in_path(call));
}

void add_line_until_basil(const View& view, const Invoice& invoice, const InvoiceLine& line,
                          Json& body) {
  const Price& price = view.world.prices.at(line.price);
  body["amount_excluding_tax"] = line.amount;
  body["plan"] = plan_shown(view, price);
  body["price"] = shown(view, price);
  body["proration"] = false;
  body["proration_details"] = {{"credited_items", nullptr}};
  body["tax_amounts"] = Json::array();
  body["tax_rates"] = Json::array();
  body["type"] = line.item ? "subscription" : "invoiceitem";
  body["unit_amount_excluding_tax"] = price.unit_amount_decimal;
  body["subscription"] = invoice.subscription;
  if (line.item) body["subscription_item"] = *line.item;
}

void add_line_since_basil(const View& view, const Invoice& invoice, const InvoiceLine& line,
                          Json& body) {
  const Price& price = view.world.prices.at(line.price);
  Json details = {{"invoice_item", nullptr},
                  {"proration", false},
                  {"proration_details", {{"credited_items", nullptr}}},
                  {"subscription", invoice.subscription}};
  if (line.item) details["subscription_item"] = *line.item;
  Json parent = {{"invoice_item_details", nullptr},
                 {"subscription_item_details", nullptr},
                 {"type", line.item ? "subscription_item_details" : "invoice_item_details"}};
  parent[parent["type"].get<std::string>()] = std::move(details);
  body["parent"] = std::move(parent);
  body["pricing"] = {{"price_details", {{"price", price.id}, {"product", price.product}}},
                     {"type", "price_details"},
                     {"unit_amount_decimal", price.unit_amount_decimal}};
  body["quantity_decimal"] = line.quantity_decimal.value_or(std::to_string(line.quantity));
  body["subscription"] = invoice.subscription;
  body["subtotal"] = line.amount;
  body["taxes"] = Json::array();
}

Json invoice_line_shown(const View& view, const Invoice& invoice, const InvoiceLine& line) {
  const bool made = !invoice.id.empty() && !invoice.preview();
  Json body = {{"id", line.id},
               {"object", "line_item"},
               {"amount", line.amount},
               {"currency", invoice.currency},
               {"description", line.description},
               {"discount_amounts", Json::array()},
               {"discountable", true},
               {"discounts", Json::array()},
               {"invoice", made ? Json(invoice.id) : Json(nullptr)},
               {"livemode", false},
               {"metadata", invoice.subscription_metadata},
               {"period", {{"end", line.period.end}, {"start", line.period.start}}},
               {"pretax_credit_amounts", Json::array()},
               {"quantity", line.quantity}};
  if (view.basil()) {
    add_line_since_basil(view, invoice, line, body);
  } else {
    add_line_until_basil(view, invoice, line, body);
  }
  return body;
}

std::vector<Json> invoice_lines_shown(const View& view, const Invoice& invoice) {
  std::vector<Json> lines;
  for (const InvoiceLine& line : invoice.lines)
    lines.push_back(invoice_line_shown(view, invoice, line));
  return lines;
}

Json list_invoice_lines(Call& call) {
  return list_of(call, "line_item", invoice_lines_shown(call.view(), invoice_in_path(call)));
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
                [&](const Invoice& invoice) { return shown(call.view(), invoice); });
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
                           "automatically_finalizes_at",
                           "custom_fields",
                           "default_payment_method",
                           "default_source",
                           "description",
                           "due_date",
                           "footer",
                           "from_invoice",
                           "hosted_invoice_url",
                           "invoice_pdf",
                           "last_finalization_error",
                           "latest_revision",
                           "on_behalf_of",
                           "receipt_number",
                           "rendering",
                           "shipping_cost",
                           "shipping_details",
                           "statement_descriptor"}) {
    body[name] = nullptr;
  }
  for (const char* name : {"default_tax_rates", "discounts", "total_discount_amounts",
                           "total_pretax_credit_amounts"}) {
    body[name] = Json::array();
  }
}

void add_invoice_until_basil(const Invoice& invoice, Json& body) {
  for (const char* name : {"application_fee_amount", "charge", "discount", "payment_intent",
                           "quote", "tax", "transfer_data"}) {
    body[name] = nullptr;
  }
  body["paid"] = invoice.paid();
  body["paid_out_of_band"] = false;
  body["subscription"] = invoice.subscription;
  body["subscription_details"] = {{"metadata", invoice.subscription_metadata}};
  body["total_tax_amounts"] = Json::array();
}

void add_invoice_since_basil(const Invoice& invoice, Json& body) {
  body["amount_overpaid"] = 0;
  body["automatic_tax"]["provider"] = nullptr;
  body["customer_account"] = nullptr;
  body["parent"] = {
      {"quote_details", nullptr},
      {"subscription_details",
       {{"metadata", invoice.subscription_metadata}, {"subscription", invoice.subscription}}},
      {"type", "subscription_details"}};
  body["total_taxes"] = Json::array();
}

std::string lines_url(const Invoice& invoice) {
  return invoice.preview() ? "/v1/invoices/upcoming/lines?subscription=" + invoice.subscription
                           : "/v1/invoices/" + invoice.id + "/lines";
}

}  // namespace

Json shown(const View& view, const Invoice& invoice) {
  Json body = {{"object", "invoice"},
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
               {"lines", nested_list(lines_url(invoice), invoice_lines_shown(view, invoice))},
               {"livemode", false},
               {"metadata", Json::object()},
               {"next_payment_attempt", nullable(invoice.next_payment_attempt)},
               {"number", nullable(invoice.number)},
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
               {"test_clock", nullable(invoice.test_clock)},
               {"webhooks_delivered_at", nullable(invoice.finalized_at)}};
  // A preview has none before clover.
  if (!invoice.id.empty()) body["id"] = invoice.id;
  add_amounts(invoice, body);
  add_customer_as_it_was(invoice, body);
  add_absent(body);
  if (view.basil()) {
    add_invoice_since_basil(invoice, body);
  } else {
    add_invoice_until_basil(invoice, body);
  }
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
