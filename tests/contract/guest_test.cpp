// SPDX-License-Identifier: Apache-2.0
#include "contract/ledger_fixture.hpp"

#include <thread>

namespace billing::tests {
namespace {

std::unique_ptr<SqliteData> open_as(SqliteAccess access, const std::string& path) {
  auto opened = SqliteData::open(path, access);
  REQUIRE_MESSAGE(opened.has_value(), opened.error().message);
  return std::move(*opened);
}

WebhookEvent event_numbered(const std::string& number) {
  return {.id = WebhookEventId("evt_" + number),
          .type = "invoice.paid",
          .object_id = "in_1",
          .customer = CustomerId("cus_a"),
          .created = to_second(noon)};
}

}  // namespace

TEST_CASE("A guest keeps and reopens events beside the owner, who sees it at once") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "billing.db").string();
  const auto owner = open_as(SqliteAccess::owner, path);
  const auto guest = open_as(SqliteAccess::guest, path);
  REQUIRE(owner->inbox().keep(event_numbered("old"), WebhookOrigin::webhook, noon).has_value());
  REQUIRE(owner->inbox().finish(WebhookEventId("evt_old")).has_value());
  CHECK(owner->inbox().to_do(10)->empty());

  REQUIRE(guest->inbox().keep(event_numbered("missed"), WebhookOrigin::gap, noon).has_value());
  REQUIRE(guest->inbox().reopen(WebhookEventId("evt_old")).has_value());
  const auto to_do = owner->inbox().to_do(10);
  REQUIRE(to_do.has_value());
  REQUIRE(to_do->size() == 2);
  CHECK(to_do->at(0).event.id.text() == "evt_old");
  CHECK(to_do->at(1).origin == WebhookOrigin::gap);
  REQUIRE(owner->inbox().finish(WebhookEventId("evt_old")).has_value());
  CHECK((*guest->inbox().find(WebhookEventId("evt_old")))->state == WebhookState::done);
}

TEST_CASE("An event that is opened again has no reason of old") {
  const TemporaryFolder folder;
  const auto owner = open_as(SqliteAccess::owner, (folder.path() / "billing.db").string());
  REQUIRE(owner->inbox().keep(event_numbered("1"), WebhookOrigin::webhook, noon).has_value());
  REQUIRE(owner->inbox().note(WebhookEventId("evt_1"), "Stripe was down").has_value());
  REQUIRE(owner->inbox().reopen(WebhookEventId("evt_1")).has_value());
  CHECK((*owner->inbox().find(WebhookEventId("evt_1")))->reason.empty());
  const auto unknown = owner->inbox().reopen(WebhookEventId("evt_2"));
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().code == ErrorCode::not_found);
}

TEST_CASE("A guest can write nothing but the inbox") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "billing.db").string();
  const auto owner = open_as(SqliteAccess::owner, path);
  REQUIRE(owner->store().remember(subscription_of("a")).has_value());
  const auto guest = open_as(SqliteAccess::guest, path);
  const auto denied = [](const auto& result) {
    return !result.has_value() && result.error().code == ErrorCode::denied;
  };
  CHECK(denied(guest->ledger().append(click_of("a", "key"), noon)));
  CHECK(denied(guest->store().remember(subscription_of("a"))));
  CHECK(denied(guest->store().reserve_user("ada@example.com", IdempotencyKey("k"))));
  CHECK(denied(guest->store().remember(Offerings{})));
  CHECK(owner->ledger().list({})->empty());
  CHECK(guest->store().subscriptions(CustomerId("cus_a"))->size() == 1);
}

TEST_CASE("A guest needs a file that is there, and lets an owner in later") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "billing.db").string();
  CHECK_FALSE(SqliteData::open(path, SqliteAccess::guest).has_value());
  CHECK_FALSE(std::filesystem::exists(path));
  open_as(SqliteAccess::owner, path).reset();
  const auto guest = open_as(SqliteAccess::guest, path);
  const auto owner = open_as(SqliteAccess::owner, path);
  CHECK(guest->inbox().keep(event_numbered("1"), WebhookOrigin::gap, noon).has_value());
  CHECK(owner->inbox().to_do(10)->size() == 1);
}

TEST_CASE("Owner and guest that write at the same time wait for each other, and neither fails") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "billing.db").string();
  const auto owner = open_as(SqliteAccess::owner, path);
  REQUIRE(owner->store().remember(subscription_of("a")).has_value());
  const auto guest = open_as(SqliteAccess::guest, path);
  constexpr int rounds = 300;
  int kept = 0;
  std::thread guest_at_work([&] {
    for (int i = 0; i < rounds; ++i) {
      const auto row =
          guest->inbox().keep(event_numbered(std::to_string(i)), WebhookOrigin::gap, noon);
      kept += row.has_value() ? 1 : 0;
    }
  });
  int recorded = 0;
  for (int i = 0; i < rounds; ++i) {
    const auto appended = owner->ledger().append(click_of("a", "key-" + std::to_string(i)), noon);
    recorded += appended.has_value() ? 1 : 0;
  }
  guest_at_work.join();
  CHECK(kept == rounds);
  CHECK(recorded == rounds);
  CHECK(owner->inbox().to_do(2 * rounds)->size() == rounds);
}

}  // namespace billing::tests
