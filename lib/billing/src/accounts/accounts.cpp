// SPDX-License-Identifier: Apache-2.0
#include <billing/accounts.hpp>

#include <algorithm>

namespace billing {
namespace {

/// https://docs.stripe.com/api/customers/object#customer_object-email
constexpr std::size_t email_bytes_max = 512;

bool blank_or_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte == 0x7F;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && blank_or_control(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank_or_control(text.back())) text.remove_suffix(1);
  return text;
}

bool plausible_domain(std::string_view domain) {
  return domain.find('.') != std::string_view::npos && domain.front() != '.' &&
         domain.back() != '.' && domain.find("..") == std::string_view::npos;
}

}  // namespace

bool is_live(const Subscription& subscription) {
  return subscription.status != "canceled" && subscription.status != "incomplete" &&
         subscription.status != "incomplete_expired";
}

const SubscriptionItem* metered_item(const Subscription& subscription, const ProductId& product) {
  for (const SubscriptionItem& item : subscription.items) {
    if (item.usage_type == UsageType::metered && item.product == product) return &item;
  }
  return nullptr;
}

const Subscription* current(const std::vector<Subscription>& subscriptions) {
  const Subscription* best = nullptr;
  for (const Subscription& each : subscriptions) {
    const bool better = best == nullptr || (is_live(each) && !is_live(*best)) ||
                        (is_live(each) == is_live(*best) && each.created > best->created);
    if (better) best = &each;
  }
  return best;
}

Result<std::string> normalise_email(std::string_view text) {
  const std::string_view email = trimmed(text);
  if (email.empty()) return failure(ErrorCode::invalid, "email is missing: send an e-mail address");
  const std::size_t at = email.find('@');
  const bool plausible =
      email.size() <= email_bytes_max && at != std::string_view::npos && at > 0 &&
      at + 1 < email.size() && email.find('@', at + 1) == std::string_view::npos &&
      std::ranges::none_of(email, blank_or_control) && plausible_domain(email.substr(at + 1));
  if (!plausible) {
    return failure(ErrorCode::invalid,
                   "email is not an e-mail address: send one such as alex@example.com");
  }
  std::string normal(email);
  // Only the domain: what is before the @ may tell upper from lower case.
  for (std::size_t i = at + 1; i < normal.size(); ++i) {
    if (normal[i] >= 'A' && normal[i] <= 'Z') normal[i] = static_cast<char>(normal[i] - 'A' + 'a');
  }
  return normal;
}

}  // namespace billing
