// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/store.hpp>

#include "ledger/item_seconds.hpp"
#include "ledger/sqlite_database.hpp"

#include <mutex>

namespace billing::sqlite {

/// The Store on SQLite. `database` and `seconds`, and `mutex`, which guards them, are shared with
/// the ledger.
class SqliteStore final : public Store {
 public:
  SqliteStore(Database& database, KnownSeconds& seconds, std::mutex& mutex)
      : database_(database), seconds_(seconds), mutex_(mutex) {}

  Result<void> bind(const Binding& binding) override;
  Result<std::optional<Binding>> binding() override;
  Result<User> reserve_user(const std::string& email, const IdempotencyKey& create_key) override;
  Result<User> set_customer(const std::string& email, const CustomerId& customer) override;
  Result<std::optional<User>> user(const CustomerId& customer) override;
  Result<void> forget_customer(const CustomerId& customer,
                               const IdempotencyKey& create_key) override;
  Result<Reading> begin_reading() override;
  using Store::remember;
  Result<void> remember(const Subscription& subscription, Reading reading) override;
  Result<std::vector<Subscription>> subscriptions(const CustomerId& customer) override;
  Result<void> remember(const Invoice& invoice, Reading reading) override;
  Result<void> forget(const InvoiceId& invoice) override;
  Result<std::vector<Invoice>> invoices(const CustomerId& customer) override;
  Result<void> remember(const Offerings& offerings) override;
  Result<Offerings> offerings() override;

 private:
  Result<std::optional<Binding>> read_binding();
  Result<User> user_of(const std::string& email);
  Result<bool> upsert(const Subscription& subscription, Reading reading);
  Result<void> store_end(const Subscription& subscription);
  Result<bool> upsert(const Invoice& invoice, Reading reading);
  Result<std::vector<InvoiceLine>> lines_of(const InvoiceId& invoice);
  Result<std::vector<SubscriptionItem>> items_of(const SubscriptionId& subscription);

  Database& database_;
  KnownSeconds& seconds_;
  std::mutex& mutex_;
  std::optional<Reading> last_reading_;  ///< None until it is looked up.
};

}  // namespace billing::sqlite
