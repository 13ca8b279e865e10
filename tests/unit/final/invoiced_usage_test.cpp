// SPDX-License-Identifier: Apache-2.0
#include <billing/invoiced_usage.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace billing::tests {
namespace {

const ItemId invoiced_item("si_1");

Second invoiced_second(int n) {
  return Second(std::chrono::seconds(1'768'478'400 + n));
}

RecordedEvent used_at(int second, EventState state = EventState::delivered) {
  static std::int64_t sequence = 0;
  return {.sequence = ++sequence,
          .event = std::make_shared<const UsageEvent>(
              UsageEvent{.id = EventId("use_" + std::to_string(sequence)), .item = invoiced_item}),
          .state = state,
          .usage_at = invoiced_second(second)};
}

/// An invoice over what was used after `start` up to `end`.
Invoice invoice_over(const std::string& id, int start, int end, std::int64_t quantity) {
  return {.id = InvoiceId(id),
          .status = "paid",
          .lines = {{.quantity = quantity,
                     .item = invoiced_item,
                     .metered = true,
                     .period_start = invoiced_second(start),
                     .period_end = invoiced_second(end)}}};
}

std::string invoices_of(const InvoicedUsage& usage) {
  std::string text;
  for (const InvoiceId& each : usage.invoice_of) text += each.empty() ? "- " : each.text() + " ";
  return text;
}

}  // namespace

TEST_CASE("An event is on the invoice that covers its second") {
  const std::vector events = {used_at(5), used_at(10), used_at(15), used_at(25)};
  const std::vector invoices = {invoice_over("in_2", 10, 20, 1), invoice_over("in_1", 0, 10, 2)};
  const InvoicedUsage usage = invoiced_usage(invoiced_item, events, invoices);
  CHECK(invoices_of(usage) == "in_1 in_1 in_2 - ");
  CHECK(usage.unexplained == 0);
  CHECK(usage.left_out == 0);
}

TEST_CASE(
    "Where an invoice has fewer, those that were delivered go before those that wait, and "
    "older ones before younger") {
  const std::vector events = {used_at(1, EventState::final_invoice), used_at(9), used_at(2),
                              used_at(3, EventState::pending)};
  const auto on = [&](std::int64_t quantity) {
    const std::vector invoices = {invoice_over("in_1", 0, 10, quantity)};
    return invoiced_usage(invoiced_item, events, invoices);
  };
  CHECK(invoices_of(on(0)) == "- - - - ");
  CHECK(on(0).left_out == 2);
  CHECK(invoices_of(on(1)) == "- - in_1 - ");
  CHECK(on(1).left_out == 1);
  CHECK(invoices_of(on(3)) == "in_1 in_1 in_1 - ");
  CHECK(on(3).left_out == 0);
  CHECK(on(4).unexplained == 0);
}

TEST_CASE("What an invoice has more than there are events is told") {
  const std::vector events = {used_at(1), used_at(2, EventState::refused)};
  const std::vector invoices = {invoice_over("in_1", 0, 10, 4)};
  const InvoicedUsage usage = invoiced_usage(invoiced_item, events, invoices);
  CHECK(invoices_of(usage) == "in_1 - ");
  CHECK(usage.unexplained == 3);
}

TEST_CASE("Void invoices, other lines, workshops and what is on a final invoice don't count") {
  std::vector events = {used_at(1), used_at(2), used_at(3)};
  events[1].final_invoice_of = SubscriptionId("sub_1");
  UsageEvent workshop = *events[2].event;
  workshop.kind = UsageKind::workshop;
  events[2].event = std::make_shared<const UsageEvent>(workshop);
  std::vector invoices = {invoice_over("in_1", 0, 10, 3), invoice_over("in_2", 0, 10, 3),
                          invoice_over("in_3", 0, 10, 3)};
  invoices[0].status = "void";
  invoices[1].lines[0].metered = false;
  invoices[2].lines[0].item = ItemId("si_2");
  const InvoicedUsage none = invoiced_usage(invoiced_item, events, invoices);
  CHECK(invoices_of(none) == "- - - ");
  CHECK(none.unexplained == 0);
  invoices[0].status = "open";
  const InvoicedUsage one = invoiced_usage(invoiced_item, events, invoices);
  CHECK(invoices_of(one) == "in_1 - - ");
  CHECK(one.unexplained == 2);
}

}  // namespace billing::tests
