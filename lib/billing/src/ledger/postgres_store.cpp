// SPDX-License-Identifier: Apache-2.0
#include "ledger/postgres_store.hpp"

#include <fmt/format.h>

namespace billing::postgres {
namespace {

constexpr const char* select_binding = "SELECT account, livemode, challenge_id FROM binding";
constexpr const char* insert_binding =
    "INSERT INTO binding VALUES (1, $1, $2, $3) ON CONFLICT (only_row) DO NOTHING";

constexpr const char* select_user =
    "SELECT email, create_key, customer FROM users WHERE email = $1";
constexpr const char* select_user_of_customer =
    "SELECT email, create_key, customer FROM users WHERE customer = $1";
constexpr const char* insert_user =
    "INSERT INTO users (email, create_key) VALUES ($1, $2) ON CONFLICT (email) DO NOTHING";
constexpr const char* update_customer =
    "UPDATE users SET customer = $2 WHERE email = $1 AND customer IS NULL";
constexpr const char* clear_customer =
    "UPDATE users SET customer = NULL, create_key = $2 WHERE customer = $1";

// Two servers that do this at once queue up for the row that they both write.
constexpr const char* upsert_portal = R"sql(
  INSERT INTO portal VALUES (1, $1)
  ON CONFLICT (only_row) DO UPDATE SET configuration = excluded.configuration)sql";
constexpr const char* select_portal = "SELECT configuration FROM portal";
constexpr const char* delete_prices = "DELETE FROM offered_prices";
constexpr const char* insert_prices = R"sql(
  INSERT INTO offered_prices
    (role, id, product, product_name, nickname, unit_amount, currency, lookup_key)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[],
                       $7::text[], $8::text[]))sql";
constexpr const char* select_prices =
    "SELECT role, id, product, product_name, nickname, unit_amount, currency, lookup_key"
    " FROM offered_prices ORDER BY role";

std::optional<PriceRole> parse_role(std::string_view text) {
  for (const PriceRole role : {PriceRole::monthly, PriceRole::on_demand, PriceRole::workshop}) {
    if (name(role) == text) return role;
  }
  return std::nullopt;
}

std::optional<Binding> read_binding(Work& work) {
  const std::optional<Row> row = work.run_for_one(select_binding);
  if (!row) return std::nullopt;
  return Binding{.account = AccountId(row->text(0)),
                 .livemode = row->boolean(1),
                 .challenge_id = row->text(2)};
}

User user_of_row(const Row& row) {
  return User{.email = row.text(0),
              .create_key = IdempotencyKey(row.text(1)),
              .customer = CustomerId(row.text(2))};
}

Result<User> user_of(Work& work, const std::string& email) {
  const std::optional<Row> row = work.run_for_one(select_user, email);
  if (!row) return failure(ErrorCode::not_found, "there is no user of that e-mail");
  return user_of_row(*row);
}

tl::unexpected<Error> bound_to_another(const Binding& known, const Binding& wanted) {
  const auto mode = [](const Binding& of) { return of.livemode ? "live" : "test"; };
  return failure(
      ErrorCode::conflict,
      fmt::format("the database belongs to Stripe account {} ({} mode, challenge id {}), not to {} "
                  "({} mode, challenge id {}): use that account's key and CHALLENGE_ID, or another "
                  "DATABASE_URL",
                  known.account.text(), mode(known), known.challenge_id, wanted.account.text(),
                  mode(wanted), wanted.challenge_id));
}

}  // namespace

Result<std::optional<Binding>> PostgresStore::binding() {
  return session_.read(
      [](Work& work) -> Result<std::optional<Binding>> { return read_binding(work); });
}

Result<void> PostgresStore::bind(const Binding& binding) {
  return session_.write([&](Work& work) -> Result<void> {
    work.run(insert_binding, binding.account, binding.livemode, binding.challenge_id);
    const std::optional<Binding> known = read_binding(work);
    require(known.has_value());
    if (*known != binding) return bound_to_another(*known, binding);
    return {};
  });
}

Result<User> PostgresStore::reserve_user(const std::string& email,
                                         const IdempotencyKey& create_key) {
  return session_.write([&](Work& work) {
    work.run(insert_user, email, create_key);
    return user_of(work, email);
  });
}

Result<User> PostgresStore::set_customer(const std::string& email, const CustomerId& customer) {
  return session_.write([&](Work& work) {
    work.run(update_customer, email, customer);
    return user_of(work, email);
  });
}

Result<std::optional<User>> PostgresStore::user(const CustomerId& customer) {
  return session_.read([&](Work& work) -> Result<std::optional<User>> {
    const std::optional<Row> row = work.run_for_one(select_user_of_customer, customer);
    return row ? std::optional(user_of_row(*row)) : std::nullopt;
  });
}

Result<void> PostgresStore::forget_customer(const CustomerId& customer,
                                            const IdempotencyKey& create_key) {
  return session_.write([&](Work& work) -> Result<void> {
    work.run(clear_customer, customer, create_key);
    return {};
  });
}

Result<void> PostgresStore::remember(const Offerings& offerings) {
  return session_.write([&](Work& work) -> Result<void> {
    const auto& prices = offerings.prices;
    work.run(upsert_portal, offerings.portal);
    work.run(delete_prices);
    work.run(
        insert_prices, array_of(prices, [](const OfferedPrice& price) { return name(price.role); }),
        array_of(prices, &OfferedPrice::id), array_of(prices, &OfferedPrice::product),
        array_of(prices, &OfferedPrice::product_name), array_of(prices, &OfferedPrice::nickname),
        array_of(prices, [](const OfferedPrice& price) { return price.amount.minor; }),
        array_of(prices, [](const OfferedPrice& price) { return price.amount.currency; }),
        array_of(prices, &OfferedPrice::lookup_key));
    return {};
  });
}

Result<Offerings> PostgresStore::offerings() {
  return session_.read([](Work& work) -> Result<Offerings> {
    Offerings offerings;
    if (const std::optional<Row> portal = work.run_for_one(select_portal)) {
      offerings.portal = PortalConfigurationId(portal->text(0));
    }
    for (const Row& row : work.run(select_prices)) {
      const auto role = parse_role(row.text(0));
      if (!role) return failure(ErrorCode::corrupt, "unknown price role " + row.text(0));
      offerings.prices.push_back({.role = *role,
                                  .id = PriceId(row.text(1)),
                                  .product = ProductId(row.text(2)),
                                  .product_name = row.text(3),
                                  .nickname = row.text(4),
                                  .amount = {.minor = row.integer(5), .currency = row.text(6)},
                                  .lookup_key = row.text(7)});
    }
    return offerings;
  });
}

}  // namespace billing::postgres
