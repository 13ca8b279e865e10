// SPDX-License-Identifier: Apache-2.0
#include "ledger/sqlite_final_invoices.hpp"

#include "ledger/sqlite_rows.hpp"

#include <fmt/format.h>

namespace billing::sqlite {
namespace {

const std::string select_finals =
    "SELECT subscription, customer, ended_at, step, item, product, currency, unit_amount, quantity,"
    " period_start, invoice, outcome, reason FROM final_invoices ";
const std::string select_final = select_finals + "WHERE subscription = ?";
// The index serves only a condition that is its own, word for word.
const std::string select_finals_to_do =
    select_finals + "WHERE step <> 'done' ORDER BY ended_at, subscription";
const std::string select_all_finals = select_finals + "ORDER BY ended_at DESC, subscription";

constexpr const char* update_final = R"sql(
  UPDATE final_invoices
  SET step = ?, item = ?, product = ?, currency = ?, unit_amount = ?, quantity = ?,
      period_start = ?, invoice = ?, outcome = ?, reason = ?
  WHERE subscription = ? AND step = ?
  RETURNING 1)sql";

constexpr const char* mark_event = R"sql(
  UPDATE usage_events
  SET state = ?1, reason = ?2, final_invoice_of = ?3, record = iif(?4 = '', record, ?4)
  WHERE sequence = ?5 AND state <> 'pending' AND final_invoice_of IS NULL
  RETURNING 1)sql";

// A settling row will take its subscription's events; a subscription without a row has not ended.
const std::string select_strays =
    select_events +
    "WHERE state = 'final_invoice' AND final_invoice_of IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM items JOIN final_invoices USING (subscription)"
    "                 WHERE items.id = usage_events.item AND step = 'settling')"
    " ORDER BY sequence LIMIT ?";

constexpr const char* update_stray = R"sql(
  UPDATE usage_events SET state = 'refused', reason = iif(?1 = '', reason, ?1)
  WHERE sequence = ?2 AND state = 'final_invoice' AND final_invoice_of IS NULL)sql";

Result<FinalInvoice> final_of(const Run& run) {
  const auto step = parse_final_step(run.text(3));
  if (!step) {
    return failure(ErrorCode::corrupt,
                   fmt::format("the final invoice of {} is at step `{}`, which this program "
                               "doesn't know",
                               run.text(0), run.text(3)));
  }
  return FinalInvoice{.subscription = SubscriptionId(run.text(0)),
                      .customer = CustomerId(run.text(1)),
                      .ended_at = second_of(run.integer(2)),
                      .step = *step,
                      .item = ItemId(run.text(4)),
                      .product = ProductId(run.text(5)),
                      .unit_amount = {.minor = run.integer(7), .currency = run.text(6)},
                      .quantity = run.integer(8),
                      .period_start = second_of(run.integer(9)),
                      .invoice = InvoiceId(run.text(10)),
                      .outcome = run.text(11),
                      .reason = run.text(12)};
}

Result<std::vector<FinalInvoice>> all_finals(Run& run) {
  std::vector<FinalInvoice> rows;
  while (true) {
    const Result<bool> found = run.step();
    if (!found) return tl::unexpected(found.error());
    if (!*found) return rows;
    Result<FinalInvoice> row = final_of(run);
    if (!row) return failure(std::move(row));
    rows.push_back(std::move(*row));
  }
}

}  // namespace

Result<std::vector<FinalInvoice>> SqliteFinalInvoices::to_do() {
  const std::lock_guard lock(mutex_);
  Run run = database_.run(select_finals_to_do.c_str());
  return all_finals(run);
}

Result<std::vector<FinalInvoice>> SqliteFinalInvoices::list() {
  const std::lock_guard lock(mutex_);
  Run run = database_.run(select_all_finals.c_str());
  return all_finals(run);
}

Result<std::optional<FinalInvoice>> SqliteFinalInvoices::find(const SubscriptionId& subscription) {
  const std::lock_guard lock(mutex_);
  Run run = database_.run(select_final.c_str());
  auto rows = all_finals(run.bind(subscription.text()));
  if (!rows) return failure(std::move(rows));
  if (rows->empty()) return std::optional<FinalInvoice>();
  return std::optional<FinalInvoice>(std::move(rows->front()));
}

/// False if it isn't as whoever reckoned took it to be.
Result<bool> SqliteFinalInvoices::mark(const SubscriptionId& subscription,
                                       const ReckonedEvent& event) {
  Run run = database_.run(mark_event);
  run.bind(name(event.state)).bind(event.reason);
  if (event.on_final_invoice) {
    run.bind(subscription.text());
  } else {
    run.bind_null();
  }
  return run.bind(event.record.text()).bind(event.sequence).step();
}

Result<bool> SqliteFinalInvoices::advance(const FinalInvoice& after, FinalStep from,
                                          std::span<const ReckonedEvent> events) {
  const std::lock_guard lock(mutex_);
  Result<Transaction> transaction = Transaction::begin(database_);
  if (!transaction) return failure(std::move(transaction));
  {
    Run run = database_.run(update_final);
    run.bind(name(after.step)).bind(after.item.text()).bind(after.product.text());
    run.bind(after.unit_amount.currency).bind(after.unit_amount.minor).bind(after.quantity);
    run.bind(to_column(after.period_start)).bind(after.invoice.text());
    run.bind(after.outcome).bind(after.reason);
    const Result<bool> still = run.bind(after.subscription.text()).bind(name(from)).step();
    if (!still || !*still) return still;
  }
  for (const ReckonedEvent& each : events) {
    const Result<bool> marked = mark(after.subscription, each);
    if (!marked || !*marked) return marked;
  }
  if (auto committed = transaction->commit(); !committed) return failure(std::move(committed));
  return true;
}

Result<std::vector<RecordedEvent>> SqliteFinalInvoices::strays(int limit) {
  const std::lock_guard lock(mutex_);
  Run run = database_.run(select_strays.c_str());
  run.bind(std::int64_t{limit});
  std::vector<RecordedEvent> rows;
  while (true) {
    Result<std::optional<RecordedEvent>> row = one_event(run);
    if (!row) return failure(std::move(row));
    if (!*row) return rows;
    rows.push_back(std::move(**row));
  }
}

Result<void> SqliteFinalInvoices::refuse_stray(std::int64_t sequence, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  return database_.run(update_stray).bind(reason).bind(sequence).finish();
}

}  // namespace billing::sqlite
