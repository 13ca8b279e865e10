// SPDX-License-Identifier: Apache-2.0
#include "error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sandbox {

Json envelope(const Refusal& refusal) {
  Json error = {{"type", refusal.type}, {"message", refusal.message}};
  if (!refusal.code.empty()) {
    std::string slug = refusal.code;
    std::ranges::replace(slug, '_', '-');
    error["code"] = refusal.code;
    error["doc_url"] = "https://stripe.com/docs/error-codes/" + slug;
  }
  if (!refusal.param.empty()) error["param"] = refusal.param;
  if (!refusal.decline_code.empty()) error["decline_code"] = refusal.decline_code;
  error.update(refusal.details);
  return {{"error", std::move(error)}};
}

Refusal not_emulated(std::string_view what, std::string_view param) {
  return {.message = fmt::format("not emulated: {}", what),
          .param = std::string(param),
          .executed = false};
}

Refusal unrecognized_url(std::string_view method, std::string_view path) {
  return {
      .status = 404,
      .message = fmt::format(
          "Unrecognized request URL ({}: {}). Please see https://stripe.com/docs or we can help "
          "at https://support.stripe.com/.",
          method, path),
      .executed = false};
}

Refusal no_such(std::string_view kind, std::string_view id, std::string_view param) {
  Refusal refusal = no_such_named(kind, id, param);
  refusal.status = 404;
  return refusal;
}

Refusal no_such_named(std::string_view kind, std::string_view id, std::string_view param) {
  // The one label whose ids Stripe leaves without quotes.
  const bool bare = kind == "checkout.session";
  return {.code = "resource_missing",
          .message = fmt::format("No such {}: {}{}{}", kind, bare ? "" : "'", id, bare ? "" : "'"),
          .param = std::string(param)};
}

Refusal exclusive(std::string_view first, std::string_view second) {
  return {.message =
              fmt::format("You may only specify one of these parameters: {}, {}.", first, second),
          .param = std::string(first),
          .executed = false};
}

}  // namespace sandbox
