// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/api.hpp>
#include <billing/ids.hpp>
#include <billing/usage.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace billing {

/// A request to record something, once.
struct Api::Press {
  const CustomerId& customer;
  std::optional<std::string> key;
  UsageKind kind;
  std::int64_t quantity = 1;
};

/// Where it goes: as a UsageEvent has it.
struct Api::Place {
  ItemId item;
  SubscriptionId subscription = {};
  PriceId price = {};
};

}  // namespace billing
