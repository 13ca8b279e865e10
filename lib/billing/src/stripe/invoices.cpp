// SPDX-License-Identifier: Apache-2.0
#include <billing/stripe_client.hpp>

#include "stripe/form.hpp"
#include "stripe/invoices_json.hpp"
#include "stripe/list_pages.hpp"

// https://docs.stripe.com/api/invoices
namespace billing::stripe {
namespace {

const std::string invoices_path = "/v1/invoices";
const std::string upcoming_path = "/v1/invoices/upcoming";

std::string path_of(const InvoiceId& id) {
  return invoices_path + '/' + percent_encoded(id.text());
}

/// The id of what an invoice or a line comes from; empty if it comes from something else. Since
/// basil it stands under `parent`, in the `details` of its kind.
std::string read_origin(const JsonValue& object, std::string_view details, std::string_view field) {
  const JsonValue parent = object["parent"];
  if (parent.is_null()) return object[field].id_or_empty();
  const JsonValue origin = parent[details];
  return origin.is_null() ? std::string() : origin[field].id_or_empty();
}

/// With whether there are more lines than it lists.
struct ReadInvoice {
  Invoice invoice;
  bool more_lines = false;
};

ReadInvoice read_invoice(const JsonValue& invoice) {
  ReadInvoice read;
  Invoice& whole = read.invoice;
  whole.id = InvoiceId(invoice["id"].text());
  whole.customer = CustomerId(invoice["customer"].id());
  whole.subscription = SubscriptionId(read_origin(invoice, "subscription_details", "subscription"));
  whole.status = invoice["status"].text();
  whole.number = invoice["number"].text_or_empty();
  whole.total = read_money(invoice, "total");
  whole.amount_remaining = read_money(invoice, "amount_remaining");
  whole.created = invoice["created"].second();
  whole.hosted_invoice_url = invoice["hosted_invoice_url"].text_or_empty();
  whole.attempted = invoice["attempted"].boolean_or(false);
  whole.auto_advance = invoice["auto_advance"].boolean_or(false);
  whole.metadata = invoice["metadata"].texts();
  // Null where nothing was charged, an id where it was not expanded, absent since basil.
  if (const JsonValue payment = invoice["payment_intent"]; payment.is_object()) {
    if (const JsonValue error = payment["last_payment_error"]; !error.is_null()) {
      whole.failed_payment_method = PaymentMethodId(error["payment_method"].id_or_empty());
    } else if (payment["status"].text_or_empty() == "requires_action") {
      whole.failed_payment_method = PaymentMethodId(payment["payment_method"].id_or_empty());
    }
  }
  for (const JsonValue& each : invoice["lines"]["data"].elements()) {
    whole.lines.push_back(read_invoice_line(each));
  }
  read.more_lines = invoice["lines"]["has_more"].boolean_or(false);
  return read;
}

/// Without anything that takes a second call.
Invoice read_written(const JsonValue& invoice) {
  return read_invoice(invoice).invoice;
}

Result<Invoice> written(const HttpResponse& response) {
  return read_json(response.body, read_written);
}

UpcomingInvoice read_upcoming(const JsonValue& invoice) {
  UpcomingInvoice read{
      .total = read_money(invoice, "total"), .due = invoice["created"].second(), .lines = {}};
  for (const JsonValue& each : invoice["lines"]["data"].elements()) {
    read.lines.push_back(read_invoice_line(each));
  }
  return read;
}

}  // namespace

Money read_money(const JsonValue& object, std::string_view amount) {
  return {.minor = object[amount].integer(), .currency = object["currency"].text()};
}

InvoiceLine read_invoice_line(const JsonValue& line) {
  const JsonValue price = line["price"];
  const JsonValue recurring = price.is_null() ? price : price["recurring"];
  const JsonValue period = line["period"];
  return {.description = line["description"].text_or_empty(),
          .quantity = line["quantity"].integer_or(0),
          .amount = read_money(line, "amount"),
          .item = ItemId(read_origin(line, "subscription_item_details", "subscription_item")),
          .metered = !recurring.is_null() && recurring["usage_type"].text() == "metered",
          .invoice_item = InvoiceItemId(read_origin(line, "invoice_item_details", "invoice_item")),
          .period_start = period["start"].second(),
          .period_end = period["end"].second()};
}

Result<void> Client::complete_lines(Invoice& invoice, const Call& call) {
  auto lines = all_pages(pager(path_of(invoice.id) + "/lines", call), {}, read_invoice_line);
  if (!lines) return failure(std::move(lines));
  invoice.lines = std::move(*lines);
  return {};
}

HttpRequest Client::invoice_lines_request(const InvoiceId& id) const {
  return signed_with_key(reading(path_of(id) + "/lines", page_query({}, "")));
}

Result<std::vector<InvoiceLine>> Client::invoice_lines_of(Result<HttpResponse> answer) {
  const HttpRequest request{.method = "GET", .path = "/v1/invoices"};
  const auto heard = heard_once(request, std::move(answer));
  if (!heard) return tl::unexpected(heard.error());
  std::vector<InvoiceLine> lines;
  const auto next = read_page(*heard, read_invoice_line, lines);
  if (!next) return tl::unexpected(next.error());
  return lines;
}

/// By it an invoice tells what its last charge was tried with. Since basil it is elsewhere.
bool Client::invoices_have_payment_intents() const {
  return settings_.api_version < "2025-03-31";
}

Result<Invoice> Client::invoice(const InvoiceId& id, Call call) {
  Parameters query;
  if (invoices_have_payment_intents()) query.emplace_back("expand[]", "payment_intent");
  const auto response = get(path_of(id), query, call);
  if (!response) return tl::unexpected(response.error());
  auto read = read_json(response->body, read_invoice);
  if (!read) return failure(std::move(read));
  if (read->more_lines) {
    if (auto all = complete_lines(read->invoice, call); !all) return failure(std::move(all));
  }
  return std::move(read->invoice);
}

Result<std::vector<Invoice>> Client::invoices(const CustomerId& customer, Call call) {
  Parameters query{{"customer", customer.text()}};
  if (invoices_have_payment_intents()) query.emplace_back("expand[]", "data.payment_intent");
  auto listed = all_pages(pager(invoices_path, call), query, read_invoice);
  if (!listed) return failure(std::move(listed));
  std::vector<Invoice> invoices;
  for (ReadInvoice& each : *listed) {
    if (each.more_lines) {
      if (auto all = complete_lines(each.invoice, call); !all) return failure(std::move(all));
    }
    invoices.push_back(std::move(each.invoice));
  }
  return invoices;
}

Result<Invoice> Client::create_invoice(const NewInvoice& invoice, const IdempotencyKey& key,
                                       Call call) {
  Parameters form{{"customer", invoice.customer.text()},
                  {"currency", invoice.currency},
                  {"auto_advance", "false"},
                  {"pending_invoice_items_behavior", "exclude"}};
  if (!invoice.default_payment_method.empty()) {
    form.emplace_back("default_payment_method", invoice.default_payment_method.text());
  }
  if (!invoice.description.empty()) form.emplace_back("description", invoice.description);
  for (const auto& [name, value] : invoice.metadata) {
    form.emplace_back("metadata[" + name + "]", value);
  }
  return post(invoices_path, form, key, call).and_then(written);
}

Result<Invoice> Client::finalize_invoice(const InvoiceId& id, const IdempotencyKey& key,
                                         Call call) {
  return post(path_of(id) + "/finalize", {{"auto_advance", "false"}}, key, call).and_then(written);
}

Result<Invoice> Client::pay_invoice(const InvoiceId& id, const PaymentMethodId& payment_method,
                                    const IdempotencyKey& key, Call call) {
  Parameters form{{"off_session", "true"}};
  if (!payment_method.empty()) form.emplace_back("payment_method", payment_method.text());
  return post(path_of(id) + "/pay", form, key, call).and_then(written);
}

Result<Invoice> Client::let_stripe_collect(const InvoiceId& id, const IdempotencyKey& key,
                                           Call call) {
  return post(path_of(id), {{"auto_advance", "true"}}, key, call).and_then(written);
}

Result<void> Client::delete_draft_invoice(const InvoiceId& id, Call call) {
  return remove(path_of(id), call);
}

Result<UpcomingInvoice> Client::upcoming_invoice(const SubscriptionId& subscription, Call call) {
  const Parameters query{{"subscription", subscription.text()}};
  const auto response = get(upcoming_path, query, call);
  if (!response) return tl::unexpected(response.error());
  const auto document = JsonDocument::parse(response->body);
  if (!document) return tl::unexpected(document.error());
  UpcomingInvoice invoice = read_upcoming(document->root());
  const bool more = document->root()["lines"]["has_more"].boolean_or(false);
  if (!document->fault().empty()) return failure(ErrorCode::corrupt, document->fault());
  if (!more) return invoice;
  auto lines = all_pages(pager(upcoming_path + "/lines", call), query, read_invoice_line);
  if (!lines) return failure(std::move(lines));
  invoice.lines = std::move(*lines);
  return invoice;
}

}  // namespace billing::stripe
