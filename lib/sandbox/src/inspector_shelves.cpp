// SPDX-License-Identifier: Apache-2.0
#include "inspector.hpp"
#include "resources.hpp"

namespace sandbox {
namespace {

template <auto Objects>
constexpr Shelf shelf(std::string_view name, std::string_view title) {
  return {.name = name,
          .title = title,
          .size = [](const World& world) { return (world.*Objects).size(); },
          .shown_at =
              [](const World& world, std::size_t position) {
                return shown(View{world, Version{}}, (world.*Objects)[position]);
              },
          .position = [](const World& world,
                         const std::string& id) { return (world.*Objects).position(id); }};
}

constexpr std::array all_shelves = {
    shelf<&World::customers>("customers", "Customers"),
    shelf<&World::products>("products", "Products"),
    shelf<&World::prices>("prices", "Prices"),
    shelf<&World::sessions>("sessions", "Checkout sessions"),
    shelf<&World::subscriptions>("subscriptions", "Subscriptions"),
    shelf<&World::items>("subscription_items", "Subscription items"),
    shelf<&World::invoices>("invoices", "Invoices"),
    shelf<&World::invoice_items>("invoice_items", "Invoice items"),
    shelf<&World::payment_intents>("payment_intents", "Payment intents"),
    shelf<&World::charges>("charges", "Charges"),
    shelf<&World::payment_methods>("payment_methods", "Payment methods"),
    shelf<&World::setup_intents>("setup_intents", "Setup intents"),
    shelf<&World::portal_configurations>("portal_configurations", "Portal configurations"),
    shelf<&World::portal_sessions>("portal_sessions", "Portal sessions"),
    shelf<&World::test_clocks>("test_clocks", "Test clocks")};

}  // namespace

const std::array<Shelf, shelf_count>& shelves() {
  return all_shelves;
}

}  // namespace sandbox
