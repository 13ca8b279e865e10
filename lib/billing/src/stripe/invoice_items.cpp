// SPDX-License-Identifier: Apache-2.0
#include <billing/stripe_client.hpp>

#include "stripe/form.hpp"
#include "stripe/invoices_json.hpp"
#include "stripe/list_pages.hpp"

// https://docs.stripe.com/api/invoiceitems
namespace billing::stripe {
namespace {

const std::string invoice_items_path = "/v1/invoiceitems";

InvoiceItem read_invoice_item(const JsonValue& item) {
  // Since basil the price stands under `pricing`.
  const JsonValue price = item["price"];
  return {.id = InvoiceItemId(item["id"].text()),
          .customer = CustomerId(item["customer"].id()),
          .invoice = InvoiceId(item["invoice"].id_or_empty()),
          .subscription = SubscriptionId(item["subscription"].id_or_empty()),
          .description = item["description"].text_or_empty(),
          .price = PriceId(price.is_null() ? "" : price["id"].text()),
          .quantity = item["quantity"].integer_or(0),
          .amount = read_money(item, "amount"),
          .metadata = item["metadata"].texts()};
}

Parameters invoice_item_form(const NewInvoiceItem& item) {
  Parameters form{{"customer", item.customer.text()}, {"quantity", std::to_string(item.quantity)}};
  if (!item.invoice.empty()) form.emplace_back("invoice", item.invoice.text());
  if (!item.subscription.empty()) form.emplace_back("subscription", item.subscription.text());
  if (!item.price.empty()) {
    form.emplace_back("price", item.price.text());
  } else {
    form.emplace_back("price_data[currency]", item.unit_amount.currency);
    form.emplace_back("price_data[product]", item.product.text());
    form.emplace_back("price_data[unit_amount]", std::to_string(item.unit_amount.minor));
  }
  if (!item.description.empty()) form.emplace_back("description", item.description);
  if (item.period_end) {
    form.emplace_back("period[start]",
                      std::to_string(item.period_start->time_since_epoch().count()));
    form.emplace_back("period[end]", std::to_string(item.period_end->time_since_epoch().count()));
  }
  for (const auto& [name, value] : item.metadata) {
    form.emplace_back("metadata[" + name + "]", value);
  }
  return form;
}

Result<InvoiceItem> written_item(const HttpResponse& response) {
  return read_json(response.body, read_invoice_item);
}

Result<InvoiceItemPage> page_of(const HttpResponse& response) {
  InvoiceItemPage page;
  const Result<std::string> next = read_page(response, read_invoice_item, page.items);
  if (!next) return tl::unexpected(next.error());
  page.next_after = InvoiceItemId(*next);
  return page;
}

}  // namespace

Result<std::vector<InvoiceItem>> Client::invoice_items(const CustomerId& customer, Call call) {
  const Parameters query{{"customer", customer.text()}};
  return all_pages(pager(invoice_items_path, call), query, read_invoice_item);
}

Result<InvoiceItem> Client::create_invoice_item(const NewInvoiceItem& item,
                                                const IdempotencyKey& key, Call call) {
  return post(invoice_items_path, invoice_item_form(item), key, call).and_then(written_item);
}

HttpRequest Client::invoice_items_request(const CustomerId& customer,
                                          const InvoiceItemId& after) const {
  return signed_with_key(
      reading(invoice_items_path, page_query({{"customer", customer.text()}}, after.text())));
}

Result<InvoiceItemPage> Client::invoice_items_of(Result<HttpResponse> answer) {
  const HttpRequest request{.method = "GET", .path = invoice_items_path};
  return heard_once(request, std::move(answer)).and_then(page_of);
}

HttpRequest Client::invoice_item_request(const NewInvoiceItem& item,
                                         const IdempotencyKey& key) const {
  return signed_with_key(writing(invoice_items_path, invoice_item_form(item), key));
}

Result<InvoiceItem> Client::invoice_item_of(Result<HttpResponse> answer) {
  const HttpRequest request{.method = "POST", .path = invoice_items_path};
  return heard_once(request, std::move(answer)).and_then(written_item);
}

Result<void> Client::delete_invoice_item(const InvoiceItemId& id, Call call) {
  return remove(invoice_items_path + '/' + percent_encoded(id.text()), call);
}

}  // namespace billing::stripe
