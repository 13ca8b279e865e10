// SPDX-License-Identifier: Apache-2.0
#include <billing/usage.hpp>

#include "base/digest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace billing {
namespace {

constexpr std::size_t key_length_max = 255;

bool visible_ascii(char c) {
  return c > 0x20 && c < 0x7F;
}

/// Eight letters that sort as the instants do: an index of ids that grow is filled from one end,
/// which spares the disk a page a click.
std::string time_letters(Instant instant) {
  constexpr std::string_view alphabet =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string text(8, alphabet.front());
  auto rest = static_cast<std::uint64_t>(instant.time_since_epoch().count());
  for (auto letter = text.rbegin(); letter != text.rend(); ++letter, rest /= alphabet.size()) {
    *letter = alphabet[rest % alphabet.size()];
  }
  return text;
}

}  // namespace

Result<UsageEvent> make_usage_event(const NewUsage& usage, Entropy& entropy) {
  if (usage.key && (usage.key->empty() || usage.key->size() > key_length_max ||
                    !std::ranges::all_of(*usage.key, visible_ascii))) {
    return failure(ErrorCode::invalid,
                   "Idempotency-Key has to be 1 to 255 visible ASCII characters, such as a UUID");
  }
  if (usage.quantity < 1) {
    return failure(ErrorCode::invalid, "quantity has to be a whole number from 1");
  }
  return UsageEvent{
      .id = EventId("use_" + time_letters(usage.clicked_at) + entropy.letters(16)),
      .customer = usage.customer,
      .item = usage.item,
      .key = IdempotencyKey(usage.key ? *usage.key : "made_" + entropy.letters(32)),
      // Not the item: a click repeated after its subscription was replaced is still the same click.
      .content_hash =
          sha256_hex(fmt::format("kind={}&quantity={}", name(usage.kind), usage.quantity)),
      .kind = usage.kind,
      .quantity = usage.quantity,
      .clicked_at = usage.clicked_at,
      .subscription = usage.subscription,
      .price = usage.price,
  };
}

std::string_view name(UsageKind kind) {
  switch (kind) {
    case UsageKind::session: return "session";
    case UsageKind::workshop: return "workshop";
  }
  return "unknown";
}

std::optional<UsageKind> parse_usage_kind(std::string_view text) {
  for (const UsageKind kind : {UsageKind::session, UsageKind::workshop}) {
    if (name(kind) == text) return kind;
  }
  return std::nullopt;
}

}  // namespace billing
