// SPDX-License-Identifier: Apache-2.0
#include "invoices.hpp"

#include "invoice_routes.hpp"
#include "list.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sandbox {
namespace {

/// Inside an invoice; `…/lines` has the rest.
constexpr std::size_t lines_shown = 10;

Json retrieve_invoice(Call& call) {
  return shown(call.view(), invoice_in_path(call));
}

// A preview can be of a subscription that isn't there yet.
bool of_subscription(const Invoice& invoice) {
  return !invoice.subscription.empty() || invoice.preview();
}

const InvoiceItem* item_of(const View& view, const InvoiceLine& line) {
  return line.invoice_item ? &view.world.invoice_items.at(*line.invoice_item) : nullptr;
}

// An invoice item may belong to a subscription or not; any other line is of the invoice's.
Json subscription_of(const View& view, const Invoice& invoice, const InvoiceLine& line) {
  const InvoiceItem* item = item_of(view, line);
  return item != nullptr ? nullable(item->subscription) : text_or_null(invoice.subscription);
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
  body["subscription"] = subscription_of(view, invoice, line);
  if (line.item) body["subscription_item"] = *line.item;
  if (line.invoice_item) body["invoice_item"] = *line.invoice_item;
}

void add_line_since_basil(const View& view, const Invoice& invoice, const InvoiceLine& line,
                          Json& body) {
  const Price& price = view.world.prices.at(line.price);
  const Json subscription = subscription_of(view, invoice, line);
  Json details = {{"invoice_item", nullable(line.invoice_item)},
                  {"proration", false},
                  {"proration_details", {{"credited_items", nullptr}}},
                  {"subscription", subscription}};
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
  body["subscription"] = subscription;
  body["subtotal"] = line.amount;
  body["taxes"] = Json::array();
}

Json invoice_line_shown(const View& view, const Invoice& invoice, const InvoiceLine& line) {
  const bool made = !invoice.id.empty() && !invoice.preview();
  const InvoiceItem* item = item_of(view, line);
  Json body = {{"id", line.id},
               {"object", "line_item"},
               {"amount", line.amount},
               {"currency", invoice.currency},
               {"description", line.description},
               {"discount_amounts", Json::array()},
               {"discountable", item == nullptr || item->discountable},
               {"discounts", Json::array()},
               {"invoice", made ? Json(invoice.id) : Json(nullptr)},
               {"livemode", false},
               {"metadata", item != nullptr ? item->metadata : invoice.subscription_metadata},
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
    return !invoice.deleted && (!customer || invoice.customer == *customer) &&
           invoice.status == call.params.value("status", invoice.status) &&
           invoice.collection_method ==
               call.params.value("collection_method", invoice.collection_method) &&
           (!call.given("due_date") ||
            (invoice.due_date && in_range(call.params, "due_date", *invoice.due_date))) &&
           in_range(call.params, "created", invoice.created);
  };
  return listed(call, "invoice", world.invoices, among, keep,
                [&](const Invoice& invoice) { return shown(call.view(), invoice); });
}

void add_amounts(const Invoice& invoice, Json& body) {
  body["amount_due"] = invoice.due();
  body["amount_paid"] = invoice.paid() ? invoice.due() : 0;
  body["amount_remaining"] = invoice.paid() ? 0 : invoice.due();
  for (const char* name : {"subtotal", "subtotal_excluding_tax", "total", "total_excluding_tax"}) {
    body[name] = invoice.total;
  }
  for (const char* name :
       {"amount_shipping", "post_payment_credit_notes_amount", "pre_payment_credit_notes_amount"}) {
    body[name] = 0;
  }
  body["starting_balance"] = invoice.starting_balance;
  body["ending_balance"] = nullable(invoice.ending_balance);
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

void add_absent(Json& body) {
  for (const char* name :
       {"account_tax_ids", "application", "custom_fields", "default_source", "from_invoice",
        "last_finalization_error", "latest_revision", "on_behalf_of", "receipt_number", "rendering",
        "shipping_cost", "shipping_details", "statement_descriptor"}) {
    body[name] = nullptr;
  }
  for (const char* name : {"default_tax_rates", "discounts", "total_discount_amounts",
                           "total_pretax_credit_amounts"}) {
    body[name] = Json::array();
  }
}

void add_invoice_until_basil(const Invoice& invoice, Json& body) {
  for (const char* name : {"application_fee_amount", "discount", "quote", "tax", "transfer_data"}) {
    body[name] = nullptr;
  }
  body["charge"] = nullable(invoice.charge);
  body["paid"] = invoice.paid();
  body["paid_out_of_band"] = invoice.paid_out_of_band;
  body["payment_intent"] = nullable(invoice.payment_intent);
  body["subscription"] = text_or_null(invoice.subscription);
  body["subscription_details"] = {{"metadata", nullptr}};
  if (of_subscription(invoice)) {
    body["subscription_details"]["metadata"] = invoice.subscription_metadata;
  }
  body["total_tax_amounts"] = Json::array();
}

void add_invoice_since_basil(const Invoice& invoice, Json& body) {
  body["amount_overpaid"] = 0;
  body["automatic_tax"]["provider"] = nullptr;
  body["customer_account"] = nullptr;
  body["parent"] = nullptr;
  if (of_subscription(invoice)) {
    body["parent"] = {{"quote_details", nullptr},
                      {"subscription_details",
                       {{"metadata", invoice.subscription_metadata},
                        {"subscription", text_or_null(invoice.subscription)}}},
                      {"type", "subscription_details"}};
  }
  body["total_taxes"] = Json::array();
}

std::string lines_url(const Invoice& invoice) {
  if (!invoice.preview()) return "/v1/invoices/" + invoice.id + "/lines";
  return "/v1/invoices/upcoming/lines?" + (invoice.subscription.empty()
                                               ? "customer=" + invoice.customer
                                               : "subscription=" + invoice.subscription);
}

}  // namespace

std::vector<Json> invoice_lines_shown(const View& view, const Invoice& invoice) {
  std::vector<Json> lines;
  for (const InvoiceLine& line : invoice.lines)
    lines.push_back(invoice_line_shown(view, invoice, line));
  return lines;
}

Invoice& invoice_in_path(Call& call) {
  Invoice& invoice = in_path(call.world.invoices, "invoice", call.ids[0], "invoice");
  if (invoice.deleted) throw no_such("invoice", invoice.id, "invoice");
  return invoice;
}

Json hosted_invoice_url(const World& world, const Invoice& invoice) {
  if (!invoice.secret) return nullptr;
  return fmt::format("{}/i/{}/{}", world.public_url, world.account, *invoice.secret);
}

Json shown(const View& view, const Invoice& invoice) {
  if (invoice.deleted) return {{"id", invoice.id}, {"object", "invoice"}, {"deleted", true}};
  Json body = {
      {"object", "invoice"},
      {"account_country", "US"},
      {"account_name", "Sandbox"},
      {"attempt_count", invoice.attempts},
      {"attempted", invoice.attempted},
      {"auto_advance", invoice.auto_advance},
      {"automatic_tax",
       {{"disabled_reason", nullptr},
        {"enabled", false},
        {"liability", nullptr},
        {"status", nullptr}}},
      {"automatically_finalizes_at", nullable(invoice.automatically_finalizes_at)},
      {"billing_reason", invoice.billing_reason},
      {"collection_method", invoice.collection_method},
      {"created", invoice.created},
      {"currency", invoice.currency},
      {"default_payment_method", nullable(invoice.default_payment_method)},
      {"description", nullable(invoice.description)},
      {"due_date", nullable(invoice.due_date)},
      {"effective_at", nullable(invoice.finalized_at)},
      {"footer", nullable(invoice.footer)},
      {"issuer", {{"type", "self"}}},
      {"lines", nested_list(lines_url(invoice), invoice_lines_shown(view, invoice), lines_shown)},
      {"livemode", false},
      {"metadata", invoice.metadata},
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
        {"marked_uncollectible_at", nullable(invoice.uncollectible_at)},
        {"paid_at", nullable(invoice.paid_at)},
        {"voided_at", nullable(invoice.voided_at)}}},
      {"test_clock", nullable(invoice.test_clock)},
      {"webhooks_delivered_at", nullable(invoice.finalized_at)}};
  // A preview has none before clover.
  if (!invoice.id.empty()) body["id"] = invoice.id;
  add_amounts(invoice, body);
  add_customer_as_it_was(invoice, body);
  add_absent(body);
  body["hosted_invoice_url"] = hosted_invoice_url(view.world, invoice);
  body["invoice_pdf"] = body["hosted_invoice_url"];
  if (invoice.secret) body["invoice_pdf"] = body["invoice_pdf"].get<std::string>() + "/pdf";
  if (view.basil()) {
    add_invoice_since_basil(invoice, body);
  } else {
    add_invoice_until_basil(invoice, body);
  }
  return body;
}

Routes invoice_routes() {
  Routes routes = {
      {"GET", "/v1/invoices/:id", operation({}), "invoice", retrieve_invoice},
      {"GET", "/v1/invoices/:id/lines", listing({}), "list:line_item", list_invoice_lines},
      {"GET", "/v1/invoices",
       listing({choice("collection_method", {"charge_automatically", "send_invoice"}),
                field(Kind::range, "created"), text("customer"), field(Kind::range, "due_date"),
                text("subscription"),
                choice("status", {"draft", "open", "void", "paid", "uncollectible"})}),
       "list:invoice", list_invoices}};
  std::ranges::move(invoice_write_routes(), std::back_inserter(routes));
  std::ranges::move(invoice_action_routes(), std::back_inserter(routes));
  return routes;
}

}  // namespace sandbox
