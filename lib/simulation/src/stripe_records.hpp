// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulation/world.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace simulation {

/// What the sandbox has on its books, as far as the product's business goes; read past the product,
/// by the names of Stripe's fields alone.
struct StripeRecords {
  struct Customer {
    std::string id;
    std::string email;
  };
  struct Subscription {
    std::string id;
    std::string customer;
    std::string status;
    std::optional<std::int64_t> ended_at = std::nullopt;
    std::vector<std::string> items;
    bool metered = false;
  };
  struct Line {
    std::string invoice_item;
    std::string subscription_item;
    std::int64_t quantity = 0;
    std::int64_t amount = 0;
    std::int64_t period_start = 0;
    std::int64_t period_end = 0;
  };
  struct Invoice {
    std::string id;
    std::string customer;
    std::string subscription;  ///< Empty for one that was made by hand.
    std::string status;
    bool auto_advance = false;  ///< Stripe goes on trying to collect it.
    std::int64_t total = 0;
    std::map<std::string, std::string> metadata;
    std::vector<Line> lines;
  };
  struct InvoiceItem {
    std::string id;
    std::string customer;
    std::string invoice;  ///< Empty while it waits for one.
    std::string subscription;
    std::int64_t quantity = 0;
    std::int64_t amount = 0;
    std::map<std::string, std::string> metadata;
  };
  struct Event {
    std::string id;
    std::string type;
    std::string object;
    std::string status_before;  ///< Empty if the object's status did not change.
  };

  std::vector<Customer> customers;
  std::vector<Subscription> subscriptions;
  std::vector<Invoice> invoices;  ///< Without drafts that were deleted.
  std::vector<InvoiceItem> invoice_items;
  std::vector<Event> events;  ///< Newest first.

  const Subscription* subscription_of_item(const std::string& item) const;
};

StripeRecords read_records(World& world);

}  // namespace simulation
