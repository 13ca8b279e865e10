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
  Result<void> remember(const Subscription& subscription) override;
  Result<std::vector<Subscription>> subscriptions(const CustomerId& customer) override;
  Result<void> remember(const Offerings& offerings) override;
  Result<Offerings> offerings() override;

 private:
  Result<std::optional<Binding>> read_binding();
  Result<User> user_of(const std::string& email);
  Result<std::vector<SubscriptionItem>> items_of(const SubscriptionId& subscription);

  Database& database_;
  KnownSeconds& seconds_;
  std::mutex& mutex_;
};

}  // namespace billing::sqlite
