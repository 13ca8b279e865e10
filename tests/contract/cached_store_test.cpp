// SPDX-License-Identifier: Apache-2.0
#include "contract/ledger_fixture.hpp"

#include <functional>

namespace billing::tests {
namespace {

/// Passes everything on, counts what a click asks for, and runs a hook after such a read.
class CountingStore final : public Store {
 public:
  explicit CountingStore(Store& store) : store_(store) {}

  Result<void> bind(const Binding& binding) override { return store_.bind(binding); }
  Result<std::optional<Binding>> binding() override { return store_.binding(); }
  Result<User> reserve_user(const std::string& email, const IdempotencyKey& key) override {
    return store_.reserve_user(email, key);
  }
  Result<User> set_customer(const std::string& email, const CustomerId& customer) override {
    return store_.set_customer(email, customer);
  }
  Result<std::optional<User>> user(const CustomerId& customer) override {
    ++reads;
    return store_.user(customer);
  }
  Result<void> forget_customer(const CustomerId& customer, const IdempotencyKey& key) override {
    return store_.forget_customer(customer, key);
  }
  Result<Reading> begin_reading() override { return store_.begin_reading(); }
  using Store::remember;
  Result<void> remember(const Subscription& subscription, Reading reading) override {
    return store_.remember(subscription, reading);
  }
  Result<void> remember(const Invoice& invoice, Reading reading) override {
    return store_.remember(invoice, reading);
  }
  Result<void> forget(const InvoiceId& invoice) override { return store_.forget(invoice); }
  Result<std::vector<Invoice>> invoices(const CustomerId& customer) override {
    return store_.invoices(customer);
  }
  Result<std::vector<Subscription>> subscriptions(const CustomerId& customer) override {
    ++reads;
    auto read = store_.subscriptions(customer);
    if (const auto hook = std::exchange(after_read, nullptr)) hook();
    return read;
  }
  Result<void> remember(const Offerings& offerings) override { return store_.remember(offerings); }
  Result<Offerings> offerings() override { return store_.offerings(); }

  int reads = 0;
  std::function<void()> after_read;

 private:
  Store& store_;
};

struct CachedFixture {
  OnSqlite below;
  CountingStore counting{below.store()};
  CachedStore store{counting, 4};
  Subscription subscription = subscription_of("a");

  CachedFixture() {
    REQUIRE(store.reserve_user("a@example.com", IdempotencyKey("key")).has_value());
    REQUIRE(store.set_customer("a@example.com", CustomerId("cus_a")).has_value());
    REQUIRE(store.remember(subscription).has_value());
  }
  std::string status() { return store.subscriptions(CustomerId("cus_a"))->front().status; }
};

}  // namespace

TEST_CASE("What a click asks for is read below once") {
  CachedFixture fixture;
  for (int i = 0; i < 3; ++i) {
    CHECK((*fixture.store.user(CustomerId("cus_a")))->email == "a@example.com");
    CHECK(fixture.status() == "active");
  }
  CHECK(fixture.counting.reads == 2);
}

TEST_CASE("A subscription that is remembered anew is seen at once") {
  CachedFixture fixture;
  CHECK(fixture.status() == "active");
  fixture.subscription.status = "canceled";
  REQUIRE(fixture.store.remember(fixture.subscription).has_value());
  CHECK(fixture.status() == "canceled");
}

TEST_CASE("What was read while it was written is not kept") {
  CachedFixture fixture;
  fixture.counting.after_read = [&] {
    fixture.subscription.status = "canceled";
    REQUIRE(fixture.store.remember(fixture.subscription).has_value());
  };
  CHECK_MESSAGE(fixture.status() == "active", "the read came first");
  CHECK(fixture.status() == "canceled");
}

TEST_CASE("A customer that is not known is asked for each time, and takes no room") {
  CachedFixture fixture;
  const std::size_t known = fixture.store.size();
  for (int i = 0; i < 10; ++i) {
    const CustomerId stranger("cus_stranger" + std::to_string(i));
    CHECK_FALSE(fixture.store.user(stranger)->has_value());
    CHECK(fixture.store.subscriptions(stranger)->empty());
  }
  CHECK(fixture.store.size() == known);
  CHECK(fixture.counting.reads == 20);
}

TEST_CASE("No more customers are kept than there is room for, and those in use stay") {
  CachedFixture fixture;
  for (int i = 0; i < 50; ++i) {
    const std::string x = "x" + std::to_string(i);
    REQUIRE(fixture.store.remember(subscription_of(x)).has_value());
    CHECK(fixture.store.subscriptions(CustomerId("cus_" + x))->size() == 1);
    CHECK(fixture.status() == "active");
    CHECK(fixture.store.size() <= 4);
  }
  CHECK_MESSAGE(fixture.counting.reads == 51, "each newcomer once, and the one in use once");
}

}  // namespace billing::tests
