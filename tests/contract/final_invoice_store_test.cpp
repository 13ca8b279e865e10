// SPDX-License-Identifier: Apache-2.0
#include "contract/ledger_fixture.hpp"
#include "contract/on_postgres.hpp"

#include <array>

namespace billing::tests {
namespace {

/// Subscription `sub_a` with one delivered event and one that waits for the final invoice.
template <class Adapter>
class FinalRows : public LedgerFixture<Adapter> {
 public:
  FinalRows() {
    for (const char* key : {"delivered", "waiting"}) {
      this->append(click_of("a", key));
      this->settle(*this->claim(noon + std::chrono::minutes(1)),
                   std::string(key) == "delivered"
                       ? delivered("mbur_1")
                       : Settlement{.state = EventState::final_invoice, .reason = "canceled"});
    }
  }
  FinalInvoiceStore& rows() { return this->adapter.final_invoices(); }

  void end(const std::string& x, Instant at = noon) {
    Subscription ended = subscription_of(x);
    ended.status = "canceled";
    ended.ended_at = to_second(at);
    REQUIRE(this->adapter.store().remember(ended).has_value());
  }
  FinalInvoice row(const std::string& x = "a") {
    const auto found = rows().find(SubscriptionId("sub_" + x));
    REQUIRE(found.has_value());
    REQUIRE(found->has_value());
    return **found;
  }
  RecordedEvent event(std::size_t i) {
    return this->ledger().list({.customer = CustomerId("cus_a")})->at(i);
  }
  bool advance(const FinalInvoice& after, FinalStep from,
               std::span<const ReckonedEvent> events = {}) {
    const auto advanced = rows().advance(after, from, events);
    REQUIRE(advanced.has_value());
    return *advanced;
  }
};

}  // namespace

TEST_CASE_TEMPLATE("A subscription's end makes one final invoice, for ever", Adapter, OnSqlite,
                   OnPostgres) {
  FinalRows<Adapter> data;
  CHECK(data.rows().to_do()->empty());
  data.end("b", noon + std::chrono::hours(1));
  data.end("a");
  data.end("a");
  const auto to_do = data.rows().to_do();
  REQUIRE(to_do->size() == 2);
  CHECK(to_do->at(0).subscription.text() == "sub_a");
  CHECK(to_do->at(0).customer.text() == "cus_a");
  CHECK(to_do->at(0).ended_at == to_second(noon));
  CHECK(to_do->at(0).step == FinalStep::settling);
  CHECK(data.rows().list()->at(0).subscription.text() == "sub_b");
  CHECK_FALSE(data.rows().find(SubscriptionId("sub_c"))->has_value());
}

TEST_CASE_TEMPLATE("A final invoice and its events are stored together, and stay", Adapter,
                   OnSqlite, OnPostgres) {
  FinalRows<Adapter> data;
  data.end("a");
  FinalInvoice after = data.row();
  after.step = FinalStep::frozen;
  after.item = ItemId("si_a");
  after.product = ProductId("prod_1");
  after.unit_amount = {8'000, "usd"};
  after.quantity = 2;
  after.period_start = to_second(noon) - std::chrono::hours(1);
  const std::array events = {
      ReckonedEvent{.sequence = data.event(1).sequence, .on_final_invoice = true},
      ReckonedEvent{.sequence = data.event(0).sequence,
                    .state = EventState::final_invoice,
                    .on_final_invoice = true,
                    .reason = "canceled"}};
  CHECK(data.advance(after, FinalStep::settling, events));
  after.step = FinalStep::done;
  after.invoice = InvoiceId("in_1");
  after.outcome = "paid";
  after.reason = "odd";
  CHECK(data.advance(after, FinalStep::frozen));
  data.adapter.reopen();
  const FinalInvoice row = data.row();
  CHECK(row.step == FinalStep::done);
  CHECK(row.item.text() == "si_a");
  CHECK(row.product.text() == "prod_1");
  CHECK(row.unit_amount == Money{8'000, "usd"});
  CHECK(row.quantity == 2);
  CHECK(row.period_start == after.period_start);
  CHECK(row.invoice.text() == "in_1");
  CHECK(row.outcome == "paid");
  CHECK(row.reason == "odd");
  CHECK(data.rows().to_do()->empty());
  for (const std::size_t i : {0U, 1U}) {
    CHECK(data.event(i).final_invoice_of.text() == "sub_a");
  }
  CHECK(data.event(0).state == EventState::final_invoice);
  CHECK(data.event(0).reason == "canceled");
  CHECK(data.event(1).state == EventState::delivered);
  CHECK(data.event(1).record.text() == "mbur_1");
}

TEST_CASE_TEMPLATE("Who was overtaken changes nothing, neither the row nor an event", Adapter,
                   OnSqlite, OnPostgres) {
  FinalRows<Adapter> data;
  data.end("a");
  FinalInvoice frozen = data.row();
  frozen.step = FinalStep::frozen;
  const std::array one = {ReckonedEvent{.sequence = data.event(1).sequence,
                                        .state = EventState::delivered,
                                        .on_final_invoice = true}};
  const std::array both = {
      ReckonedEvent{.sequence = data.event(0).sequence, .state = EventState::refused}, one[0]};
  REQUIRE(data.advance(frozen, FinalStep::settling, one));
  SUBCASE("at another step") {
    CHECK_FALSE(data.advance(frozen, FinalStep::settling, both));
  }
  SUBCASE("with an event that is on it already") {
    CHECK_FALSE(data.advance(frozen, FinalStep::frozen, both));
  }
  CHECK(data.event(0).state == EventState::final_invoice);
  CHECK(data.event(0).final_invoice_of.empty());
}

TEST_CASE_TEMPLATE(
    "What waits for a final invoice that will not take it is a stray, until it is refused", Adapter,
    OnSqlite, OnPostgres) {
  FinalRows<Adapter> data;
  const auto strays = data.rows().strays(10);
  REQUIRE(strays->size() == 1);
  CHECK(strays->at(0).event->key.text() == "waiting");
  SUBCASE("it is none once its subscription has ended, and is to be reckoned up") {
    data.end("a");
    CHECK(data.rows().strays(10)->empty());
    FinalInvoice done = data.row();
    done.step = FinalStep::done;
    REQUIRE(data.advance(done, FinalStep::settling));
    CHECK(data.rows().strays(10)->size() == 1);
  }
  SUBCASE("it is refused with the reason that it has") {
    REQUIRE(data.rows().refuse_stray(strays->at(0).sequence, "").has_value());
    CHECK(data.event(0).reason == "canceled");
    CHECK(data.event(0).state == EventState::refused);
    CHECK(data.rows().strays(10)->empty());
  }
  SUBCASE("or with another") {
    REQUIRE(data.rows().refuse_stray(strays->at(0).sequence, "too late").has_value());
    CHECK(data.event(0).reason == "too late");
  }
  SUBCASE("what is on its final invoice is never refused") {
    data.end("a");
    FinalInvoice frozen = data.row();
    frozen.step = FinalStep::frozen;
    const std::array events = {ReckonedEvent{.sequence = strays->at(0).sequence,
                                             .state = EventState::final_invoice,
                                             .on_final_invoice = true}};
    REQUIRE(data.advance(frozen, FinalStep::settling, events));
    CHECK(data.rows().strays(10)->empty());
    REQUIRE(data.rows().refuse_stray(strays->at(0).sequence, "too late").has_value());
    CHECK(data.event(0).state == EventState::final_invoice);
  }
}

}  // namespace billing::tests
