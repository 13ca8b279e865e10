// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sandbox {

/// What the hosted pages have in common. Text that comes from outside must be escaped by whoever
/// puts it into `body`; titles are ours.

/// A whole document.
std::string document(std::string_view title, const std::string& body);

/// A text field with its label and what is wrong with it. `value` and `error` are escaped here.
struct Input {
  std::string_view id, label, placeholder, autocomplete;
  std::string_view value{};
  std::string_view error{};
  std::string_view mode = "text";
};
std::string input(const Input& of);

/// Card number, expiry date and security code, under the names a page gives them.
struct CardInputs {
  std::string_view number, expiry, cvc;
  std::string_view number_error{}, expiry_error{}, cvc_error{};
};
std::string card_inputs(const CardInputs& of);

/// What a form as a whole was answered; nothing for an empty text.
std::string form_error(std::string_view text);

/// Says what a visitor can do who came too late or to the wrong place. `link` is HTML.
std::string small_page(std::string_view title, std::string_view text, const std::string& link);
std::string unknown_page();

/// The step in which a card's owner confirms towards the bank, or fails to.
std::string authentication_page(const std::string& action, std::string_view last4);

/// The line under every page that says what it is.
std::string_view page_footer();

}  // namespace sandbox
