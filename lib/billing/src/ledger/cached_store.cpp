// SPDX-License-Identifier: Apache-2.0
#include <billing/cached_store.hpp>

#include <algorithm>

namespace billing {

CachedStore::CachedStore(Store& store, std::size_t customers_max)
    : store_(store), generation_max_(std::max<std::size_t>(customers_max / 2, 1)) {}

Result<std::optional<User>> CachedStore::user(const CustomerId& customer) {
  std::uint64_t writes = 0;
  if (auto known = look_up(customer, &Known::user, writes)) return known;
  Result<std::optional<User>> user = store_.user(customer);
  if (user && *user) keep(customer, &Known::user, **user, writes);
  return user;
}

Result<std::vector<Subscription>> CachedStore::subscriptions(const CustomerId& customer) {
  std::uint64_t writes = 0;
  if (auto known = look_up(customer, &Known::subscriptions, writes)) return std::move(*known);
  Result<std::vector<Subscription>> subscriptions = store_.subscriptions(customer);
  // Who has none is about to buy one, or a stranger, of whom there may be any number.
  if (subscriptions && !subscriptions->empty()) {
    keep(customer, &Known::subscriptions, *subscriptions, writes);
  }
  return subscriptions;
}

Result<User> CachedStore::set_customer(const std::string& email, const CustomerId& customer) {
  Result<User> user = store_.set_customer(email, customer);
  drop(customer);
  return user;
}

Result<void> CachedStore::forget_customer(const CustomerId& customer,
                                          const IdempotencyKey& create_key) {
  Result<void> forgotten = store_.forget_customer(customer, create_key);
  drop(customer);
  return forgotten;
}

Result<void> CachedStore::remember(const Subscription& subscription, Reading reading) {
  Result<void> remembered = store_.remember(subscription, reading);
  // After a failure, too: it may have been written all the same.
  drop(subscription.customer);
  return remembered;
}

Result<User> CachedStore::reserve_user(const std::string& email, const IdempotencyKey& create_key) {
  // Changes nobody who has a customer already.
  return store_.reserve_user(email, create_key);
}

Result<void> CachedStore::bind(const Binding& binding) {
  return store_.bind(binding);
}

Result<std::optional<Binding>> CachedStore::binding() {
  return store_.binding();
}

Result<Reading> CachedStore::begin_reading() {
  return store_.begin_reading();
}

Result<void> CachedStore::remember(const Invoice& invoice, Reading reading) {
  return store_.remember(invoice, reading);
}

Result<void> CachedStore::forget(const InvoiceId& invoice) {
  return store_.forget(invoice);
}

Result<std::vector<Invoice>> CachedStore::invoices(const CustomerId& customer) {
  return store_.invoices(customer);
}

Result<void> CachedStore::remember(const Offerings& offerings) {
  return store_.remember(offerings);
}

Result<Offerings> CachedStore::offerings() {
  return store_.offerings();
}

std::size_t CachedStore::size() const {
  const std::lock_guard lock(mutex_);
  return young_.size() + old_.size();
}

template <class T>
std::optional<T> CachedStore::look_up(const CustomerId& customer, std::optional<T> Known::*part,
                                      std::uint64_t& writes) {
  const std::lock_guard lock(mutex_);
  writes = writes_;
  if (const auto found = young_.find(customer); found != young_.end()) return found->second.*part;
  if (!old_.contains(customer)) return std::nullopt;
  return place(customer).*part;
}

template <class T>
void CachedStore::keep(const CustomerId& customer, std::optional<T> Known::*part, const T& value,
                       std::uint64_t writes) {
  const std::lock_guard lock(mutex_);
  if (writes == writes_) place(customer).*part = value;
}

/// In the younger generation. The mutex is held.
CachedStore::Known& CachedStore::place(const CustomerId& customer) {
  if (const auto found = young_.find(customer); found != young_.end()) return found->second;
  auto aged = old_.extract(customer);
  if (young_.size() >= generation_max_) {
    old_ = std::move(young_);
    young_.clear();
  }
  if (aged) return young_.insert(std::move(aged)).position->second;
  return young_[customer];
}

void CachedStore::drop(const CustomerId& customer) {
  const std::lock_guard lock(mutex_);
  ++writes_;
  young_.erase(customer);
  old_.erase(customer);
}

}  // namespace billing
