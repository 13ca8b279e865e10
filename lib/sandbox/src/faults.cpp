// SPDX-License-Identifier: Apache-2.0
#include "faults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sandbox {
namespace {

constexpr std::size_t faults_max = 1000;

[[noreturn]] void refuse(std::string message) {
  throw Refusal{.message = std::move(message), .executed = false};
}

std::string ordered_text(const Json& order, const char* name) {
  const auto found = order.find(name);
  if (found == order.end()) return {};
  if (!found->is_string()) refuse(fmt::format("`{}` must be a string", name));
  return found->get<std::string>();
}

std::int64_t ordered_integer(const Json& order, const char* name, std::int64_t otherwise) {
  const auto found = order.find(name);
  if (found == order.end()) return otherwise;
  if (!found->is_number_integer()) refuse(fmt::format("`{}` must be an integer", name));
  return found->get<std::int64_t>();
}

bool ordered_flag(const Json& order, const char* name) {
  const auto found = order.find(name);
  if (found == order.end()) return false;
  if (!found->is_boolean()) refuse(fmt::format("`{}` must be true or false", name));
  return found->get<bool>();
}

void check_operation(const std::string& operation, const Router& router) {
  std::string known;
  for (const Route& route : router.routes()) {
    if (route.name() == operation) return;
    known += (known.empty() ? "" : ", ") + route.name();
  }
  refuse(fmt::format("Unknown operation `{}`. Known operations: {}", operation, known));
}

void check_names(const Json& order) {
  constexpr std::array known = {"operation", "status", "times", "after",
                                "stored",    "code",   "type",  "message"};
  for (const auto& [name, value] : order.items()) {
    if (std::ranges::find(known, name) == known.end())
      refuse(fmt::format("Unknown key `{}`", name));
  }
}

// What Stripe says with such a status, unless the order says otherwise.
Refusal refusal_for(const Json& order, int status) {
  Refusal refusal{.status = status, .code = ordered_text(order, "code")};
  refusal.type = ordered_text(order, "type");
  refusal.message = ordered_text(order, "message");
  if (refusal.code.empty() && status == 429) refusal.code = "rate_limit";
  if (refusal.type.empty()) {
    refusal.type = status >= 500   ? "api_error"
                   : status == 402 ? "card_error"
                                   : "invalid_request_error";
  }
  if (refusal.message.empty()) {
    refusal.message = status == 429
                          ? "Request rate limit exceeded. Learn more about rate limits here "
                            "https://stripe.com/docs/rate-limits."
                          : "An unknown error occurred (a fault ordered at /_sandbox/faults).";
  }
  return refusal;
}

Json shown(const Fault& fault) {
  return {{"operation", fault.operation},
          {"status", fault.status},
          {"times", fault.times},
          {"after", fault.after},
          {"stored", fault.stored},
          {"used", fault.used},
          {"code", fault.refusal.code},
          {"type", fault.refusal.type},
          {"message", fault.refusal.message}};
}

}  // namespace

Json Faults::order(const std::string& body, const Router& router) {
  const Json order = Json::parse(body, nullptr, false);
  if (!order.is_object()) refuse("The body must be a JSON object");
  check_names(order);
  Fault fault{.operation = ordered_text(order, "operation")};
  check_operation(fault.operation, router);
  const std::int64_t status = ordered_integer(order, "status", 500);
  if (status < 400 || status > 599) refuse("`status` must be between 400 and 599");
  fault.status = static_cast<int>(status);
  fault.times = ordered_integer(order, "times", 1);
  if (fault.times == 0) fault.times = 1;
  if (fault.times < -1) refuse("`times` must be -1 or more");
  fault.after = ordered_flag(order, "after");
  fault.stored = ordered_flag(order, "stored");
  fault.refusal = refusal_for(order, fault.status);
  if (faults_.size() >= faults_max) refuse("Too many faults: DELETE /_sandbox/faults first");
  faults_.push_back(fault);
  return shown(fault);
}

Json Faults::list() const {
  Json faults = Json::array();
  for (const Fault& fault : faults_) faults.push_back(shown(fault));
  return {{"faults", std::move(faults)}};
}

const Fault* Faults::strike(const Route& route) {
  if (faults_.empty()) return nullptr;
  const auto found = std::ranges::find_if(faults_, [name = route.name()](const Fault& fault) {
    return !fault.spent() && fault.operation == name;
  });
  if (found == faults_.end()) return nullptr;
  ++found->used;
  return &*found;
}

}  // namespace sandbox
