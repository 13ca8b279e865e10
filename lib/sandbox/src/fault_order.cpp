// SPDX-License-Identifier: Apache-2.0
#include "faults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sandbox {
namespace {

constexpr std::int64_t stall_ms_max = 600'000;

[[noreturn]] void refuse(std::string message) {
  throw Refusal{.message = std::move(message), .executed = false};
}

std::string ordered_text(const Json& order, const char* name, std::string otherwise = {}) {
  const auto found = order.find(name);
  if (found == order.end()) return otherwise;
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
  if (operation == "*") return;
  std::string known = "*";
  for (const Route& route : router.routes()) {
    if (route.name() == operation) return;
    known += ", " + route.name();
  }
  refuse(fmt::format("Unknown operation `{}`. Known operations: {}", operation, known));
}

Effect effect_of_kind(const std::string& name) {
  std::string known;
  for (const FaultKind& kind : fault_kinds()) {
    if (kind.name == name) return kind.effect;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", kind.name);
  }
  refuse(fmt::format("Unknown kind `{}`. Known kinds: {}", name, known));
}

// Only a plain status leaves something to choose, and a stall its time.
void check_names(const Json& order, std::string_view kind) {
  constexpr std::array always = {"operation", "kind", "times"};
  constexpr std::array with_status = {"status", "after", "stored", "code", "type", "message"};
  for (const auto& [name, value] : order.items()) {
    if (std::ranges::find(always, name) != always.end()) continue;
    if (kind == "status" && std::ranges::find(with_status, name) != with_status.end()) continue;
    if (kind == "stall" && name == "milliseconds") continue;
    refuse(fmt::format("Unknown key `{}` of kind `{}`", name, kind));
  }
}

void read_status(const Json& order, Effect& effect) {
  const std::int64_t status = ordered_integer(order, "status", 500);
  if (status < 400 || status > 599) refuse("`status` must be between 400 and 599");
  Refusal refusal = refusal_with(static_cast<int>(status));
  for (const auto& [name, into] :
       {std::pair{"code", &refusal.code}, {"type", &refusal.type}, {"message", &refusal.message}}) {
    if (const std::string given = ordered_text(order, name); !given.empty()) *into = given;
  }
  effect.refusal = std::move(refusal);
  effect.works = ordered_flag(order, "after");
  effect.stored = ordered_flag(order, "stored");
}

void read_stall(const Json& order, Effect& effect) {
  const std::int64_t time = ordered_integer(order, "milliseconds", effect.stall.count());
  if (time < 1 || time > stall_ms_max) {
    refuse(fmt::format("`milliseconds` must be between 1 and {}", stall_ms_max));
  }
  effect.stall = std::chrono::milliseconds(time);
}

}  // namespace

Fault ordered_fault(const std::string& body, const Router& router) {
  const Json order = Json::parse(body, nullptr, false);
  if (!order.is_object()) refuse("The body must be a JSON object");
  Fault fault{.operation = ordered_text(order, "operation"),
              .kind = ordered_text(order, "kind", "status")};
  fault.effect = effect_of_kind(fault.kind);
  check_names(order, fault.kind);
  check_operation(fault.operation, router);
  fault.times = ordered_integer(order, "times", 1);
  if (fault.times == 0) fault.times = 1;
  if (fault.times < -1) refuse("`times` must be -1 or more");
  if (fault.kind == "status") read_status(order, fault.effect);
  if (fault.kind == "stall") read_stall(order, fault.effect);
  return fault;
}

Json shown(const Fault& fault) {
  const Effect& effect = fault.effect;
  Json shown = {{"operation", fault.operation},
                {"kind", fault.kind},
                {"times", fault.times},
                {"used", fault.used},
                {"request_ids", fault.request_ids}};
  if (effect.stall.count() > 0) shown["milliseconds"] = effect.stall.count();
  if (effect.refusal) {
    shown["status"] = effect.refusal->status;
    shown["after"] = effect.works;
    shown["stored"] = effect.stored;
    shown["code"] = effect.refusal->code;
    shown["type"] = effect.refusal->type;
    shown["message"] = effect.refusal->message;
  }
  return shown;
}

Refusal refusal_with(int status) {
  Refusal refusal{.status = status,
                  .type = status >= 500   ? "api_error"
                          : status == 402 ? "card_error"
                                          : "invalid_request_error",
                  .message = "An unknown error occurred (a fault ordered at /_sandbox/faults)."};
  if (status == 429) {
    refusal.code = "rate_limit";
    refusal.message =
        "Request rate limit exceeded. Learn more about rate limits here "
        "https://stripe.com/docs/rate-limits.";
  }
  return refusal;
}

}  // namespace sandbox
