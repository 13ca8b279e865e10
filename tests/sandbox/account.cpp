// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

std::string percent(const std::string& text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) {
      out += c;
    } else {
      out += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  }
  return out;
}

std::string id_of(const Answer& answer) {
  REQUIRE_MESSAGE(answer.status == 200, answer.text);
  return answer.body["id"];
}

}  // namespace

std::string Answer::header(const std::string& name) const {
  for (const auto& each : headers) {
    if (each.name == name) return each.value;
  }
  return {};
}

std::string encoded(const Fields& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    out += (out.empty() ? "" : "&") + percent(name) + "=" + percent(value);
  }
  return out;
}

Fields card_form(const std::string& number) {
  return {{"email", "grace@example.com"}, {"cardNumber", number},
          {"cardExpiry", "12 / 34"},      {"cardCvc", "123"},
          {"billingName", "Grace"},       {"billingCountry", "US"},
          {"billingPostalCode", "90210"}};
}

std::string item_of(const Json& subscription) {
  return subscription["items"]["data"][0]["id"];
}

std::vector<sandbox::HttpHeader> Account::headers() const {
  std::vector<sandbox::HttpHeader> headers = {{"authorization", "Bearer " + key}};
  if (!version.empty()) headers.push_back({"Stripe-Version", version});
  return headers;
}

Account::Account(sandbox::Options options)
    : sandbox_([&] {
        options.now = [this] { return now; };
        options.wait = [this](std::chrono::milliseconds time) {
          if (meanwhile) meanwhile(time);
        };
        return std::move(options);
      }()) {}

Answer Account::send(const std::string& method, const std::string& target, const std::string& body,
                     const std::vector<sandbox::HttpHeader>& headers) {
  const auto response = sandbox_.handle({method, target, headers, body});
  return {response.status, Json::parse(response.body, nullptr, false), response.body,
          response.headers, response.delivery};
}

Answer Account::post(const std::string& path, const Fields& fields,
                     const std::string& idempotency) {
  std::vector<sandbox::HttpHeader> headers = this->headers();
  if (!idempotency.empty()) headers.push_back({"Idempotency-Key", idempotency});
  return send("POST", path, encoded(fields), headers);
}

Answer Account::get(const std::string& path, const Fields& fields) {
  return send("GET", fields.empty() ? path : path + "?" + encoded(fields), {}, headers());
}

Answer Account::remove(const std::string& path) {
  return send("DELETE", path, {}, headers());
}

Answer Account::submit(const std::string& path, const Fields& fields) {
  return send("POST", path, encoded(fields),
              {{"Content-Type", "application/x-www-form-urlencoded"}});
}

Answer Account::order_fault(const Json& fault) {
  return send("POST", "/_sandbox/faults", fault.dump());
}

std::string Account::product(const std::string& name) {
  return id_of(post("/v1/products", {{"name", name}}));
}

std::string Account::metered_price(const std::string& product) {
  return id_of(post("/v1/prices", {{"product", product},
                                   {"currency", "usd"},
                                   {"unit_amount", "8000"},
                                   {"recurring[interval]", "month"},
                                   {"recurring[usage_type]", "metered"},
                                   {"recurring[aggregate_usage]", "sum"}}));
}

std::string Account::licensed_price(const std::string& product, const std::string& amount) {
  return id_of(post("/v1/prices", {{"product", product},
                                   {"currency", "usd"},
                                   {"unit_amount", amount},
                                   {"recurring[interval]", "month"}}));
}

std::string Account::customer(const std::string& email) {
  return id_of(post("/v1/customers", {{"email", email}}));
}

Json Account::session(const std::string& customer, const std::string& price, const Fields& extra) {
  Fields fields = {{"mode", "subscription"},
                   {"customer", customer},
                   {"line_items[0][price]", price},
                   {"success_url", "https://example.com/done?s={CHECKOUT_SESSION_ID}"}};
  if (customer.empty()) fields.erase(fields.begin() + 1);
  fields.insert(fields.end(), extra.begin(), extra.end());
  const Answer answer = post("/v1/checkout/sessions", fields);
  REQUIRE_MESSAGE(answer.status == 200, answer.text);
  return answer.body;
}

Json Account::pay(const std::string& session, const std::string& card) {
  const Answer answer = submit("/c/pay/" + session, card_form(card));
  REQUIRE_MESSAGE(answer.status == 303, answer.text);
  return get("/v1/checkout/sessions/" + session, {{"expand[]", "subscription"}})
      .body["subscription"];
}

Json Account::metered_subscription() {
  return pay(session(customer(), metered_price(product()))["id"]);
}

}  // namespace sandbox_test
