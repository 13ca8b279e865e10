// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

using billing::tests::ask_sandbox;
using billing::tests::Finished;
using billing::tests::json_of;
using billing::tests::Program;
using billing::tests::SandboxProcess;
using billing::tests::use_sandbox;
using billing::tests::writes_at;

namespace {

const std::string shop_webhook = "https://shop.example/webhook";

std::string env_file_of(const Program& program) {
  std::ifstream stream(program.path_of(".env"), std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

Finished register_webhook(const Program& program, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"provision", "--webhook", shop_webhook};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return program.run(arguments);
}

nlohmann::json endpoints_at(const SandboxProcess& sandbox) {
  return json_of(ask_sandbox(sandbox, "GET", "/v1/webhook_endpoints").body).at("data");
}

}  // namespace

TEST_CASE(
    "the signing secret of a new endpoint goes to .env, for its owner alone, and nowhere else") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Program program;
  use_sandbox(program, sandbox);
  program.write_file(".env", "# mine\nPORT=4243");
  std::filesystem::permissions(program.path_of(".env"), std::filesystem::perms{0644});
  const Finished made = register_webhook(program);
  CHECK(made.exit_status == 0);
  CHECK(made.out.find("whsec_") == std::string::npos);
  CHECK(made.err.find("whsec_") == std::string::npos);
  CHECK(made.err.find("the signing secret is in .env") != std::string::npos);
  const std::string kept = env_file_of(program);
  CHECK(kept.starts_with("# mine\nPORT=4243\nSTRIPE_WEBHOOK_SECRET=whsec_"));
  CHECK(kept.ends_with("\n"));
  CHECK(std::filesystem::status(program.path_of(".env")).permissions() ==
        std::filesystem::perms{0600});

  const auto endpoints = endpoints_at(sandbox);
  REQUIRE(endpoints.size() == 1);
  CHECK(endpoints[0].at("url") == shop_webhook);
  CHECK(endpoints[0].at("api_version") == "2025-02-24.acacia");
  CHECK(endpoints[0].at("metadata").at("challenge_id") == "green-narwhal");
  CHECK(endpoints[0].at("enabled_events").size() >= 10);

  const std::size_t writes = writes_at(sandbox);
  const Finished again = register_webhook(program);
  CHECK(again.exit_status == 0);
  CHECK(again.err == "");
  CHECK(again.out.find("webhook_endpoint") != std::string::npos);
  CHECK(writes_at(sandbox) == writes);
  CHECK(env_file_of(program) == kept);
}

TEST_CASE("provision --webhook --json tells of the endpoint as of any other object") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Program program;
  use_sandbox(program, sandbox);
  const auto objects = json_of(register_webhook(program, {"--json"}).out).at("objects");
  REQUIRE(objects.size() == 7);
  CHECK(objects[6].at("object") == "webhook_endpoint");
  CHECK(objects[6].at("action") == "created");
  CHECK(objects[6].at("key") == shop_webhook);
  CHECK(objects[6].at("id") == endpoints_at(sandbox)[0].at("id"));
  CHECK(std::filesystem::status(program.path_of(".env")).permissions() ==
        std::filesystem::perms{0600});
}

TEST_CASE("a dry run registers no endpoint and leaves no file") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Program program;
  use_sandbox(program, sandbox);
  const Finished dry = register_webhook(program, {"--dry-run", "--json"});
  CHECK(dry.exit_status == 0);
  CHECK(json_of(dry.out).at("objects").at(6).at("action") == "created");
  CHECK(writes_at(sandbox) == 0);
  CHECK_FALSE(std::filesystem::exists(program.path_of(".env")));
}

TEST_CASE("an endpoint is not made where its secret could not be kept") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Program program;
  use_sandbox(program, sandbox);
  // A link to nowhere: there is no file to read, and none can be made.
  std::filesystem::create_symlink("no/such/folder/env", program.path_of(".env"));
  const Finished refused = register_webhook(program);
  CHECK(refused.exit_status == 2);
  CHECK(refused.err.find(".env can't take the signing secret") != std::string::npos);
  CHECK(refused.out.find("portal_configuration") != std::string::npos);
  CHECK(endpoints_at(sandbox).empty());
}

TEST_CASE("an endpoint that Stripe refuses leaves no file, and what was done before is told") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Program program;
  use_sandbox(program, sandbox);
  REQUIRE(ask_sandbox(sandbox, "POST", "/_sandbox/faults",
                      R"({"operation": "POST /v1/webhook_endpoints", "status": 400,
                          "code": "url_invalid", "message": "Invalid URL"})")
              .status == 200);
  const Finished refused = register_webhook(program);
  CHECK(refused.exit_status == 3);
  CHECK(refused.err.find("Invalid URL") != std::string::npos);
  CHECK(refused.err.find("; try: an address that Stripe reaches") != std::string::npos);
  CHECK(refused.out.find("portal_configuration") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(program.path_of(".env")));
  CHECK(register_webhook(program).exit_status == 0);
}

TEST_CASE("a variable that hides the new secret is named, and so is one that is missing") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Program program;
  use_sandbox(program, sandbox);
  program.environment.push_back("STRIPE_WEBHOOK_SECRET=whsec_old");
  const Finished hidden = register_webhook(program);
  CHECK(hidden.err.find("STRIPE_WEBHOOK_SECRET in the environment hides the new one in .env") !=
        std::string::npos);
  CHECK(hidden.err.find("whsec_") == std::string::npos);

  program.environment.pop_back();
  std::filesystem::remove(program.path_of(".env"));
  const Finished unknown = register_webhook(program);
  CHECK(unknown.exit_status == 0);
  CHECK(unknown.err.find("STRIPE_WEBHOOK_SECRET is not set, and Stripe tells it only of a new "
                         "endpoint") != std::string::npos);
}

TEST_CASE("what is no address of a webhook is refused before Stripe is asked") {
  Program program;
  program.environment = {"STRIPE_SECRET_KEY=sk_test_sandbox", "CHALLENGE_ID=green",
                         "STRIPE_API_BASE=http://127.0.0.1:1"};
  for (const std::string url :
       {"shop.example/webhook", "ftp://shop.example/webhook", "https://", "https:///webhook",
        "https://shop.example", "https://shop.example/", "https://shop.example/web hook",
        "https://ada:pass@shop.example/webhook", "https://shop.example/webhook#part",
        "https://shop.example?x=/webhook"}) {
    CAPTURE(url);
    const Finished refused = program.run({"provision", "--webhook", url});
    CHECK(refused.exit_status == 2);
    CHECK(refused.err.starts_with("billing: --webhook "));
    CHECK(refused.err.find("; try: https://shop.example/webhook") != std::string::npos);
  }
  program.environment = {"STRIPE_SECRET_KEY=sk_live_1", "CHALLENGE_ID=green"};
  const Finished plain = program.run({"provision", "--webhook", "http://shop.example/webhook"});
  CHECK(plain.exit_status == 2);
  CHECK(plain.err.find("for a live key") != std::string::npos);
}
