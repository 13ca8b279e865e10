// SPDX-License-Identifier: Apache-2.0
#include "client_worlds.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

namespace billing::tests {

template <class Way>
HttpResponse ClientWorld<Way>::raw(const std::string& method, const std::string& path,
                                   Parameters query, const std::string& body) {
  HttpRequest request;
  request.method = method;
  request.path = path;
  request.query = std::move(query);
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  if (path.starts_with("/v1/")) {
    request.headers.push_back({"Authorization", "Bearer sk_test_contract"});
    request.headers.push_back({"Stripe-Version", std::string(stripe::default_api_version)});
  }
  request.body = body;
  auto response = way.transport().send(request, std::chrono::seconds(5));
  REQUIRE(response);
  return *response;
}

template <class Way>
std::size_t ClientWorld<Way>::writes() {
  const HttpResponse response = raw("GET", "/_sandbox/requests", {{"method", "POST"}});
  REQUIRE(response.status == 200);
  return nlohmann::json::parse(response.body).at("requests").size();
}

template <class Way>
void ClientWorld<Way>::pay(const stripe::CheckoutSession& session) {
  const auto path = session.url.substr(session.url.find('/', std::string("https://").size()));
  const HttpResponse paid =
      raw("POST", path, {},
          "email=a%40b.example&cardNumber=4242424242424242&cardExpiry=12%20/%2034"
          "&cardCvc=123&billingName=Ada&billingCountry=US"
          "&billingPostalCode=90210");
  REQUIRE_MESSAGE(paid.status == 303, paid.body);
}

template struct ClientWorld<InProcess>;
template struct ClientWorld<OverSocket>;

}  // namespace billing::tests
