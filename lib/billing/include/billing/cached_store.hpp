// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/store.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace billing {

/// A Store that keeps in memory what each click asks for: the customer's user and subscriptions.
/// Everything is written to the store below first, and what was written of a customer is read there
/// anew. Keeps every promise of the store below as long as nobody else writes to it. Thread-safe;
/// it holds no lock while it asks the store below.
class CachedStore final : public Store {
 public:
  /// `store` must outlive it. Of `customers_max` customers at most it remembers something; those
  /// that were asked for least recently go first, roughly.
  CachedStore(Store& store, std::size_t customers_max);

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

  /// Customers of whom something is kept.
  std::size_t size() const;

 private:
  /// What is not known is asked below.
  struct Known {
    std::optional<User> user = std::nullopt;
    std::optional<std::vector<Subscription>> subscriptions = std::nullopt;
  };
  using Customers = std::unordered_map<CustomerId, Known>;

  template <class T>
  std::optional<T> look_up(const CustomerId& customer, std::optional<T> Known::*part,
                           std::uint64_t& writes);
  template <class T>
  void keep(const CustomerId& customer, std::optional<T> Known::*part, const T& value,
            std::uint64_t writes);
  Known& place(const CustomerId& customer);
  void drop(const CustomerId& customer);

  Store& store_;
  const std::size_t generation_max_;
  mutable std::mutex mutex_;
  /// Whoever is asked for moves to the younger generation; when that is full, the older one goes.
  Customers young_;
  Customers old_;
  /// What was read below while somebody wrote may be from before, and is not kept.
  std::uint64_t writes_ = 0;
};

}  // namespace billing
