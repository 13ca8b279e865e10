// SPDX-License-Identifier: Apache-2.0
#include "item_changes.hpp"

#include "billing.hpp"
#include "subscription_params.hpp"
#include "timeline.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sandbox {
namespace {

Refusal last_item() {
  return {.message =
              "A subscription must have at least one active plan. To cancel the subscription, "
              "please use the cancel API endpoint on Subscriptions. You can choose to delete its "
              "items without closing the subscription by adding another item first."};
}

/// Changes one list of items by one element of `items[]` after the other. Where the element stands
/// is empty for a call that is about one item.
class ItemEditor {
 public:
  ItemEditor(Call& call, const Subscription& subscription)
      : call_(call), subscription_(subscription) {
    for (const std::string& id : subscription.items) {
      changes_.items.push_back(call.world.items.at(id));
      prices_.push_back(&call.world.prices.at(changes_.items.back().price));
    }
    interval_ = *prices_.front()->recurring;
  }

  void take(const Json& change, const std::string& at) {
    if (!change.contains("id")) return add(change, at);
    const std::string id = change["id"];
    const auto found = std::ranges::find(changes_.items, id, &SubscriptionItem::id);
    if (found == changes_.items.end()) {
      throw no_such_named("subscription_item", id, below(at, "id"));
    }
    const auto index = static_cast<std::size_t>(found - changes_.items.begin());
    if (change.value("deleted", false)) return remove(index, change, at);
    alter(index, change, at);
  }

  ItemChanges changes() && {
    if (changes_.items.empty()) throw last_item();
    if (changes_.items.size() > items_max) {
      throw Refusal{.message = fmt::format("A subscription can have at most {} items.", items_max),
                    .param = "items"};
    }
    check_lines_agree(prices_);
    if (!prices_.front()->recurring->same_interval(interval_)) {
      throw not_emulated("a price of another billing interval");
    }
    if (subscription_.status == "trialing") changes_.prorates = false;
    return std::move(changes_);
  }

 private:
  static std::string below(const std::string& at, std::string_view name) {
    return at.empty() ? std::string(name) : fmt::format("{}[{}]", at, name);
  }

  const Price& price_for(const Json& change, const std::string& at) {
    const Price& price = changes_.prices.of_line(call_, change, at);
    check_recurring(price, below(at, "price"));
    return price;
  }

  // A quantity belongs to licensed prices alone; a new price begins with 1 again.
  void set_quantity(SubscriptionItem& item, const Price& price, bool fresh, const Json& change,
                    const std::string& at) {
    if (price.metered()) {
      if (change.contains("quantity")) throw metered_quantity(below(at, "quantity"));
      item.quantity.reset();
      return;
    }
    if (fresh) item.quantity = 1;
    assign(change, "quantity", item.quantity);
  }

  void add(const Json& change, const std::string& at) {
    const Price& price = price_for(change, at);
    const std::int64_t now = time_of(call_.world, subscription_);
    SubscriptionItem item{.id = call_.world.ids.plain("si_"),
                          .created = now,
                          .subscription = subscription_.id,
                          .price = price.id,
                          .open_summary = call_.world.ids.timed("sis_", now)};
    set_quantity(item, price, true, change, at);
    assign_metadata(change, item.metadata);
    changes_.items.push_back(std::move(item));
    prices_.push_back(&price);
    changes_.prorates |= !price.metered();
  }

  void alter(std::size_t index, const Json& change, const std::string& at) {
    SubscriptionItem& item = changes_.items[index];
    const Price& old = *prices_[index];
    const bool named = change.contains("price") || change.contains("price_data");
    const Price& price = named ? price_for(change, at) : old;
    const auto quantity = item.quantity;
    const bool other = price.id != old.id;
    item.price = price.id;
    prices_[index] = &price;
    set_quantity(item, price, other, change, at);
    assign_metadata(change, item.metadata);
    changes_.prorates |=
        item.quantity != quantity || (other && !(old.metered() && price.metered()));
    if (other && old.metered() && !price.metered()) drop_usage(index, change, at);
  }

  void remove(std::size_t index, const Json& change, const std::string& at) {
    drop_usage(index, change, at);
    changes_.prorates |= !prices_[index]->metered();
    const auto offset = static_cast<std::ptrdiff_t>(index);
    changes_.deleted.push_back(changes_.items[index].id);
    changes_.items.erase(changes_.items.begin() + offset);
    prices_.erase(prices_.begin() + offset);
  }

  // Usage that would never be billed goes only if that is said.
  void drop_usage(std::size_t index, const Json& change, const std::string& at) {
    SubscriptionItem& item = changes_.items[index];
    if (!change.value("clear_usage", false) &&
        item.usage.lower_bound(subscription_.period.start) != item.usage.end()) {
      throw Refusal{
          .message = fmt::format("Subscription item {} has usage in this billing period. Pass "
                                 "`clear_usage=true` to delete it along with its usage.",
                                 item.id),
          .param = below(at, "clear_usage")};
    }
    item.usage.erase(item.usage.lower_bound(subscription_.period.start), item.usage.end());
  }

  Call& call_;
  const Subscription& subscription_;
  ItemChanges changes_;
  std::vector<const Price*> prices_;
  Recurring interval_;
};

}  // namespace

ItemChanges item_changes(Call& call, const Subscription& subscription, const Json& changes,
                         const std::string& name) {
  ItemEditor editor(call, subscription);
  std::size_t index = 0;
  for (const Json& change : changes) editor.take(change, fmt::format("{}[{}]", name, index++));
  return std::move(editor).changes();
}

ItemChanges item_change(Call& call, const Subscription& subscription, Json change) {
  ItemEditor editor(call, subscription);
  editor.take(change, "");
  return std::move(editor).changes();
}

void apply(Call& call, Subscription& subscription, ItemChanges changes) {
  Table<SubscriptionItem>& items = call.world.items;
  changes.prices.add(call);
  for (const std::string& id : changes.deleted) items.at(id).deleted = true;
  subscription.items.clear();
  for (SubscriptionItem& item : changes.items) {
    subscription.items.push_back(item.id);
    if (SubscriptionItem* known = items.find(item.id)) {
      // Field by field: the table stands on the row's own id.
      known->price = std::move(item.price);
      known->quantity = item.quantity;
      known->metadata = std::move(item.metadata);
      known->usage = std::move(item.usage);
    } else {
      items.add(std::move(item));
    }
  }
}

void check_prorates(const Json& params, bool prorates, const std::string& param) {
  if (!prorates || params.value("proration_behavior", "create_prorations") == "none") return;
  throw not_emulated("proration, which all but `proration_behavior=none` asks for", param);
}

Schema item_change_schema() {
  return with_unemulated(
      {text("id"), field(Kind::flag, "clear_usage"), field(Kind::flag, "deleted"), metadata(),
       text("price"), price_data_field(false), field(Kind::whole, "quantity")},
      {"billing_thresholds", "discounts", "plan", "tax_rates"});
}

Field payment_behavior_field() {
  return choice("payment_behavior", {"allow_incomplete", "default_incomplete",
                                     "error_if_incomplete", "pending_if_incomplete"});
}

Field proration_behavior_field(std::string_view name) {
  return choice(name, {"always_invoice", "create_prorations", "none"});
}

}  // namespace sandbox
