// SPDX-License-Identifier: Apache-2.0
#include "ledger/sqlite_store.hpp"

#include "ledger/sqlite_rows.hpp"

#include <fmt/format.h>

namespace billing::sqlite {
namespace {

constexpr const char* insert_offered_price = R"sql(
  INSERT INTO offered_prices
    (role, id, product, product_name, nickname, unit_amount, currency, lookup_key)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?))sql";

std::optional<PriceRole> parse_role(std::string_view text) {
  for (const PriceRole role : {PriceRole::monthly, PriceRole::on_demand, PriceRole::workshop}) {
    if (name(role) == text) return role;
  }
  return std::nullopt;
}

User user_of_row(const Run& run) {
  return User{.email = run.text(0),
              .create_key = IdempotencyKey(run.text(1)),
              .customer = CustomerId(run.text(2))};
}

}  // namespace

Result<std::optional<Binding>> SqliteStore::read_binding() {
  Run run = database_.run("SELECT account, livemode, challenge_id FROM binding");
  const Result<bool> found = run.step();
  if (!found) return tl::unexpected(found.error());
  if (!*found) return std::optional<Binding>();
  return std::optional<Binding>(Binding{.account = AccountId(run.text(0)),
                                        .livemode = run.integer(1) != 0,
                                        .challenge_id = run.text(2)});
}

Result<std::optional<Binding>> SqliteStore::binding() {
  const std::lock_guard lock(mutex_);
  return read_binding();
}

Result<void> SqliteStore::bind(const Binding& binding) {
  const std::lock_guard lock(mutex_);
  Result<std::optional<Binding>> known = read_binding();
  if (!known) return failure(std::move(known));
  if (!*known) {
    Run insert = database_.run("INSERT INTO binding VALUES (1, ?, ?, ?)");
    insert.bind(binding.account.text()).bind(std::int64_t{binding.livemode});
    return insert.bind(binding.challenge_id).finish();
  }
  if (**known == binding) return {};
  const auto mode = [](const Binding& of) { return of.livemode ? "live" : "test"; };
  return failure(
      ErrorCode::conflict,
      fmt::format(
          "the data file belongs to Stripe account {} ({} mode, challenge id {}), not to {} "
          "({} mode, challenge id {}): use that account's key and CHALLENGE_ID, or another "
          "DATABASE_URL",
          (*known)->account.text(), mode(**known), (*known)->challenge_id, binding.account.text(),
          mode(binding), binding.challenge_id));
}

Result<User> SqliteStore::user_of(const std::string& email) {
  Run run = database_.run("SELECT email, create_key, customer FROM users WHERE email = ?");
  const Result<bool> found = run.bind(email).step();
  if (!found) return tl::unexpected(found.error());
  if (!*found) return failure(ErrorCode::not_found, "there is no user of that e-mail");
  return user_of_row(run);
}

Result<User> SqliteStore::reserve_user(const std::string& email, const IdempotencyKey& create_key) {
  const std::lock_guard lock(mutex_);
  Run insert = database_.run(
      "INSERT INTO users (email, create_key) VALUES (?, ?)"
      " ON CONFLICT (email) DO NOTHING");
  if (auto inserted = insert.bind(email).bind(create_key.text()).finish(); !inserted) {
    return failure(std::move(inserted));
  }
  return user_of(email);
}

Result<User> SqliteStore::set_customer(const std::string& email, const CustomerId& customer) {
  const std::lock_guard lock(mutex_);
  Run update = database_.run("UPDATE users SET customer = ? WHERE email = ? AND customer IS NULL");
  if (auto updated = update.bind(customer.text()).bind(email).finish(); !updated) {
    return failure(std::move(updated));
  }
  return user_of(email);
}

Result<std::optional<User>> SqliteStore::user(const CustomerId& customer) {
  const std::lock_guard lock(mutex_);
  Run run = database_.run("SELECT email, create_key, customer FROM users WHERE customer = ?");
  const Result<bool> found = run.bind(customer.text()).step();
  if (!found) return tl::unexpected(found.error());
  if (!*found) return std::optional<User>();
  return std::optional<User>(user_of_row(run));
}

Result<void> SqliteStore::forget_customer(const CustomerId& customer,
                                          const IdempotencyKey& create_key) {
  const std::lock_guard lock(mutex_);
  Run update = database_.run("UPDATE users SET customer = NULL, create_key = ? WHERE customer = ?");
  return update.bind(create_key.text()).bind(customer.text()).finish();
}

Result<void> SqliteStore::remember(const Offerings& offerings) {
  const std::lock_guard lock(mutex_);
  Result<Transaction> transaction = Transaction::begin(database_);
  if (!transaction) return failure(std::move(transaction));
  if (auto cleared = database_.run("DELETE FROM offered_prices").finish(); !cleared) return cleared;
  for (const OfferedPrice& price : offerings.prices) {
    Run insert = database_.run(insert_offered_price);
    insert.bind(name(price.role)).bind(price.id.text()).bind(price.product.text());
    insert.bind(price.product_name).bind(price.nickname).bind(price.amount.minor);
    insert.bind(price.amount.currency).bind(price.lookup_key);
    if (auto inserted = insert.finish(); !inserted) return inserted;
  }
  Run portal = database_.run("INSERT OR REPLACE INTO portal VALUES (1, ?)");
  if (auto stored = portal.bind(offerings.portal.text()).finish(); !stored) return stored;
  return transaction->commit();
}

Result<Offerings> SqliteStore::offerings() {
  const std::lock_guard lock(mutex_);
  Offerings offerings;
  Run portal = database_.run("SELECT configuration FROM portal");
  const Result<bool> known = portal.step();
  if (!known) return tl::unexpected(known.error());
  if (*known) offerings.portal = PortalConfigurationId(portal.text(0));
  Run run = database_.run(
      "SELECT role, id, product, product_name, nickname, unit_amount, currency,"
      " lookup_key FROM offered_prices ORDER BY role");
  while (true) {
    const Result<bool> row = run.step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return offerings;
    const auto role = parse_role(run.text(0));
    if (!role) return failure(ErrorCode::corrupt, "unknown price role " + run.text(0));
    offerings.prices.push_back({.role = *role,
                                .id = PriceId(run.text(1)),
                                .product = ProductId(run.text(2)),
                                .product_name = run.text(3),
                                .nickname = run.text(4),
                                .amount = {.minor = run.integer(5), .currency = run.text(6)},
                                .lookup_key = run.text(7)});
  }
}

}  // namespace billing::sqlite
