// SPDX-License-Identifier: Apache-2.0
#include <billing/catalog.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace billing {
namespace {

constexpr std::size_t challenge_id_length_max = 64;

bool well_formed_challenge_id(const std::string& text) {
  return !text.empty() && text.size() <= challenge_id_length_max &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

template <class Elements, class Role>
const auto& with_role(const Elements& elements, Role role) {
  const auto found = std::ranges::find(elements, role, [](const auto& each) { return each.role; });
  // A catalog without one of the roles is a defect: the roles are the program's own.
  require(found != elements.end());
  return *found;
}

}  // namespace

const ProductTerms& Catalog::product(ProductRole role) const {
  return with_role(products, role);
}

const PriceTerms& Catalog::price(PriceRole role) const {
  return with_role(prices, role);
}

Result<Catalog> devchat_catalog(const std::string& challenge_id) {
  if (!well_formed_challenge_id(challenge_id)) {
    return failure(
        ErrorCode::invalid,
        fmt::format("the challenge id \"{}\" is not 1 to {} lower-case letters, digits and "
                    "hyphens, such as thoughtful-green-narwhal",
                    challenge_id, challenge_id_length_max));
  }
  const auto keyed = [&](const char* start) { return start + challenge_id; };
  return Catalog{.challenge_id = challenge_id,
                 .products = {{.role = ProductRole::pair_coding,
                               .name = "/dev/chat Pair Coding",
                               .url = keyed("https://devchat.stripe/paircode/"),
                               .unit_label = "session"},
                              {.role = ProductRole::workshop,
                               .name = "/dev/chat Workshop",
                               .url = keyed("https://devchat.stripe/workshop/"),
                               .unit_label = "attendee"}},
                 .prices = {{.role = PriceRole::monthly,
                             .product = ProductRole::pair_coding,
                             .lookup_key = keyed("devchat_paircode_monthly_"),
                             .nickname = "/dev/chat Pair Coding Monthly",
                             .amount = {.minor = 6000, .currency = "usd"},
                             .trial_days = 3},
                            {.role = PriceRole::on_demand,
                             .product = ProductRole::pair_coding,
                             .lookup_key = keyed("devchat_paircode_ondemand_"),
                             .nickname = "/dev/chat Pair Coding On-Demand",
                             .amount = {.minor = 8000, .currency = "usd"}},
                            {.role = PriceRole::workshop,
                             .product = ProductRole::workshop,
                             .lookup_key = keyed("devchat_workshop_"),
                             .nickname = "/dev/chat Workshop",
                             .amount = {.minor = 8000, .currency = "usd"}}},
                 .portal = {.headline = "/dev/chat", .cancel_mode = "immediately"}};
}

const OfferedPrice* Offerings::find(PriceRole role) const {
  const auto found = std::ranges::find(prices, role, &OfferedPrice::role);
  return found == prices.end() ? nullptr : &*found;
}

const OfferedPrice* Offerings::find(const PriceId& id) const {
  const auto found = std::ranges::find(prices, id, &OfferedPrice::id);
  return found == prices.end() ? nullptr : &*found;
}

std::string_view name(PriceRole role) {
  switch (role) {
    case PriceRole::monthly: return "monthly";
    case PriceRole::on_demand: return "on_demand";
    case PriceRole::workshop: return "workshop";
  }
  return "unknown";
}

std::string_view name(ProductRole role) {
  switch (role) {
    case ProductRole::pair_coding: return "pair_coding";
    case ProductRole::workshop: return "workshop";
  }
  return "unknown";
}

}  // namespace billing
