// SPDX-License-Identifier: Apache-2.0
// The part of PostgresStore that knows subscriptions.
#include "ledger/postgres_rows.hpp"
#include "ledger/postgres_store.hpp"

namespace billing::postgres {
namespace {

constexpr const char* next_reading =
    "UPDATE readings SET last = last + 1 WHERE only_row = 1 RETURNING last";

constexpr const char* upsert_subscription = R"sql(
  INSERT INTO subscriptions
    (id, customer, status, created, trial_end, cancel_at_period_end, ended_at,
     default_payment_method, reading)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  ON CONFLICT (id) DO UPDATE SET status = excluded.status, trial_end = excluded.trial_end,
    cancel_at_period_end = excluded.cancel_at_period_end, ended_at = excluded.ended_at,
    default_payment_method = excluded.default_payment_method, reading = excluded.reading
  WHERE subscriptions.reading <= excluded.reading
  RETURNING 1)sql";

// Whoever writes to several items takes them in the order of their ids, and nobody waits in a ring.
// All of the subscription's: what is settled meanwhile is seen by what comes after this.
constexpr const char* lock_items =
    "SELECT id FROM items WHERE subscription = $1 ORDER BY id FOR UPDATE";
constexpr const char* upsert_items = R"sql(
  INSERT INTO items (id, subscription, price, product, metered, period_start, period_end)
  SELECT id, $1, price, product, metered, period_start, period_end
  FROM unnest($2::text[], $3::text[], $4::text[], $5::boolean[], $6::bigint[], $7::bigint[])
    AS given (id, price, product, metered, period_start, period_end)
  ORDER BY id
  ON CONFLICT (id) DO UPDATE SET price = excluded.price, product = excluded.product,
    metered = excluded.metered, period_start = excluded.period_start,
    period_end = excluded.period_end)sql";

constexpr const char* insert_final_invoice = R"sql(
  INSERT INTO final_invoices (subscription, customer, ended_at) VALUES ($1, $2, $3)
  ON CONFLICT (subscription) DO NOTHING)sql";

// `clicked_at` is in milliseconds: what came within the second of the end came before it.
constexpr const char* refuse_after_end = R"sql(
  UPDATE usage_events SET state = 'refused', reason = $3
  WHERE state = 'final_invoice' AND final_invoice_of IS NULL
    AND item IN (SELECT id FROM items WHERE subscription = $1)
    AND clicked_at >= ($2::bigint + 1) * 1000)sql";

// One statement, and so one view: a subscription is never seen without its items.
constexpr const char* select_subscriptions = R"sql(
  SELECT subscriptions.id, customer, status, created, trial_end, cancel_at_period_end, ended_at,
         default_payment_method, items.id, price, product, metered, period_start, period_end
  FROM subscriptions LEFT JOIN items ON subscription = subscriptions.id
  WHERE customer = $1 ORDER BY created DESC, subscriptions.id DESC, items.id)sql";

/// False if a later reading is stored already.
bool upsert(Work& work, const Subscription& one, Reading reading) {
  return work
      .run_for_one(upsert_subscription, one.id, one.customer, one.status, one.created,
                   one.trial_end, one.cancel_at_period_end, one.ended_at,
                   one.default_payment_method, reading)
      .has_value();
}

// An item that is gone at Stripe stays: its usage events name it.
void store_items(Work& work, const Subscription& subscription) {
  const auto& items = subscription.items;
  work.run(lock_items, subscription.id);
  work.run(
      upsert_items, subscription.id, array_of(items, &SubscriptionItem::id),
      array_of(items, &SubscriptionItem::price), array_of(items, &SubscriptionItem::product),
      array_of(items,
               [](const SubscriptionItem& item) { return item.usage_type == UsageType::metered; }),
      array_of(items, &SubscriptionItem::period_start),
      array_of(items, &SubscriptionItem::period_end));
}

SubscriptionItem item_of_row(const Row& row) {
  return {.id = ItemId(row.text(8)),
          .price = PriceId(row.text(9)),
          .product = ProductId(row.text(10)),
          .usage_type = row.boolean(11) ? UsageType::metered : UsageType::licensed,
          .period_start = row.second(12),
          .period_end = row.second(13)};
}

Subscription subscription_of_row(const Row& row) {
  return {.id = SubscriptionId(row.text(0)),
          .customer = CustomerId(row.text(1)),
          .status = row.text(2),
          .created = row.second(3),
          .items = {},
          .trial_end = row.optional_second(4),
          .cancel_at_period_end = row.boolean(5),
          .ended_at = row.optional_second(6),
          .default_payment_method = PaymentMethodId(row.text(7))};
}

}  // namespace

Result<Reading> PostgresStore::begin_reading() {
  return session_.write([](Work& work) -> Result<Reading> {
    const std::optional<Row> row = work.run_for_one(next_reading);
    require(row.has_value());
    return row->integer(0);
  });
}

Result<void> PostgresStore::remember(const Subscription& subscription, Reading reading) {
  return session_.write([&](Work& work) -> Result<void> {
    if (!upsert(work, subscription, reading)) return {};
    store_items(work, subscription);
    if (!subscription.ended_at) return {};
    work.run(insert_final_invoice, subscription.id, subscription.customer, subscription.ended_at);
    work.run(refuse_after_end, subscription.id, subscription.ended_at, clicked_after_end);
    return {};
  });
}

Result<std::vector<Subscription>> PostgresStore::subscriptions(const CustomerId& customer) {
  return session_.read([&](Work& work) -> Result<std::vector<Subscription>> {
    std::vector<Subscription> subscriptions;
    for (const Row& row : work.run(select_subscriptions, customer)) {
      if (subscriptions.empty() || subscriptions.back().id.text() != row.text(0)) {
        subscriptions.push_back(subscription_of_row(row));
      }
      if (!row.null(8)) subscriptions.back().items.push_back(item_of_row(row));
    }
    return subscriptions;
  });
}

}  // namespace billing::postgres
