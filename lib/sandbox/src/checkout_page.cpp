// SPDX-License-Identifier: Apache-2.0
#include "checkout_page.hpp"

#include "billing.hpp"
#include "calendar.hpp"
#include "html.hpp"
#include "money.hpp"
#include "page_parts.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

std::string how_often(const Recurring& recurring) {
  if (recurring.interval_count == 1) {
    return recurring.interval == "day" ? "daily" : recurring.interval + "ly";
  }
  return fmt::format("every {} {}s", recurring.interval_count, recurring.interval);
}

// Stripe's page counts along while one types; this one has a button for that.
std::string quantity_field(const LineItem& line) {
  if (!line.adjustable) return "";
  return fmt::format(
      R"(<p class="Line-terms"><label for="quantity-{0}">Quantity</label>
<input id="quantity-{0}" name="quantity-{0}" form="payment" type="number" min="{1}" max="{2}"
value="{3}"> <button form="payment" name="update" value="1" formnovalidate>Update</button></p>)",
      line.id, line.adjustable->minimum, line.adjustable->maximum, line.quantity.value_or(1));
}

std::string line_html(const World& world, const LineItem& line) {
  const Price& price = world.prices.at(line.price);
  const Product& product = world.products.at(price.product);
  const std::string unit = unit_price_text(price.unit_amount_decimal, price.currency);
  const std::string each = product.unit_label.value_or("unit");
  const std::int64_t quantity = line.quantity.value_or(1);
  std::string terms = !price.recurring ? fmt::format("Qty {}, paid once", quantity)
                      : price.metered()
                          ? fmt::format("{} per {}, billed {} for what you use", unit, each,
                                        how_often(*price.recurring))
                          : fmt::format("Qty {}, billed {}", quantity, how_often(*price.recurring));
  const std::string amount =
      price.metered() ? "By use"
                      : money_text(priced(quantity, price.unit_amount_decimal), price.currency);
  return fmt::format(R"(<li class="Line">
<div><p class="Line-name">{}</p>{}<p class="Line-terms">{}</p>{}</div>
<p class="Line-amount">{}</p>
</li>
)",
                     escaped(product.name),
                     product.description ? fmt::format("<p class=\"Line-terms\">{}</p>",
                                                       escaped(*product.description))
                                         : "",
                     escaped(terms), quantity_field(line), escaped(amount));
}

struct Headline {
  std::string headline, price, note;
};

std::string trial_note(const World& world, const CheckoutSession& session, std::int64_t end) {
  Trial none;
  const std::int64_t later = due_today(world, session.lines, none);
  return fmt::format("Then {} starting on {}. Cancel before then and you pay nothing.",
                     later == 0 ? "you pay for what you use" : money_text(later, session.currency),
                     long_date(end));
}

Headline terms_of(const World& world, const CheckoutSession& session, std::int64_t now) {
  if (session.mode == "setup") return {"Save your card", "", "You pay nothing today."};
  if (session.mode == "payment") {
    return {"Pay " + world.products.at(world.prices.at(session.lines.front().price).product).name,
            money_text(session.amount_total, session.currency), ""};
  }
  const Price* first = nullptr;
  for (const LineItem& line : session.lines) {
    const Price& price = world.prices.at(line.price);
    if (price.recurring && first == nullptr) first = &price;
  }
  const std::string name = world.products.at(first->product).name;
  const std::string unit = unit_price_text(first->unit_amount_decimal, first->currency);
  if (const auto end = session.trial.end_from(now)) {
    const std::int64_t trial_days = (*end - now + day_seconds / 2) / day_seconds;
    return {"Try " + name, fmt::format("{} {} free", trial_days, trial_days == 1 ? "day" : "days"),
            trial_note(world, session, *end)};
  }
  if (first->metered()) {
    const std::string each = world.products.at(first->product).unit_label.value_or("unit");
    return {"Subscribe to " + name, fmt::format("{} / {}", unit, each),
            fmt::format("You pay nothing today. What you use is billed {}.",
                        how_often(*first->recurring))};
  }
  const std::int64_t total = due_today(world, session.lines, {});
  return {"Subscribe to " + name, money_text(total, session.currency),
          how_often(*first->recurring)};
}

std::string totals(const World& world, const CheckoutSession& session) {
  if (session.mode == "setup") return "";
  const bool trial = session.trial.days || session.trial.end;
  return fmt::format(R"(<dl class="Totals">
<div><dt>{}</dt><dd>{}</dd></div>
<div class="Totals-due"><dt>Total due today</dt><dd>{}</dd></div>
</dl>
)",
                     trial ? "After the trial" : "Subtotal",
                     escaped(money_text(due_today(world, session.lines, {}), session.currency)),
                     escaped(money_text(session.amount_total, session.currency)));
}

std::string order_summary(const World& world, const CheckoutSession& session, std::int64_t now) {
  const Headline terms = terms_of(world, session, now);
  std::string lines;
  for (const LineItem& line : session.lines) lines += line_html(world, line);
  const std::string back =
      session.cancel_url
          ? fmt::format(
                R"(<a class="BackLink" href="{}"><span aria-hidden="true">&larr;</span> Back</a>)",
                escaped(*session.cancel_url))
          : "";
  return fmt::format(
      R"(<section class="Summary" aria-label="Order summary">
<div class="Summary-inner">
<div class="TopBar">{back}<span class="Badge">TEST MODE</span></div>
<h1>{headline}</h1>
<p class="Price">{price}</p>
<p class="Note">{note}</p>
<ul class="Lines">
{lines}</ul>
{totals}</div>
</section>
)",
      fmt::arg("back", back), fmt::arg("headline", escaped(terms.headline)),
      fmt::arg("price", escaped(terms.price)), fmt::arg("note", escaped(terms.note)),
      fmt::arg("lines", lines), fmt::arg("totals", totals(world, session)));
}

std::string card_fields(const Payment& typed, const PaymentErrors& errors) {
  std::string html = R"(<fieldset class="Group"><legend>Card information</legend>
)";
  html += card_inputs({.number = "cardNumber",
                       .expiry = "cardExpiry",
                       .cvc = "cardCvc",
                       .number_error = errors.number,
                       .expiry_error = errors.expiry,
                       .cvc_error = errors.cvc});
  html += "</fieldset>\n";
  html += input({.id = "billingName",
                 .label = "Cardholder name",
                 .placeholder = "Full name on card",
                 .autocomplete = "cc-name",
                 .value = typed.name,
                 .error = errors.name});
  html += fmt::format(R"(<fieldset class="Group"><legend>Billing address</legend>
<div class="Field">
<label for="billingCountry">Country or region</label>
<select id="billingCountry" name="billingCountry" autocomplete="billing country">
{}</select>
</div>
)",
                      country_options(typed.country));
  html += input({.id = "billingPostalCode",
                 .label = "Postal code",
                 .placeholder = typed.country == "US" ? "ZIP" : "Postal code",
                 .autocomplete = "billing postal-code",
                 .value = typed.postal_code,
                 .error = errors.postal_code});
  return html + "</fieldset>\n";
}

std::string_view button_text(const CheckoutSession& session) {
  if (session.mode == "setup") return "Save card";
  if (session.mode == "payment") return "Pay";
  return session.trial.days || session.trial.end ? "Start trial" : "Subscribe";
}

std::string email_field(const World& world, const CheckoutSession& session, const Payment& typed,
                        const PaymentErrors& errors) {
  if (const Text email = known_email(world, session)) {
    return fmt::format(R"(<div class="Field"><span class="FieldLabel">Email</span>
<p class="ReadOnly">{}</p></div>
)",
                       escaped(*email));
  }
  return input({.id = "email",
                .label = "Email",
                .placeholder = "email@example.com",
                .autocomplete = "email",
                .value = typed.email,
                .error = errors.email,
                .mode = "email"});
}

}  // namespace

std::string checkout_page(const World& world, const CheckoutSession& session, const Payment& typed,
                          const PaymentErrors& errors, std::int64_t now) {
  const bool card = needs_card(world, session);
  const std::string declined = form_error(errors.declined);
  const std::string form = fmt::format(
      R"(<main class="Payment">
<form id="payment" class="PaymentForm-form" method="post" action="/c/pay/{id}" novalidate>
<h2>{heading}</h2>
<p class="Hint">This is a sandbox: don't type a real card. Test card
<strong>4242 4242 4242 4242</strong>, any future date, any security code.</p>
{declined}
{email}{card}<div class="Check">
<input id="enableStripePass" name="enableStripePass" type="checkbox">
<label for="enableStripePass">Save my details for one-click checkout
<small>Link is not emulated here: ticking this does nothing.</small></label>
</div>
<button class="SubmitButton" type="submit" data-testid="hosted-payment-submit-button">
<span class="SubmitButton-IconContainer" aria-hidden="true"></span>{button}</button>
<p class="Terms">By confirming you would allow the seller to charge your card for this payment and
future ones under their terms. In this sandbox nothing is ever charged.</p>
</form>
{footer}
</main>
)",
      fmt::arg("id", session.id), fmt::arg("heading", card ? "Pay with card" : "Your details"),
      fmt::arg("declined", declined), fmt::arg("email", email_field(world, session, typed, errors)),
      fmt::arg("card", card ? card_fields(typed, errors) : ""),
      fmt::arg("button", button_text(session)), fmt::arg("footer", page_footer()));
  const std::string body =
      "<div class=\"App\">\n" + order_summary(world, session, now) + form + "</div>";
  return document("Checkout (test mode)", body);
}

std::string closed_page(const CheckoutSession& session) {
  if (session.status == "complete") {
    return small_page(
        "You're all done here", "This checkout has been completed. You don't have to pay again.",
        fmt::format(R"(<a class="Onward" href="{}">Continue</a>)", escaped(redirect_url(session))));
  }
  return small_page(
      "This page has expired", "Nothing was charged. Go back and start the checkout again.",
      session.cancel_url
          ? fmt::format(R"(<a class="Onward" href="{}">Go back</a>)", escaped(*session.cancel_url))
          : "");
}

}  // namespace sandbox
