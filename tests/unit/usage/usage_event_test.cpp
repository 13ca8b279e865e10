// SPDX-License-Identifier: Apache-2.0
#include <billing/usage.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace billing {
namespace {

Result<UsageEvent> event_with_key(std::optional<std::string> key) {
  SeededEntropy entropy(1);
  return make_usage_event({.customer = CustomerId("cus_1"),
                           .item = ItemId("si_1"),
                           .key = std::move(key),
                           .clicked_at = Instant{}},
                          entropy);
}

}  // namespace

TEST_CASE("A key is 1 to 255 visible ASCII characters") {
  CHECK(event_with_key("a")->key.text() == "a");
  CHECK(event_with_key(std::string(255, '~')).has_value());
  for (const std::string& key :
       {std::string(), std::string(256, 'a'), std::string("a b"), std::string("a\x7F"),
        std::string("\xC3\xA9"), std::string("a\0b", 3)}) {
    CAPTURE(key);
    const auto result = event_with_key(key);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == ErrorCode::invalid);
    CHECK(result.error().message.find("Idempotency-Key") != std::string::npos);
  }
}

TEST_CASE("A click without a key gets one of its own") {
  SeededEntropy entropy(1);
  const NewUsage usage{.customer = CustomerId("cus_1"), .item = ItemId("si_1")};
  const auto first = make_usage_event(usage, entropy);
  const auto second = make_usage_event(usage, entropy);
  CHECK(first->key != second->key);
  CHECK(first->id != second->id);
  CHECK(first->id.text().starts_with("use_"));
}

TEST_CASE("Ids of events sort as their clicks do") {
  SystemEntropy entropy;
  // 62 and its powers are where one more letter of the time changes.
  std::set<std::int64_t> milliseconds = {0, 1, 1'767'225'600'000, 4'102'444'800'000};
  for (std::int64_t power = 62; power < 4'102'444'800'000; power *= 62) {
    for (const std::int64_t near : {-1, 0, 1}) {
      milliseconds.insert(power + near);
      milliseconds.insert(1'767'225'600'000 + power + near);
    }
  }
  std::string last;
  for (const std::int64_t each : milliseconds) {
    CAPTURE(each);
    const auto event = make_usage_event({.customer = CustomerId("cus_1"),
                                         .item = ItemId("si_1"),
                                         .clicked_at = Instant(std::chrono::milliseconds(each))},
                                        entropy);
    REQUIRE(event.has_value());
    CHECK(event->id.text() > last);
    last = event->id.text();
  }
}

TEST_CASE("Ids of clicks within one millisecond are unique") {
  SystemEntropy entropy;
  std::set<std::string> ids;
  for (int i = 0; i < 10'000; ++i) {
    const auto event =
        make_usage_event({.customer = CustomerId("cus_1"),
                          .item = ItemId("si_1"),
                          .clicked_at = Instant(std::chrono::milliseconds(1'767'225'600'000))},
                         entropy);
    CHECK(ids.insert(event->id.text()).second);
  }
}

TEST_CASE("A click's content is what was used, not the item it is billed on") {
  SeededEntropy entropy(1);
  NewUsage usage{.customer = CustomerId("cus_1"), .item = ItemId("si_1"), .key = "k"};
  const auto first = make_usage_event(usage, entropy);
  usage.item = ItemId("si_2");
  CHECK(make_usage_event(usage, entropy)->content_hash == first->content_hash);
  usage.quantity = 2;
  CHECK(make_usage_event(usage, entropy)->content_hash != first->content_hash);
}

TEST_CASE("A quantity below 1 is refused") {
  SeededEntropy entropy(1);
  for (const std::int64_t quantity : {0, -1}) {
    const auto result = make_usage_event(
        {.customer = CustomerId("cus_1"), .item = ItemId("si_1"), .quantity = quantity}, entropy);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().message.find("quantity") != std::string::npos);
  }
}

}  // namespace billing
