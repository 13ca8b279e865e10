// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "card_form.hpp"
#include "form.hpp"
#include "schema.hpp"
#include "world.hpp"

#include <string>

namespace sandbox {

struct Call;

Schema checkout_create_schema();

/// A session as `POST /v1/checkout/sessions` asks for it, checked to the end; not yet in the world.
CheckoutSession session_from(Call& call);

/// Whether the page asks for a card.
bool needs_card(const World& world, const CheckoutSession& session);

/// Whether completing it charges the card, rather than only keeping it.
bool charges_today(const World& world, const CheckoutSession& session);

/// What is wrong with what was typed; each empty when nothing is. `declined` is the bank's word
/// about a card whose fields are all right.
struct PaymentErrors {
  std::string email{}, number{}, expiry{}, cvc{}, name{}, postal_code{}, declined{};

  bool fields() const {
    return !(email.empty() && number.empty() && expiry.empty() && cvc.empty() && name.empty() &&
             postal_code.empty());
  }
};

/// Reads the page's form; `payment` keeps what was typed even where it is wrong. A bank that asks
/// the card's owner first has not declined yet.
PaymentErrors read_payment(const World& world, const CheckoutSession& session, const Form& form,
                           std::int64_t now, Payment& payment);

/// Pays with what was typed, or with the `named` method: customer (if it needs one and has none),
/// payment method, and what its mode is for, such as a subscription and its paid first invoice. The
/// session is complete.
void complete(World& world, CheckoutSession& session, const Payment& payment,
              PaymentMethod* named = nullptr);

/// Takes over the quantities that a person has changed on the page, within their bounds.
void adjust_quantities(const World& world, CheckoutSession& session, const Form& form);

/// The session's last moment: it expires if it is still open.
void reach_expiry(World& world, const std::string& id);

/// The e-mail that is already known, and so isn't asked for.
Text known_email(const World& world, const CheckoutSession& session);

/// Where the browser goes afterwards.
std::string redirect_url(const CheckoutSession& session);

}  // namespace sandbox
