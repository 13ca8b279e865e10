// SPDX-License-Identifier: Apache-2.0
#include "customers.hpp"
#include "events.hpp"
#include "invoice_item_params.hpp"
#include "invoices.hpp"
#include "list.hpp"
#include "timeline.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sandbox {
namespace {

constexpr int no_update_event_date = 20240410;

Refusal no_such_item(const std::string& id) {
  return {.status = 404,
          .code = "resource_missing",
          .message = fmt::format("No such Invoice Item: '{}'(livemode=false)", id),
          .param = "id"};
}

InvoiceItem& invoice_item_in_path(Call& call) {
  InvoiceItem* item = call.world.invoice_items.find(call.ids[0]);
  if (item == nullptr || item->deleted) throw no_such_item(call.ids[0]);
  return *item;
}

void refresh(World& world, Invoice& invoice, const InvoiceItem& item) {
  const auto line = std::ranges::find(invoice.lines, Text(item.id), &InvoiceLine::invoice_item);
  if (line == invoice.lines.end()) {
    invoice.lines.push_back(line_of(world, item));
    invoice.lines.back().id = world.ids.timed("il_", item.created);
  } else if (item.deleted) {
    invoice.lines.erase(line);
  } else {
    std::string id = std::move(line->id);
    *line = line_of(world, item);
    line->id = std::move(id);
  }
  add_up(invoice);
}

// The line of an item that is on a draft follows it.
void refresh_invoice(World& world, const InvoiceItem& item, std::int64_t now) {
  if (!item.invoice) return;
  Invoice& invoice = world.invoices.at(*item.invoice);
  const Pictures before = pictured(world, invoice);
  refresh(world, invoice, item);
  emit_change(world, now, "invoice.updated", before, invoice);
}

Json create_invoice_item(Call& call) {
  World& world = call.world;
  InvoiceItem asked = invoice_item_from(call);
  Customer& customer = world.customers.at(asked.customer);
  const std::int64_t now = time_of(world, customer);
  set_currency(world, customer, asked.currency, now);
  const Text invoice = asked.invoice;
  asked.invoice.reset();
  InvoiceItem& item = add_invoice_item(world, std::move(asked), now);
  if (invoice) {
    world.pending_items.remove(item.customer, *world.invoice_items.position(item.id));
    item.invoice = invoice;
    refresh_invoice(world, item, now);
  }
  return shown(call.view(), item);
}

Json retrieve_invoice_item(Call& call) {
  return shown(call.view(), invoice_item_in_path(call));
}

void check_open(const World& world, const InvoiceItem& item, std::string_view what) {
  if (!item.invoice || world.invoices.at(*item.invoice).draft()) return;
  throw Refusal{
      .code = "invoice_not_editable",
      .message = fmt::format("You can only {} invoice items that are pending or on a draft "
                             "invoice. This one is on {}.",
                             what, *item.invoice)};
}

Json update_invoice_item(Call& call) {
  InvoiceItem& item = invoice_item_in_path(call);
  check_open(call.world, item, "update");
  const Pictures before = pictured(call.world, item);
  change_invoice_item(call, item);
  const std::int64_t now = time_of(call.world, item);
  // Later versions don't tell it.
  if (call.version < Version{.date = no_update_event_date}) {
    emit_change(call.world, now, "invoiceitem.updated", before, item);
  }
  refresh_invoice(call.world, item, now);
  return shown(call.view(), item);
}

Json delete_invoice_item(Call& call) {
  InvoiceItem& item = invoice_item_in_path(call);
  check_open(call.world, item, "delete");
  const std::int64_t now = time_of(call.world, item);
  emit(call.world, now, "invoiceitem.deleted", item);
  item.deleted = true;
  call.world.pending_items.remove(item.customer, *call.world.invoice_items.position(item.id));
  refresh_invoice(call.world, item, now);
  return shown(call.view(), item);
}

Json list_invoice_items(Call& call) {
  World& world = call.world;
  const Text customer = call.text("customer");
  const Text invoice = call.text("invoice");
  if (customer) in_param(world.customers, "customer", *customer, "customer");
  if (invoice) in_param(world.invoices, "invoice", *invoice, "invoice");
  const auto keep = [&](const InvoiceItem& item) {
    return !item.deleted && (!customer || item.customer == *customer) &&
           (!invoice || item.invoice == invoice) &&
           (!call.given("pending") ||
            call.params["pending"].get<bool>() == !item.invoice.has_value()) &&
           in_range(call.params, "created", item.created);
  };
  return listed(call, "invoiceitem", world.invoice_items,
                customer ? &world.invoice_items_by_customer.of(*customer) : nullptr, keep,
                [&](const InvoiceItem& item) { return shown(call.view(), item); });
}

void add_until_basil(const View& view, const InvoiceItem& item, const Price& price, Json& body) {
  const auto& decimal = price.unit_amount_decimal;
  body["plan"] = nullptr;
  body["price"] = shown(view, price);
  body["subscription"] = nullable(item.subscription);
  body["unit_amount"] = nullable(price.unit_amount);
  body["unit_amount_decimal"] = decimal;
}

void add_since_basil(const InvoiceItem& item, const Price& price, Json& body) {
  body["customer_account"] = nullptr;
  body["net_amount"] = item.amount;
  body["parent"] = nullptr;
  if (item.subscription) {
    body["parent"] = {{"subscription_details", {{"subscription", *item.subscription}}},
                      {"type", "subscription_details"}};
  }
  body["pricing"] = {{"price_details", {{"price", price.id}, {"product", price.product}}},
                     {"type", "price_details"},
                     {"unit_amount_decimal", price.unit_amount_decimal}};
  body["quantity_decimal"] = std::to_string(item.quantity);
}

}  // namespace

std::vector<InvoiceItem*> pending_items(World& world, const std::string& customer,
                                        const std::string& subscription,
                                        const std::string& currency) {
  std::vector<InvoiceItem*> items;
  for (const std::size_t at : world.pending_items.of(customer)) {
    InvoiceItem& item = world.invoice_items[at];
    const bool fits = !item.subscription || *item.subscription == subscription;
    if (fits && item.currency == currency) items.insert(items.begin(), &item);
  }
  return items;
}

bool has_pending_items(World& world, const Subscription& subscription) {
  return !pending_items(world, subscription.customer, subscription.id, subscription.currency)
              .empty();
}

std::vector<InvoiceLine> take_pending_items(World& world, const Invoice& invoice) {
  std::vector<InvoiceLine> lines;
  for (InvoiceItem* item :
       pending_items(world, invoice.customer, invoice.subscription, invoice.currency)) {
    // One that somebody makes for a subscription leaves the customer's other items alone.
    const bool own = item->subscription.value_or("") == invoice.subscription;
    if (invoice.billing_reason == "manual" && !own) continue;
    world.pending_items.remove(item->customer, *world.invoice_items.position(item->id));
    item->invoice = invoice.id;
    lines.push_back(line_of(world, *item));
  }
  return lines;
}

InvoiceLine line_of(const World& world, const InvoiceItem& item) {
  const Price& price = world.prices.at(item.price);
  return {.amount = item.amount,
          .description = item.description.value_or(world.products.at(price.product).name),
          .period = item.period,
          .price = item.price,
          .quantity = item.quantity,
          .invoice_item = item.id};
}

InvoiceItem& add_invoice_item(World& world, InvoiceItem item, std::int64_t now) {
  item.id = world.ids.timed("ii_", now);
  item.created = now;
  InvoiceItem& added = world.invoice_items.add(std::move(item));
  const std::size_t at = world.invoice_items.size() - 1;
  world.invoice_items_by_customer.add(added.customer, at);
  world.pending_items.add(added.customer, at);
  emit(world, now, "invoiceitem.created", added);
  return added;
}

Json shown(const View& view, const InvoiceItem& item) {
  if (item.deleted) return {{"id", item.id}, {"object", "invoiceitem"}, {"deleted", true}};
  const Price& price = view.world.prices.at(item.price);
  Json body = {{"id", item.id},
               {"object", "invoiceitem"},
               {"amount", item.amount},
               {"currency", item.currency},
               {"customer", item.customer},
               {"date", item.created},
               {"description", nullable(item.description)},
               {"discountable", item.discountable},
               {"discounts", Json::array()},
               {"invoice", nullable(item.invoice)},
               {"livemode", false},
               {"metadata", item.metadata},
               {"period", {{"end", item.period.end}, {"start", item.period.start}}},
               {"proration", false},
               {"quantity", item.quantity},
               {"tax_rates", Json::array()},
               {"test_clock", nullable(item.test_clock)}};
  if (view.basil()) {
    add_since_basil(item, price, body);
  } else {
    add_until_basil(view, item, price, body);
  }
  return body;
}

Routes invoice_item_routes() {
  const std::string one = "/v1/invoiceitems/:id";
  return {
      {"POST", "/v1/invoiceitems", invoice_item_schema(false), "invoiceitem", create_invoice_item},
      {"GET", one, operation({}), "invoiceitem", retrieve_invoice_item},
      {"POST", one, invoice_item_schema(true), "invoiceitem", update_invoice_item},
      {"DELETE", one, operation({}), "invoiceitem", delete_invoice_item},
      {"GET", "/v1/invoiceitems",
       listing({field(Kind::range, "created"), text("customer"), text("invoice"),
                field(Kind::flag, "pending")}),
       "list:invoiceitem", list_invoice_items}};
}

}  // namespace sandbox
