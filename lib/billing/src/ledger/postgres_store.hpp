// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/store.hpp>

#include "ledger/postgres_database.hpp"

namespace billing::postgres {

/// The Store on PostgreSQL. `session` must outlive it.
class PostgresStore final : public Store {
 public:
  explicit PostgresStore(Session& session) : session_(session) {}

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
  Session& session_;
};

}  // namespace billing::postgres
