// SPDX-License-Identifier: Apache-2.0
// The part of SqliteStore that knows invoices.
#include "ledger/sqlite_rows.hpp"
#include "ledger/sqlite_store.hpp"

namespace billing::sqlite {
namespace {

constexpr const char* upsert_invoice = R"sql(
  INSERT INTO invoices
    (id, customer, subscription, status, number, currency, total, amount_remaining, created,
     hosted_url, reading)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET status = excluded.status, number = excluded.number,
    total = excluded.total, amount_remaining = excluded.amount_remaining,
    hosted_url = excluded.hosted_url, reading = excluded.reading
  WHERE invoices.reading <= excluded.reading
  RETURNING 1)sql";

constexpr const char* insert_line = R"sql(
  INSERT INTO invoice_lines
    (invoice, position, description, quantity, currency, amount, item, metered, invoice_item,
     period_start, period_end)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql";

constexpr const char* delete_lines = "DELETE FROM invoice_lines WHERE invoice = ?";

}  // namespace

/// False if a later reading is stored already.
Result<bool> SqliteStore::upsert(const Invoice& invoice, Reading reading) {
  Run upsert = database_.run(upsert_invoice);
  upsert.bind(invoice.id.text()).bind(invoice.customer.text()).bind(invoice.subscription.text());
  upsert.bind(invoice.status).bind(invoice.number).bind(invoice.total.currency);
  upsert.bind(invoice.total.minor).bind(invoice.amount_remaining.minor);
  upsert.bind(to_column(invoice.created)).bind(invoice.hosted_invoice_url).bind(reading);
  return upsert.step();
}

Result<void> SqliteStore::remember(const Invoice& invoice, Reading reading) {
  const std::lock_guard lock(mutex_);
  Result<Transaction> transaction = Transaction::begin(database_);
  if (!transaction) return failure(std::move(transaction));
  const Result<bool> newest = upsert(invoice, reading);
  if (!newest) return tl::unexpected(newest.error());
  if (!*newest) return {};
  if (auto gone = database_.run(delete_lines).bind(invoice.id.text()).finish(); !gone) return gone;
  std::int64_t position = 0;
  for (const InvoiceLine& line : invoice.lines) {
    Run insert = database_.run(insert_line);
    insert.bind(invoice.id.text()).bind(position++).bind(line.description).bind(line.quantity);
    insert.bind(line.amount.currency).bind(line.amount.minor).bind(line.item.text());
    insert.bind(std::int64_t{line.metered}).bind(line.invoice_item.text());
    insert.bind(to_column(line.period_start)).bind(to_column(line.period_end));
    if (auto inserted = insert.finish(); !inserted) return inserted;
  }
  return transaction->commit();
}

Result<void> SqliteStore::forget(const InvoiceId& invoice) {
  const std::lock_guard lock(mutex_);
  Result<Transaction> transaction = Transaction::begin(database_);
  if (!transaction) return failure(std::move(transaction));
  for (const char* sql : {delete_lines, "DELETE FROM invoices WHERE id = ?"}) {
    if (auto gone = database_.run(sql).bind(invoice.text()).finish(); !gone) return gone;
  }
  return transaction->commit();
}

Result<std::vector<InvoiceLine>> SqliteStore::lines_of(const InvoiceId& invoice) {
  Run run = database_.run(
      "SELECT description, quantity, amount, currency, item, metered, invoice_item, period_start,"
      " period_end FROM invoice_lines WHERE invoice = ? ORDER BY position");
  run.bind(invoice.text());
  std::vector<InvoiceLine> lines;
  while (true) {
    const Result<bool> row = run.step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return lines;
    lines.push_back({.description = run.text(0),
                     .quantity = run.integer(1),
                     .amount = {.minor = run.integer(2), .currency = run.text(3)},
                     .item = ItemId(run.text(4)),
                     .metered = run.integer(5) != 0,
                     .invoice_item = InvoiceItemId(run.text(6)),
                     .period_start = second_of(run.integer(7)),
                     .period_end = second_of(run.integer(8))});
  }
}

Result<std::vector<Invoice>> SqliteStore::invoices(const CustomerId& customer) {
  const std::lock_guard lock(mutex_);
  Run run = database_.run(
      "SELECT id, customer, subscription, status, number, total, currency, amount_remaining,"
      " created, hosted_url FROM invoices WHERE customer = ? ORDER BY created DESC, id DESC");
  run.bind(customer.text());
  std::vector<Invoice> invoices;
  while (true) {
    const Result<bool> row = run.step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return invoices;
    Invoice one{.id = InvoiceId(run.text(0)),
                .customer = CustomerId(run.text(1)),
                .subscription = SubscriptionId(run.text(2)),
                .status = run.text(3),
                .number = run.text(4),
                .total = {.minor = run.integer(5), .currency = run.text(6)},
                .amount_remaining = {.minor = run.integer(7), .currency = run.text(6)},
                .created = second_of(run.integer(8)),
                .hosted_invoice_url = run.text(9),
                .lines = {}};
    Result<std::vector<InvoiceLine>> lines = lines_of(one.id);
    if (!lines) return failure(std::move(lines));
    one.lines = std::move(*lines);
    invoices.push_back(std::move(one));
  }
}

}  // namespace billing::sqlite
