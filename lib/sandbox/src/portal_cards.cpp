// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"
#include "html.hpp"
#include "page_parts.hpp"
#include "portal_page.hpp"

#include <fmt/format.h>

#include <ranges>

namespace sandbox {
namespace {

std::string capitalized(std::string_view brand) {
  std::string text(brand);
  text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string button(const std::string& action, std::string_view test, std::string_view text,
                   const std::string& card) {
  return fmt::format(R"(<form method="post" action="{}">
<button class="LinkButton" type="submit" data-test="{}" aria-label="{} {}">{}</button></form>
)",
                     action, test, text, escaped(card), text);
}

std::string card_html(const PortalView& view, const PaymentMethod& method) {
  const bool used = in_use(view.world, method);
  const bool chosen = view.customer().default_payment_method == method.id;
  const std::string card = card_text(method);
  const std::string at = view.at + "/payment-methods/" + method.id;
  std::string actions;
  if (view.configuration().allows("payment_method_update")) {
    if (!chosen) actions += button(at + "/default", "make-default", "Make default", card);
    if (!used) actions += button(at + "/remove", "remove-payment-method", "Remove", card);
  }
  return fmt::format(
      R"(<li class="Panel" data-payment-method-id="{}"><div><h3>{}{}{}</h3>
<p class="Soft">Expires {:02} / {}</p></div>
<div class="Panel-actions">{}</div></li>
)",
      method.id, escaped(card), chosen ? " <span class=\"Status Status-good\">Default</span>" : "",
      used ? " <span class=\"Status\">In use</span>" : "", method.exp_month, method.exp_year,
      actions);
}

}  // namespace

std::string card_text(const PaymentMethod& method) {
  return fmt::format("{} ending in {}", capitalized(method.card->brand), method.card->last4());
}

bool in_use(const World& world, const PaymentMethod& method) {
  if (!method.customer) return false;
  for (const std::size_t at : world.subscriptions_by_customer.of(*method.customer)) {
    const Subscription& subscription = world.subscriptions[at];
    if (subscription.ended()) continue;
    if (charged_method(world, subscription.default_payment_method, subscription.customer) ==
        &method) {
      return true;
    }
  }
  return false;
}

std::string cards_html(const PortalView& view) {
  std::string list;
  const Positions& own = view.world.payment_methods_by_customer.of(view.customer().id);
  for (const std::size_t at : own | std::views::reverse) {
    list += card_html(view, view.world.payment_methods[at]);
  }
  const bool changeable = view.configuration().allows("payment_method_update");
  if (list.empty() && !changeable) return "";
  std::string html = "<section aria-labelledby=\"cards\"><h2 id=\"cards\">Payment methods</h2>\n";
  html += list.empty() ? "<p class=\"Soft\">No card is saved.</p>\n" : "<ul>\n" + list + "</ul>\n";
  if (changeable) {
    html += fmt::format(R"(<a class="LinkButton" data-test="add-payment-method"
data-testid="add-payment-method" href="{}/payment-methods">Add payment method</a>)",
                        view.at);
  }
  return html + "</section>\n";
}

std::string add_card_page(const PortalView& view, const Payment& typed, const CardErrors& errors,
                          std::string_view declined) {
  const std::string card = card_inputs({.number = "number",
                                        .expiry = "expiry",
                                        .cvc = "cvc",
                                        .number_error = errors.number,
                                        .expiry_error = errors.expiry,
                                        .cvc_error = errors.cvc});
  const std::string postal = input({.id = "postalCode",
                                    .label = "Postal code",
                                    .placeholder = typed.country == "US" ? "ZIP" : "Postal code",
                                    .autocomplete = "billing postal-code",
                                    .value = typed.postal_code});
  const std::string content = fmt::format(
      R"(<h1>Add payment method</h1>
<div class="Portal-form">
<form class="PaymentForm-form" method="post" action="{at}/payment-methods" novalidate>
<p class="Hint">This is a sandbox: don't type a real card. Test card
<strong>4242 4242 4242 4242</strong>, any future date, any security code.</p>
{declined}
<fieldset class="Group"><legend>Card information</legend>
{card}</fieldset>
<div class="Field"><label for="country">Country or region</label>
<select id="country" name="country" autocomplete="billing country">
{countries}</select></div>
{postal}<button class="SubmitButton" type="submit" data-testid="confirm" data-test="confirm">Add
card</button>
</form>
<a class="SecondaryButton" href="{at}?stay">Go back</a>
</div>
)",
      fmt::arg("at", view.at), fmt::arg("declined", form_error(declined)), fmt::arg("card", card),
      fmt::arg("countries", country_options(typed.country)), fmt::arg("postal", postal));
  return portal_document(view, "Add payment method (test mode)", content);
}

}  // namespace sandbox
