// SPDX-License-Identifier: Apache-2.0
// The part of SqliteStore that knows subscriptions.
#include "ledger/sqlite_rows.hpp"
#include "ledger/sqlite_store.hpp"

namespace billing::sqlite {
namespace {

constexpr const char* upsert_subscription = R"sql(
  INSERT INTO subscriptions
    (id, customer, status, created, trial_end, cancel_at_period_end, ended_at,
     default_payment_method, reading)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET status = excluded.status, trial_end = excluded.trial_end,
    cancel_at_period_end = excluded.cancel_at_period_end, ended_at = excluded.ended_at,
    default_payment_method = excluded.default_payment_method, reading = excluded.reading
  WHERE subscriptions.reading <= excluded.reading
  RETURNING 1)sql";

constexpr const char* upsert_item = R"sql(
  INSERT INTO items (id, subscription, price, product, metered, period_start, period_end)
  VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET price = excluded.price, product = excluded.product,
    metered = excluded.metered, period_start = excluded.period_start,
    period_end = excluded.period_end)sql";

constexpr const char* insert_final_invoice = R"sql(
  INSERT INTO final_invoices (subscription, customer, ended_at) VALUES (?, ?, ?)
  ON CONFLICT (subscription) DO NOTHING)sql";

// `clicked_at` is in milliseconds: what came within the second of the end came before it.
constexpr const char* refuse_after_end = R"sql(
  UPDATE usage_events SET state = 'refused', reason = ?
  WHERE state = 'final_invoice' AND final_invoice_of IS NULL AND item = ?
    AND clicked_at >= (? + 1) * 1000)sql";

constexpr const char* select_last_reading = R"sql(
  SELECT max((SELECT ifnull(max(reading), 0) FROM subscriptions),
             (SELECT ifnull(max(reading), 0) FROM invoices)))sql";

}  // namespace

Result<Reading> SqliteStore::begin_reading() {
  const std::lock_guard lock(mutex_);
  if (!last_reading_) {
    Run run = database_.run(select_last_reading);
    if (const Result<bool> row = run.step(); !row) return tl::unexpected(row.error());
    last_reading_ = run.integer(0);
  }
  return ++*last_reading_;
}

/// False if a later reading is stored already.
Result<bool> SqliteStore::upsert(const Subscription& subscription, Reading reading) {
  Run upsert = database_.run(upsert_subscription);
  upsert.bind(subscription.id.text()).bind(subscription.customer.text());
  upsert.bind(subscription.status).bind(to_column(subscription.created));
  upsert.bind(to_column(subscription.trial_end));
  upsert.bind(std::int64_t{subscription.cancel_at_period_end});
  upsert.bind(to_column(subscription.ended_at));
  upsert.bind(subscription.default_payment_method.text()).bind(reading);
  return upsert.step();
}

/// What follows from a subscription's end, in the transaction that stores it.
Result<void> SqliteStore::store_end(const Subscription& subscription) {
  Run insert = database_.run(insert_final_invoice);
  insert.bind(subscription.id.text()).bind(subscription.customer.text());
  if (auto inserted = insert.bind(to_column(*subscription.ended_at)).finish(); !inserted) {
    return inserted;
  }
  // An item may have gone before the subscription did.
  const auto items = items_of(subscription.id);
  if (!items) return tl::unexpected(items.error());
  for (const SubscriptionItem& item : *items) {
    Run refuse = database_.run(refuse_after_end);
    refuse.bind(std::string_view(clicked_after_end)).bind(item.id.text());
    if (auto refused = refuse.bind(to_column(*subscription.ended_at)).finish(); !refused) {
      return refused;
    }
  }
  return {};
}

Result<void> SqliteStore::remember(const Subscription& subscription, Reading reading) {
  const std::lock_guard lock(mutex_);
  Result<Transaction> transaction = Transaction::begin(database_);
  if (!transaction) return failure(std::move(transaction));
  const Result<bool> newest = upsert(subscription, reading);
  if (!newest) return tl::unexpected(newest.error());
  if (!*newest) return {};
  // An item that is gone at Stripe stays: its usage events name it.
  for (const SubscriptionItem& item : subscription.items) {
    seconds_.forget(item.id);
    Run row = database_.run(upsert_item);
    row.bind(item.id.text()).bind(subscription.id.text()).bind(item.price.text());
    row.bind(item.product.text()).bind(std::int64_t{item.usage_type == UsageType::metered});
    row.bind(to_column(item.period_start)).bind(to_column(item.period_end));
    if (auto done = row.finish(); !done) return done;
  }
  if (subscription.ended_at) {
    if (auto stored = store_end(subscription); !stored) return stored;
  }
  return transaction->commit();
}

Result<std::vector<SubscriptionItem>> SqliteStore::items_of(const SubscriptionId& subscription) {
  Run run = database_.run(
      "SELECT id, price, product, metered, period_start, period_end FROM items"
      " WHERE subscription = ? ORDER BY id");
  run.bind(subscription.text());
  std::vector<SubscriptionItem> items;
  while (true) {
    const Result<bool> row = run.step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return items;
    items.push_back({.id = ItemId(run.text(0)),
                     .price = PriceId(run.text(1)),
                     .product = ProductId(run.text(2)),
                     .usage_type = run.integer(3) != 0 ? UsageType::metered : UsageType::licensed,
                     .period_start = second_of(run.integer(4)),
                     .period_end = second_of(run.integer(5))});
  }
}

Result<std::vector<Subscription>> SqliteStore::subscriptions(const CustomerId& customer) {
  const std::lock_guard lock(mutex_);
  Run run = database_.run(
      "SELECT id, customer, status, created, trial_end, cancel_at_period_end, ended_at,"
      " default_payment_method FROM subscriptions"
      " WHERE customer = ? ORDER BY created DESC, id DESC");
  run.bind(customer.text());
  std::vector<Subscription> subscriptions;
  while (true) {
    const Result<bool> row = run.step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return subscriptions;
    Subscription one{.id = SubscriptionId(run.text(0)),
                     .customer = CustomerId(run.text(1)),
                     .status = run.text(2),
                     .created = second_of(run.integer(3)),
                     .items = {},
                     .trial_end = optional_second(run, 4),
                     .cancel_at_period_end = run.integer(5) != 0,
                     .ended_at = optional_second(run, 6),
                     .default_payment_method = PaymentMethodId(run.text(7))};
    Result<std::vector<SubscriptionItem>> items = items_of(one.id);
    if (!items) return failure(std::move(items));
    one.items = std::move(*items);
    subscriptions.push_back(std::move(one));
  }
}

}  // namespace billing::sqlite
