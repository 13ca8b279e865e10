// SPDX-License-Identifier: Apache-2.0
#include "ledger/postgres_final_invoices.hpp"

#include "ledger/postgres_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace billing::postgres {
namespace {

const std::string final_columns =
    "subscription, customer, ended_at, step, item, product, currency, unit_amount, quantity,"
    " period_start, invoice, outcome, reason";
const std::string select_finals = "SELECT " + final_columns + " FROM final_invoices ";
const std::string select_final = select_finals + "WHERE subscription = $1";
const std::string select_all_finals = select_finals + "ORDER BY ended_at DESC, subscription";

// Longer than a step at Stripe takes with all its tries, and asked for again long before it ends.
const std::string take_finals = R"sql(
  UPDATE final_invoices SET worker = $1, worked_on_until = now() + interval '5 minutes'
  WHERE subscription IN (
    SELECT subscription FROM final_invoices
    WHERE step <> 'done'
      AND (worker = $1 OR worked_on_until IS NULL OR worked_on_until <= now())
    ORDER BY subscription
    FOR UPDATE SKIP LOCKED)
  RETURNING )sql" + final_columns;

// Who was overtaken here has no say any more.
constexpr const char* update_final = R"sql(
  UPDATE final_invoices
  SET step = $3, item = $4, product = $5, currency = $6, unit_amount = $7, quantity = $8,
      period_start = $9, invoice = $10, outcome = $11, reason = $12
  WHERE subscription = $1 AND step = $2
  RETURNING 1)sql";

constexpr const char* mark_events = R"sql(
  UPDATE usage_events
  SET state = mark.state, reason = mark.reason,
      final_invoice_of = CASE WHEN mark.on_final_invoice THEN $1 END,
      record = CASE WHEN mark.record = '' THEN usage_events.record ELSE mark.record END
  FROM unnest($2::bigint[], $3::text[], $4::text[], $5::boolean[], $6::text[])
    AS mark (sequence, state, reason, on_final_invoice, record)
  WHERE usage_events.sequence = mark.sequence AND usage_events.state <> 'pending'
    AND final_invoice_of IS NULL
  RETURNING 1)sql";

// A settling row will take its subscription's events; a subscription without a row has not ended.
const std::string select_strays =
    select_events +
    "WHERE state = 'final_invoice' AND final_invoice_of IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM items JOIN final_invoices USING (subscription)"
    "                 WHERE items.id = usage_events.item AND step = 'settling')"
    " ORDER BY sequence LIMIT $1";

constexpr const char* update_stray = R"sql(
  UPDATE usage_events
  SET state = 'refused', reason = CASE WHEN $2 = '' THEN reason ELSE $2 END
  WHERE sequence = $1 AND state = 'final_invoice' AND final_invoice_of IS NULL)sql";

Result<FinalInvoice> final_of(const Row& row) {
  const auto step = parse_final_step(row.text(3));
  if (!step) {
    return failure(ErrorCode::corrupt,
                   fmt::format("the final invoice of {} is at step `{}`, which this program "
                               "doesn't know",
                               row.text(0), row.text(3)));
  }
  return FinalInvoice{.subscription = SubscriptionId(row.text(0)),
                      .customer = CustomerId(row.text(1)),
                      .ended_at = row.second(2),
                      .step = *step,
                      .item = ItemId(row.text(4)),
                      .product = ProductId(row.text(5)),
                      .unit_amount = {.minor = row.integer(7), .currency = row.text(6)},
                      .quantity = row.integer(8),
                      .period_start = row.second(9),
                      .invoice = InvoiceId(row.text(10)),
                      .outcome = row.text(11),
                      .reason = row.text(12)};
}

Result<std::vector<FinalInvoice>> finals_of(const std::vector<Row>& rows) {
  std::vector<FinalInvoice> finals;
  for (const Row& row : rows) {
    Result<FinalInvoice> final = final_of(row);
    if (!final) return failure(std::move(final));
    finals.push_back(std::move(*final));
  }
  return finals;
}

/// Unless one of them isn't as whoever reckoned took it to be.
bool mark_all(Work& work, const SubscriptionId& subscription,
              std::span<const ReckonedEvent> events) {
  if (events.empty()) return true;
  const std::vector<Row> marked = work.run(
      mark_events, subscription, array_of(events, &ReckonedEvent::sequence),
      array_of(events, [](const ReckonedEvent& event) { return name(event.state); }),
      array_of(events, &ReckonedEvent::reason), array_of(events, &ReckonedEvent::on_final_invoice),
      array_of(events, &ReckonedEvent::record));
  return marked.size() == events.size();
}

}  // namespace

Result<std::vector<FinalInvoice>> PostgresFinalInvoices::to_do() {
  return session_.write([&](Work& work) -> Result<std::vector<FinalInvoice>> {
    Result<std::vector<FinalInvoice>> taken = finals_of(work.run(take_finals.c_str(), worker_));
    if (!taken) return taken;
    std::ranges::sort(*taken, [](const FinalInvoice& one, const FinalInvoice& other) {
      return std::pair(one.ended_at, one.subscription) <
             std::pair(other.ended_at, other.subscription);
    });
    return taken;
  });
}

Result<std::vector<FinalInvoice>> PostgresFinalInvoices::list() {
  return session_.read([](Work& work) { return finals_of(work.run(select_all_finals.c_str())); });
}

Result<std::optional<FinalInvoice>> PostgresFinalInvoices::find(
    const SubscriptionId& subscription) {
  return session_.read([&](Work& work) -> Result<std::optional<FinalInvoice>> {
    const std::optional<Row> row = work.run_for_one(select_final.c_str(), subscription);
    if (!row) return std::nullopt;
    Result<FinalInvoice> final = final_of(*row);
    if (!final) return failure(std::move(final));
    return std::optional<FinalInvoice>(std::move(*final));
  });
}

Result<bool> PostgresFinalInvoices::advance(const FinalInvoice& after, FinalStep from,
                                            std::span<const ReckonedEvent> events) {
  bool overtaken = false;
  auto advanced = session_.write([&](Work& work) -> Result<void> {
    const std::optional<Row> still = work.run_for_one(
        update_final, after.subscription, name(from), name(after.step), after.item, after.product,
        after.unit_amount.currency, after.unit_amount.minor, after.quantity, after.period_start,
        after.invoice, after.outcome, after.reason);
    overtaken = !still || !mark_all(work, after.subscription, events);
    if (!overtaken) return {};
    return failure(ErrorCode::conflict, "another server was faster");
  });
  if (overtaken) return false;
  if (!advanced) return failure(std::move(advanced));
  return true;
}

Result<std::vector<RecordedEvent>> PostgresFinalInvoices::strays(int limit) {
  return session_.read(
      [&](Work& work) { return events_of(work.run(select_strays.c_str(), limit)); });
}

Result<void> PostgresFinalInvoices::refuse_stray(std::int64_t sequence, const std::string& reason) {
  return session_.write([&](Work& work) -> Result<void> {
    work.run(update_stray, sequence, reason);
    return {};
  });
}

}  // namespace billing::postgres
