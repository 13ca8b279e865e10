// SPDX-License-Identifier: Apache-2.0
#include "portal_page.hpp"

#include "billing.hpp"
#include "calendar.hpp"
#include "html.hpp"
#include "money.hpp"
#include "page_parts.hpp"

#include <fmt/format.h>

#include <array>
#include <ranges>

namespace sandbox {
namespace {

constexpr std::size_t invoices_max = 24;

struct Badge {
  std::string_view of, text, look;
};

constexpr std::array subscription_badges = {
    Badge{"active", "Active", "good"},         Badge{"trialing", "Trial", "good"},
    Badge{"past_due", "Past due", "bad"},      Badge{"unpaid", "Unpaid", "bad"},
    Badge{"incomplete", "Incomplete", "warn"}, Badge{"incomplete_expired", "Expired", "plain"},
    Badge{"paused", "Paused", "warn"},         Badge{"canceled", "Canceled", "plain"}};
constexpr std::array invoice_badges = {Badge{"paid", "Paid", "good"}, Badge{"open", "Open", "warn"},
                                       Badge{"void", "Void", "plain"},
                                       Badge{"uncollectible", "Uncollectible", "bad"}};

template <std::size_t Count>
std::string badge(const std::array<Badge, Count>& badges, std::string_view of) {
  for (const Badge& each : badges) {
    if (each.of == of) {
      return fmt::format("<span class=\"Status Status-{}\">{}</span>", each.look, each.text);
    }
  }
  return fmt::format("<span class=\"Status\">{}</span>", escaped(of));
}

std::string per(const Recurring& recurring) {
  if (recurring.interval_count == 1) return "per " + recurring.interval;
  return fmt::format("every {} {}s", recurring.interval_count, recurring.interval);
}

std::string names_of(const World& world, const Subscription& subscription) {
  std::string names;
  for (const std::string& item : subscription.items) {
    const Price& price = world.prices.at(world.items.at(item).price);
    names += (names.empty() ? "" : ", ") + world.products.at(price.product).name;
  }
  return names;
}

std::string prices_of(const World& world, const Subscription& subscription) {
  std::string html;
  for (const std::string& id : subscription.items) {
    const SubscriptionItem& item = world.items.at(id);
    const Price& price = world.prices.at(item.price);
    const std::string each = world.products.at(price.product).unit_label.value_or("unit");
    const std::string text =
        price.metered()
            ? fmt::format("{} per {}, billed {} for what you use",
                          unit_price_text(price.unit_amount_decimal, price.currency), each,
                          per(*price.recurring))
            : fmt::format("{} {}",
                          money_text(priced(item.quantity.value_or(1), price.unit_amount_decimal),
                                     price.currency),
                          per(*price.recurring));
    html += fmt::format("<p>{}</p>\n", escaped(text));
  }
  return html;
}

std::string what_comes(const Subscription& subscription) {
  const std::string date = long_date(subscription.period.end);
  if (subscription.ended()) {
    return "Ended on " + long_date(subscription.ended_at.value_or(subscription.period.end)) + ".";
  }
  if (subscription.cancel_at) return "Cancels on " + long_date(*subscription.cancel_at) + ".";
  if (subscription.status == "trialing") return "Your trial ends on " + date + ".";
  return "Your subscription renews on " + date + ".";
}

std::string actions_of(const PortalView& view, const Subscription& subscription) {
  const bool allowed = view.configuration().allows("subscription_cancel");
  if (subscription.ended() || !allowed) return "";
  const std::string at = view.at + "/subscriptions/" + subscription.id;
  if (subscription.cancel_at_period_end) {
    return fmt::format(
        R"(<form class="Panel-actions" method="post" action="{}/renew">
<button class="SecondaryButton" type="submit" data-test="renew-subscription"
data-testid="renew-subscription">Don't cancel subscription</button></form>)",
        at);
  }
  return fmt::format(R"(<div class="Panel-actions"><a class="SecondaryButton" href="{}/cancel"
data-test="cancel-subscription" data-testid="cancel-subscription">Cancel subscription</a></div>)",
                     at);
}

std::string subscription_html(const PortalView& view, const Subscription& subscription) {
  const PaymentMethod* method =
      charged_method(view.world, subscription.default_payment_method, subscription.customer);
  const bool charged = method != nullptr && !subscription.ended();
  return fmt::format(
      R"(<li class="Panel" data-subscription-id="{}"><div><h3>{} {}</h3>
{}<p class="Soft">{}</p>{}</div>
{}</li>
)",
      subscription.id, escaped(names_of(view.world, subscription)),
      subscription.cancel_at_period_end && !subscription.ended()
          ? R"(<span class="Status Status-warn">Cancels</span>)"
          : badge(subscription_badges, subscription.status),
      prices_of(view.world, subscription), what_comes(subscription),
      charged ? fmt::format("<p class=\"Soft\">Charged to {}.</p>", escaped(card_text(*method)))
              : "",
      actions_of(view, subscription));
}

std::string subscriptions_html(const PortalView& view) {
  std::string list;
  const Positions& own = view.world.subscriptions_by_customer.of(view.customer().id);
  for (const std::size_t at : own | std::views::reverse) {
    list += subscription_html(view, view.world.subscriptions[at]);
  }
  if (list.empty()) return "<p class=\"Soft\">You have no subscription.</p>\n";
  return "<ul>\n" + list + "</ul>\n";
}

std::string customer_html(const PortalView& view) {
  const Customer& customer = view.customer();
  std::string rows;
  const auto row = [&](std::string_view name, const Text& value) {
    if (value) rows += fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, escaped(*value));
  };
  row("Name", customer.name);
  row("Email", customer.email);
  row("Phone", customer.phone);
  if (rows.empty()) return "";
  return "<section aria-labelledby=\"who\"><h2 id=\"who\">Billing information</h2>\n<dl "
         "class=\"Details\">\n" +
         rows + "</dl></section>\n";
}

std::string invoice_row(const Invoice& invoice) {
  return fmt::format(R"(<tr><td>{}<small>{}</small></td><td class="Amount">{}</td><td>{}</td></tr>
)",
                     long_date(invoice.created), escaped(invoice.number.value_or("")),
                     escaped(money_text(invoice.total, invoice.currency)),
                     badge(invoice_badges, invoice.status));
}

std::string invoices_html(const PortalView& view) {
  if (!view.configuration().allows("invoice_history")) return "";
  std::string rows;
  std::size_t shown = 0;
  std::size_t hidden = 0;
  const Positions& own = view.world.invoices_by_customer.of(view.customer().id);
  for (const std::size_t at : own | std::views::reverse) {
    const Invoice& invoice = view.world.invoices[at];
    if (invoice.status == "draft") continue;
    if (++shown > invoices_max) {
      ++hidden;
    } else {
      rows += invoice_row(invoice);
    }
  }
  std::string table = "<p class=\"Soft\">There are no invoices yet.</p>\n";
  if (!rows.empty()) {
    table =
        "<table class=\"Invoices\"><thead><tr><th scope=\"col\">Date</th><th scope=\"col\">"
        "Amount</th><th scope=\"col\">Status</th></tr></thead>\n<tbody>\n" +
        rows + "</tbody></table>\n";
  }
  if (hidden > 0) table += fmt::format("<p class=\"Soft\">And {} older ones.</p>\n", hidden);
  return "<section aria-labelledby=\"invoices\"><h2 id=\"invoices\">Invoice history</h2>\n" +
         table + "</section>\n";
}

std::string_view notice_text(std::string_view notice) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> notices = {
      {{"canceled", "Your subscription has been canceled."},
       {"ending", "Your subscription will be canceled at the end of its period."},
       {"renewed", "Your subscription goes on."},
       {"card-added", "Your card was saved and is charged from now on."},
       {"card-default", "This card is charged from now on."},
       {"card-removed", "Your card was removed."}}};
  for (const auto& [name, text] : notices) {
    if (name == notice) return text;
  }
  return {};
}

}  // namespace

std::string portal_document(const PortalView& view, std::string_view title,
                            const std::string& content) {
  const PortalConfiguration& configuration = view.configuration();
  const std::string back =
      view.session.return_url
          ? fmt::format(R"(<a class="BackLink" data-testid="return-to-business-link" href="{}">
<span aria-hidden="true">&larr;</span> Return to the seller</a>)",
                        escaped(*view.session.return_url))
          : "";
  std::string terms;
  const auto link = [&](const Text& url, std::string_view text) {
    if (url) terms += fmt::format("<a href=\"{}\">{}</a>\n", escaped(*url), text);
  };
  link(configuration.terms_of_service_url, "Terms");
  link(configuration.privacy_policy_url, "Privacy");
  const std::string body = fmt::format(
      R"(<div class="Portal">
<header class="Portal-head"><span class="Badge">TEST MODE</span>
<strong>{}</strong>
{}</header>
<main data-testid="page-container-main">
{}</main>
<p class="Terms">{}</p>
{}</div>)",
      escaped(configuration.headline.value_or("Sandbox")), back, content, terms, page_footer());
  return document(title, body);
}

std::string portal_home(const PortalView& view, std::string_view notice) {
  const std::string_view said = notice_text(notice);
  std::string content = "<h1>Manage your billing</h1>\n";
  if (!said.empty()) content += fmt::format("<p class=\"Notice\" role=\"status\">{}</p>\n", said);
  content +=
      "<section aria-labelledby=\"subscriptions\"><h2 id=\"subscriptions\">Subscriptions"
      "</h2>\n" +
      subscriptions_html(view) + "</section>\n";
  content += cards_html(view) + customer_html(view) + invoices_html(view);
  return portal_document(view, "Billing (test mode)", content);
}

std::string cancel_page(const PortalView& view, const Subscription& subscription) {
  const bool at_once =
      view.configuration().features["subscription_cancel"]["mode"] == "immediately";
  const std::string date = long_date(subscription.period.end);
  const std::string what =
      at_once ? "Your subscription ends at once. What you have used and what was not yet invoiced "
                "is not charged."
              : fmt::format(
                    "Your subscription stays until the end of its period, on {}. Until "
                    "then you can take this back.",
                    date);
  const std::string content = fmt::format(
      R"(<h1>Cancel your subscription</h1>
<p class="Soft">{}</p>
<ul><li class="Panel"><div><h3>{}</h3>
{}</div></li></ul>
<div class="Portal-form">
<form method="post" action="{}/subscriptions/{}/cancel">
<button class="SubmitButton" type="submit" data-testid="confirm" data-test="confirm">Cancel
subscription</button>
</form>
<a class="SecondaryButton" href="{}?stay">Go back</a>
</div>
)",
      what, escaped(names_of(view.world, subscription)), prices_of(view.world, subscription),
      view.at, subscription.id, view.at);
  return portal_document(view, "Cancel subscription (test mode)", content);
}

std::string reason_page(const PortalView& view, const Subscription& subscription) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> words = {
      {{"too_expensive", "It's too expensive"},
       {"missing_features", "I need more features"},
       {"switched_service", "I found an alternative"},
       {"unused", "I no longer need it"},
       {"customer_service", "Customer service was less than expected"},
       {"too_complex", "Ease of use was less than expected"},
       {"low_quality", "Quality was less than expected"},
       {"other", "Other reason"}}};
  const Json& offered =
      view.configuration().features["subscription_cancel"]["cancellation_reason"]["options"];
  std::string options;
  for (const auto& [reason, text] : words) {
    if (std::ranges::find(offered, Json(reason)) == offered.end()) continue;
    options += fmt::format(
        R"(<label class="Option" data-test="cancel-reason-opt-{0}">
<input type="radio" name="reason" value="{0}"> {1}</label>
)",
        reason, text);
  }
  const std::string action = view.at + "/subscriptions/" + subscription.id + "/reason";
  const std::string content = fmt::format(
      R"(<h1>Your subscription has been canceled</h1>
<div class="Portal-form">
<form method="post" action="{0}">
<fieldset class="Group"><legend>Would you tell why?</legend>
{1}</fieldset>
<button class="SubmitButton" type="submit" data-testid="cancellation_reason_submit">Submit</button>
</form>
<form method="post" action="{0}">
<button class="SecondaryButton" type="submit" data-testid="cancellation_reason_cancel">No
thanks</button></form>
</div>
)",
      action, options);
  return portal_document(view, "Why (test mode)", content);
}

std::string confirmation_page(const PortalView& view) {
  const Json& after = view.session.flow["after_completion"]["hosted_confirmation"];
  const Json message = after.is_object() ? after["custom_message"] : Json();
  return portal_document(view, "Done (test mode)",
                         fmt::format("<h1>Done</h1>\n<p class=\"Soft\">{}</p>\n",
                                     message.is_string() ? escaped(message.get<std::string>())
                                                         : "Your change has been saved."));
}

}  // namespace sandbox
