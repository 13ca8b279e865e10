// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"

#include <billing/curl_transport.hpp>

#include <doctest/doctest.h>

#include <fstream>

namespace billing::tests {

void use_sandbox(Program& program, const SandboxProcess& sandbox) {
  program.environment = {"STRIPE_SECRET_KEY=sk_test_sandbox", "CHALLENGE_ID=green-narwhal",
                         "STRIPE_API_BASE=" + sandbox.url()};
}

Finished Program::run(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), BILLING_BINARY);
  return run_program(arguments, environment, folder_.path());
}

void Program::write_file(const std::string& name, const std::string& content) const {
  std::ofstream stream(folder_.path() / name, std::ios::binary);
  stream << content;
  REQUIRE(stream.flush());
}

HttpResponse ask_sandbox(const SandboxProcess& sandbox, const std::string& method,
                         const std::string& path, const std::string& body, Parameters query) {
  const std::string key = "sk_test_sandbox";
  const auto transport = CurlTransport::open(sandbox.url(), key).value();
  const HttpRequest request{.method = method,
                            .path = path,
                            .query = std::move(query),
                            .headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                                        {"Authorization", "Bearer " + key}},
                            .body = body};
  const auto response = transport->send(request, std::chrono::seconds(5));
  REQUIRE(response);
  return *response;
}

std::size_t writes_at(const SandboxProcess& sandbox) {
  const auto response = ask_sandbox(sandbox, "GET", "/_sandbox/requests", "", {{"method", "POST"}});
  REQUIRE(response.status == 200);
  return json_of(response.body).at("requests").size();
}

nlohmann::json json_of(const std::string& text) {
  auto parsed = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  REQUIRE_MESSAGE(!parsed.is_discarded(), text);
  return parsed;
}

}  // namespace billing::tests
