// SPDX-License-Identifier: Apache-2.0
#include "page_parts.hpp"
#include "pages.hpp"
#include "setup_intents.hpp"
#include "timeline.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

// As Stripe adds them to whatever address the merchant gave.
std::string return_url_of(const SetupIntent& intent) {
  const std::string& url = *intent.return_url;
  const auto fragment = url.find('#');
  const std::string before = url.substr(0, fragment);
  return fmt::format("{}{}setup_intent={}&setup_intent_client_secret={}&redirect_status={}{}",
                     before, before.find('?') == std::string::npos ? '?' : '&', intent.id,
                     intent.client_secret, intent.status == "succeeded" ? "succeeded" : "failed",
                     fragment == std::string::npos ? "" : url.substr(fragment));
}

}  // namespace

HttpResponse authentication_door(Universe& universe, const Arrival& arrival, std::string_view path,
                                 World*& world) {
  const std::string secret(path);
  const std::string id = setup_intent_of(secret);
  world = world_that(universe, [&](World& w) {
    const SetupIntent* intent = w.setup_intents.find(id);
    return intent != nullptr && intent->client_secret == secret;
  });
  if (world == nullptr) return page(404, unknown_page());
  advance(*world, arrival.now);
  SetupIntent& intent = world->setup_intents.at(id);
  if (intent.status != "requires_action") {
    return page(200, small_page("Nothing to confirm",
                                "This step has been taken already, or is no longer needed.", ""));
  }
  if (arrival.request.method != "POST") {
    const PaymentMethod& method = world->payment_methods.at(*intent.payment_method);
    return page(200, authentication_page(arrival.path, method.card->last4()));
  }
  authenticate(*world, intent, form_of(arrival).text("authentication") == "complete");
  if (intent.return_url) return onward(return_url_of(intent));
  return page(200, small_page(intent.status == "succeeded" ? "Confirmed" : "Not confirmed",
                              "You can close this page and go back to where you came from.", ""));
}

}  // namespace sandbox
