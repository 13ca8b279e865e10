// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "card_form.hpp"
#include "world.hpp"

#include <string>
#include <string_view>

namespace sandbox {

/// Whose portal a page shows, and where it is: `/p/session/test_…`.
struct PortalView {
  const World& world;
  const PortalSession& session;
  std::string at;

  const PortalConfiguration& configuration() const {
    return world.portal_configurations.at(session.configuration);
  }
  const Customer& customer() const { return world.customers.at(session.customer); }
};

/// Subscriptions, cards, who pays, and invoices. `notice` is what was just done, by its short name.
std::string portal_home(const PortalView& view, std::string_view notice);

/// "Are you sure", and then perhaps "why".
std::string cancel_page(const PortalView& view, const Subscription& subscription);
std::string reason_page(const PortalView& view, const Subscription& subscription);

/// The form for a new card, with what was wrong on the last try.
std::string add_card_page(const PortalView& view, const Payment& typed, const CardErrors& errors,
                          std::string_view declined);

/// The end of a flow that was asked to end here.
std::string confirmation_page(const PortalView& view);

/// Whether the customer is charged with this method for something that goes on.
bool in_use(const World& world, const PaymentMethod& method);

/// `Visa ending in 4242`
std::string card_text(const PaymentMethod& method);

/// The frame that all of them share.
std::string portal_document(const PortalView& view, std::string_view title,
                            const std::string& content);

/// The list of cards on the first page.
std::string cards_html(const PortalView& view);

}  // namespace sandbox
