// SPDX-License-Identifier: Apache-2.0
#include "api/bill.hpp"
#include "api/json_response.hpp"

#include <nlohmann/json.hpp>

namespace billing {
namespace {

using nlohmann::ordered_json;

std::int64_t unix_time(Second second) {
  return second.time_since_epoch().count();
}

ordered_json time_json(std::optional<Second> second) {
  return second ? ordered_json(unix_time(*second)) : ordered_json(nullptr);
}

ordered_json text_json(const std::string& text) {
  return text.empty() ? ordered_json(nullptr) : ordered_json(text);
}

ordered_json money_json(const Money& money) {
  return {{"amount", money.minor}, {"currency", money.currency}};
}

ordered_json subscription_json(const Subscription& subscription) {
  return {{"id", subscription.id.text()},
          {"status", subscription.status},
          {"trialEnd", time_json(subscription.trial_end)},
          {"cancelAtPeriodEnd", subscription.cancel_at_period_end},
          {"endedAt", time_json(subscription.ended_at)}};
}

ordered_json line_json(const InvoiceLine& line) {
  ordered_json unit = nullptr;
  if (line.quantity > 0 && line.amount.minor % line.quantity == 0) {
    unit =
        money_json({.minor = line.amount.minor / line.quantity, .currency = line.amount.currency});
  }
  return {{"description", line.description},
          {"quantity", line.quantity},
          {"unit", unit},
          {"amount", money_json(line.amount)}};
}

ordered_json upcoming_json(const stripe::UpcomingInvoice& upcoming) {
  ordered_json lines = ordered_json::array();
  for (const InvoiceLine& line : upcoming.lines) lines.push_back(line_json(line));
  return {{"total", money_json(upcoming.total)},
          {"due", unix_time(upcoming.due)},
          {"lines", std::move(lines)}};
}

ordered_json invoice_json(const Invoice& invoice) {
  return {{"id", invoice.id.text()},
          {"number", text_json(invoice.number)},
          {"status", invoice.status},
          {"total", money_json(invoice.total)},
          {"amountRemaining", money_json(invoice.amount_remaining)},
          {"created", unix_time(invoice.created)},
          {"url", text_json(invoice.hosted_invoice_url)}};
}

}  // namespace

HttpResponse bill_response(const Bill& bill) {
  ordered_json body = {{"fresh", bill.fresh},
                       {"subscription", nullptr},
                       {"period", nullptr},
                       {"usage", nullptr},
                       {"pending", bill.pending},
                       {"upcoming", nullptr},
                       {"invoices", ordered_json::array()},
                       {"open", nullptr},
                       {"final", nullptr}};
  if (bill.subscription) body["subscription"] = subscription_json(*bill.subscription);
  if (bill.period) {
    body["period"] = {{"start", unix_time(bill.period->start)},
                      {"end", time_json(bill.period->end)}};
  }
  if (bill.usage) {
    body["usage"] = {{"sessions", bill.usage->sessions}, {"amount", nullptr}};
    if (bill.usage->amount) body["usage"]["amount"] = money_json(*bill.usage->amount);
  }
  if (bill.upcoming) body["upcoming"] = upcoming_json(*bill.upcoming);
  for (const Invoice& invoice : bill.invoices) {
    body["invoices"].push_back(invoice_json(invoice));
    const bool due = invoice.status == "open" && invoice.amount_remaining.minor > 0;
    if (due && body["open"].is_null()) body["open"] = body["invoices"].back();
  }
  if (bill.final) {
    body["final"] = {{"invoice", nullptr}};
    if (bill.final->invoice) body["final"]["invoice"] = invoice_json(*bill.final->invoice);
  }
  return json_response(200, body);
}

}  // namespace billing
