// SPDX-License-Identifier: Apache-2.0
#include "faults.hpp"

#include "rate_limit.hpp"

#include <algorithm>
#include <array>

namespace sandbox {
namespace {

constexpr std::size_t faults_max = 1000;
constexpr std::size_t request_ids_max = 1000;
constexpr std::uint64_t drawn_stall_ms_max = 1000;

FaultKind answered(std::string_view name, Refusal refusal, bool stored = false) {
  return {name, {.works = false, .refusal = std::move(refusal), .stored = stored}};
}

}  // namespace

std::span<const FaultKind> fault_kinds() {
  static const std::array kinds = {
      answered("status", refusal_with(500)),
      answered("stored_500", refusal_with(500), true),
      answered("unstored_500", refusal_with(500)),
      answered("global-rate", rate_limited("global-rate")),
      answered("endpoint-rate", rate_limited("endpoint-rate")),
      answered("global-concurrency", rate_limited("global-concurrency")),
      answered("endpoint-concurrency", rate_limited("endpoint-concurrency")),
      answered("resource-specific", rate_limited("resource-specific")),
      answered("lock_timeout", lock_timeout()),
      FaultKind{"stall", {.stall = std::chrono::milliseconds(1000)}},
      FaultKind{"reset_before", {.works = false, .delivery = Delivery::reset}},
      FaultKind{"reset_after", {.delivery = Delivery::reset}},
      FaultKind{"half_answer", {.delivery = Delivery::half}},
  };
  return kinds;
}

Faults::Faults(double probability, std::uint64_t seed)
    : probability_(probability), seed_(stable_hash("faults", seed)), random_(seed_) {
  clear();
}

void Faults::clear() {
  faults_.clear();
  random_ = Ids(seed_);
  calls_ = 0;
  drawn_.assign(fault_kinds().size(), 0);
}

Json Faults::order(const std::string& body, const Router& router) {
  Fault fault = ordered_fault(body, router);
  if (faults_.size() >= faults_max) {
    throw Refusal{.message = "Too many faults: DELETE /_sandbox/faults first"};
  }
  return shown(faults_.emplace_back(std::move(fault)));
}

Json Faults::list() const {
  Json faults = Json::array();
  for (const Fault& fault : faults_) faults.push_back(shown(fault));
  Json kinds = Json::object();
  std::int64_t struck = 0;
  for (std::size_t i = 0; i < drawn_.size(); ++i) {
    if (drawn_[i] > 0) kinds[std::string(fault_kinds()[i].name)] = drawn_[i];
    struck += drawn_[i];
  }
  return {{"faults", std::move(faults)},
          {"drawn",
           {{"probability", probability_},
            {"calls", calls_},
            {"struck", struck},
            {"kinds", std::move(kinds)}}}};
}

Effect Faults::strike(const Route& route, const std::string& request_id) {
  if (!faults_.empty()) {
    const auto found = std::ranges::find_if(
        faults_, [name = route.name()](const Fault& fault) { return fault.waits_for(name); });
    if (found != faults_.end()) {
      ++found->used;
      if (found->request_ids.size() == request_ids_max) found->request_ids.pop_front();
      found->request_ids.push_back(request_id);
      return found->effect;
    }
  }
  return probability_ > 0 ? draw() : Effect{};
}

Effect Faults::draw() {
  ++calls_;
  // The upper 53 bits, as a number from 0 to 1.
  constexpr double unit = 0x1p-53;
  if (static_cast<double>(random_.next() >> 11U) * unit >= probability_) return {};
  const std::size_t which = random_.next() % fault_kinds().size();
  ++drawn_[which];
  const FaultKind& kind = fault_kinds()[which];
  Effect effect = kind.effect;
  const std::uint64_t dice = random_.next();
  if (kind.name == "status") effect.refusal = refusal_with(502 + static_cast<int>(dice / 2 % 3));
  // What fails on Stripe's side may have been done or not.
  if (effect.refusal && effect.refusal->status >= 500) effect.works = dice % 2 == 0;
  if (effect.stall.count() > 0)
    effect.stall = std::chrono::milliseconds(1 + dice % drawn_stall_ms_max);
  return effect;
}

}  // namespace sandbox
