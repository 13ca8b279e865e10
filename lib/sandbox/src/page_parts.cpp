// SPDX-License-Identifier: Apache-2.0
#include "page_parts.hpp"

#include "html.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

constexpr std::string_view frame = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="stylesheet" href="/_sandbox/assets/checkout.css">
<script src="/_sandbox/assets/checkout.js" defer></script>
</head>
<body>
{body}
</body>
</html>
)";

}  // namespace

std::string document(std::string_view title, const std::string& body) {
  return fmt::format(frame, fmt::arg("title", title), fmt::arg("body", body));
}

std::string input(const Input& of) {
  const bool bad = !of.error.empty();
  return fmt::format(
      R"(<div class="Field">
<label for="{id}">{label}</label>
<input id="{id}" name="{id}" type="text" inputmode="{mode}" placeholder="{placeholder}"
autocomplete="{autocomplete}" value="{value}" spellcheck="false"{bad}>
{error}</div>
)",
      fmt::arg("id", of.id), fmt::arg("label", of.label), fmt::arg("mode", of.mode),
      fmt::arg("placeholder", of.placeholder), fmt::arg("autocomplete", of.autocomplete),
      fmt::arg("value", escaped(of.value)),
      fmt::arg(
          "bad",
          bad ? fmt::format(R"( aria-invalid="true" aria-describedby="{}-error")", of.id) : ""),
      fmt::arg("error",
               bad ? fmt::format("<p class=\"FieldError\" id=\"{}-error\" role=\"alert\">{}</p>\n",
                                 of.id, escaped(of.error))
                   : ""));
}

std::string card_inputs(const CardInputs& of) {
  std::string html = input({.id = of.number,
                            .label = "Card number",
                            .placeholder = "1234 1234 1234 1234",
                            .autocomplete = "cc-number",
                            .error = of.number_error,
                            .mode = "numeric"});
  html += "<div class=\"Row\">\n";
  html += input({.id = of.expiry,
                 .label = "Expiry date",
                 .placeholder = "MM / YY",
                 .autocomplete = "cc-exp",
                 .error = of.expiry_error,
                 .mode = "numeric"});
  html += input({.id = of.cvc,
                 .label = "Security code",
                 .placeholder = "CVC",
                 .autocomplete = "cc-csc",
                 .error = of.cvc_error,
                 .mode = "numeric"});
  return html + "</div>\n";
}

std::string form_error(std::string_view text) {
  if (text.empty()) return "";
  return fmt::format(R"(<p class="FormError" role="alert">{}</p>)", escaped(text));
}

std::string small_page(std::string_view title, std::string_view text, const std::string& link) {
  const std::string body = fmt::format(
      R"(<main class="Closed"><span class="Badge">TEST MODE</span>
<h1>{}</h1><p>{}</p>{}</main>
{})",
      title, text, link, page_footer());
  return document(title, body);
}

std::string unknown_page() {
  return small_page("There is no such page",
                    "The link may be mistyped, or the sandbox was restarted since it was made.",
                    "");
}

std::string authentication_page(const std::string& action, std::string_view last4) {
  const std::string body = fmt::format(
      R"(<main class="Closed"><span class="Badge">TEST MODE</span>
<h1>3D Secure test page</h1>
<p>Here the bank of the card ending in {} would ask its owner to confirm. In the sandbox you say
how that ends.</p>
<form class="Choice" method="post" action="{}">
<button class="SubmitButton" type="submit" name="authentication" value="complete"
id="test-source-authorize-3ds">Complete authentication</button>
<button class="SecondaryButton" type="submit" name="authentication" value="fail"
id="test-source-fail-3ds">Fail authentication</button>
</form></main>
{})",
      escaped(last4), escaped(action), page_footer());
  return document("3D Secure (test mode)", body);
}

std::string_view page_footer() {
  return R"(<footer class="Footer">A stand-in for Stripe.
No money moves here, and nothing is sent to Stripe.</footer>)";
}

}  // namespace sandbox
