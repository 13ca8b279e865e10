// SPDX-License-Identifier: Apache-2.0
// The part of PostgresStore that knows invoices.
#include "ledger/postgres_store.hpp"

#include <numeric>

namespace billing::postgres {
namespace {

constexpr const char* upsert_invoice = R"sql(
  INSERT INTO invoices
    (id, customer, subscription, status, number, currency, total, amount_remaining, created,
     hosted_url, reading)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
  ON CONFLICT (id) DO UPDATE SET status = excluded.status, number = excluded.number,
    total = excluded.total, amount_remaining = excluded.amount_remaining,
    hosted_url = excluded.hosted_url, reading = excluded.reading
  WHERE invoices.reading <= excluded.reading
  RETURNING 1)sql";

constexpr const char* delete_lines = "DELETE FROM invoice_lines WHERE invoice = $1";
constexpr const char* insert_lines = R"sql(
  INSERT INTO invoice_lines
    (invoice, position, description, quantity, currency, amount, item, metered, invoice_item,
     period_start, period_end)
  SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::bigint[],
                           $7::text[], $8::boolean[], $9::text[], $10::bigint[], $11::bigint[])
  )sql";

// Its row is taken first, as by whoever remembers it.
constexpr const char* lock_invoice = "SELECT 1 FROM invoices WHERE id = $1 FOR UPDATE";
constexpr const char* delete_invoice = "DELETE FROM invoices WHERE id = $1";

// One statement, and so one view: an invoice never has the lines of another time.
constexpr const char* select_invoices = R"sql(
  SELECT id, customer, subscription, status, number, total, invoices.currency, amount_remaining,
         created, hosted_url, position, description, quantity, amount, invoice_lines.currency, item,
         metered, invoice_item, period_start, period_end
  FROM invoices LEFT JOIN invoice_lines ON invoice = id
  WHERE customer = $1 ORDER BY created DESC, id DESC, position)sql";

void insert_all(Work& work, const InvoiceId& invoice, const std::vector<InvoiceLine>& lines) {
  std::vector<std::int64_t> positions(lines.size());
  std::iota(positions.begin(), positions.end(), 0);
  work.run(insert_lines, invoice, array_of(positions, std::identity()),
           array_of(lines, &InvoiceLine::description), array_of(lines, &InvoiceLine::quantity),
           array_of(lines, [](const InvoiceLine& line) { return line.amount.currency; }),
           array_of(lines, [](const InvoiceLine& line) { return line.amount.minor; }),
           array_of(lines, &InvoiceLine::item), array_of(lines, &InvoiceLine::metered),
           array_of(lines, &InvoiceLine::invoice_item), array_of(lines, &InvoiceLine::period_start),
           array_of(lines, &InvoiceLine::period_end));
}

InvoiceLine line_of_row(const Row& row) {
  return {.description = row.text(11),
          .quantity = row.integer(12),
          .amount = {.minor = row.integer(13), .currency = row.text(14)},
          .item = ItemId(row.text(15)),
          .metered = row.boolean(16),
          .invoice_item = InvoiceItemId(row.text(17)),
          .period_start = row.second(18),
          .period_end = row.second(19)};
}

Invoice invoice_of_row(const Row& row) {
  return {.id = InvoiceId(row.text(0)),
          .customer = CustomerId(row.text(1)),
          .subscription = SubscriptionId(row.text(2)),
          .status = row.text(3),
          .number = row.text(4),
          .total = {.minor = row.integer(5), .currency = row.text(6)},
          .amount_remaining = {.minor = row.integer(7), .currency = row.text(6)},
          .created = row.second(8),
          .hosted_invoice_url = row.text(9),
          .lines = {}};
}

}  // namespace

Result<void> PostgresStore::remember(const Invoice& one, Reading reading) {
  return session_.write([&](Work& work) -> Result<void> {
    const bool newest =
        work.run_for_one(upsert_invoice, one.id, one.customer, one.subscription, one.status,
                         one.number, one.total.currency, one.total.minor,
                         one.amount_remaining.minor, one.created, one.hosted_invoice_url, reading)
            .has_value();
    if (!newest) return {};
    work.run(delete_lines, one.id);
    insert_all(work, one.id, one.lines);
    return {};
  });
}

Result<void> PostgresStore::forget(const InvoiceId& invoice) {
  return session_.write([&](Work& work) -> Result<void> {
    work.run(lock_invoice, invoice);
    work.run(delete_lines, invoice);
    work.run(delete_invoice, invoice);
    return {};
  });
}

Result<std::vector<Invoice>> PostgresStore::invoices(const CustomerId& customer) {
  return session_.read([&](Work& work) -> Result<std::vector<Invoice>> {
    std::vector<Invoice> invoices;
    for (const Row& row : work.run(select_invoices, customer)) {
      if (invoices.empty() || invoices.back().id.text() != row.text(0)) {
        invoices.push_back(invoice_of_row(row));
      }
      if (!row.null(10)) invoices.back().lines.push_back(line_of_row(row));
    }
    return invoices;
  });
}

}  // namespace billing::postgres
