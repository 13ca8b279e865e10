// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "error.hpp"
#include "version.hpp"
#include "world.hpp"

#include <cstdint>
#include <string>

namespace sandbox {

struct View;

/// Where the card's owner is while it is charged: not there, there to be asked by the bank (3-D
/// Secure), or asked already and in agreement.
enum class Owner { absent, present, confirmed };

/// What the bank says to a charge.
enum class Verdict { paid, declined, needs_owner, no_method };

/// The same answer to the same question: a test card's mood never changes. Null is no card.
Verdict verdict_on(const PaymentMethod* method, Owner owner);

/// The payment intent of an invoice that has become due, and its part in the invoice.
PaymentIntent& add_payment_intent(World& world, Invoice& invoice, std::int64_t now);

/// One of no invoice, paid with this card; tells of it and of the charge.
const PaymentIntent& add_paid_intent(World& world, PaymentIntent intent,
                                     const PaymentMethod& method, std::int64_t now);

/// Charges an open invoice's payment intent, and tells of the intent and the charge. The invoice
/// itself stays as it is, but for the charge it names.
Verdict charge(World& world, Invoice& invoice, const PaymentMethod* method, Owner owner,
               std::int64_t now);

/// The bank's question was answered with no: the intent waits for another card.
void refuse_authentication(World& world, PaymentIntent& intent, std::int64_t now);

/// Nobody will pay it any more. Does nothing when there is nothing to cancel.
void cancel_payment(World& world, const Invoice& invoice, std::string reason, std::int64_t now);

/// invoice_payment.paid, which only versions since basil know.
void tell_invoice_payment(World& world, const Invoice& invoice, std::int64_t now);

/// 402 for a charge that wasn't paid; `kind` says what asked for it: `invoice`, `subscription`.
Refusal payment_refusal(const View& view, Verdict verdict, const PaymentMethod& method,
                        std::string_view kind);
/// The same with the intent and the charge that it left behind.
Refusal payment_refusal(const View& view, Verdict verdict, const Invoice& invoice);

/// How the error of a failed charge is shown, there and in a payment intent.
Json payment_error_shown(const View& view, const PaymentFailure& failure);

}  // namespace sandbox
