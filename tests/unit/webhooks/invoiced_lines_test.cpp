// SPDX-License-Identifier: Apache-2.0
#include <billing/webhooks.hpp>

#include "unit/restore/old_ledger.hpp"

namespace billing::tests {
namespace {

/// Acts on all that Stripe tells of, and answers what was said of invoices.
std::vector<CollectingObserver::Seen> said_of_invoices(OldLedger& old) {
  stripe::Client client = old.client_here();
  SystemEntropy entropy;
  CollectingObserver observer;
  StripeHealth health(old.world.clock(), entropy);
  Webhooks webhooks(old.world.inbox(), old.world.ledger(), old.world.store(), client, health,
                    old.world.clock(), observer, {});
  REQUIRE(webhooks.heal_gaps().has_value());
  while (webhooks.work().value()) {
  }
  std::vector<CollectingObserver::Seen> said = observer.seen();
  std::erase_if(said, [](const auto& each) { return each.what != "invoice_differs"; });
  return said;
}

}  // namespace

TEST_CASE("An invoice's line that the ledger can't explain is told with the figures") {
  OldLedger old;
  old.click(2);
  old.world.drain();
  old.use_past_the_ledger(3);
  old.pass(std::chrono::hours(24 * 40));
  const auto said = said_of_invoices(old);
  REQUIRE(said.size() == 1);
  CHECK(said.front().severity == Severity::warning);
  const auto fact = [&](std::string_view name) {
    for (const auto& [key, value] : said.front().facts) {
      if (key == name) return value;
    }
    return std::string();
  };
  CHECK(fact("item") == old.item.text());
  CHECK(fact("invoiced") == "5");
  CHECK(fact("delivered") == "2");
}

TEST_CASE("Of an invoice's line that may have what is on its way nothing is told") {
  OldLedger old;
  old.click(3);
  old.send_unsettled();
  old.pass(std::chrono::hours(24 * 40));
  CHECK(said_of_invoices(old).empty());
}

}  // namespace billing::tests
