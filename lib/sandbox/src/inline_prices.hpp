// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "call.hpp"
#include "schema.hpp"

#include <deque>
#include <string>

namespace sandbox {

/// Prices that lines bring along as `price_data`. They come into the world only when all of the
/// call is checked.
class InlinePrices {
 public:
  /// The active price that a line names, or the one it brings; `at` is the line's place, such as
  /// `items[0]`.
  const Price& of_line(Call& call, const Json& params, const std::string& at);

  /// One of these, or one of the world's.
  const Price& named(const World& world, const std::string& id) const;

  /// Like every price that was made for one purchase, they can't be used for another.
  void add(Call& call);

 private:
  const Price& brought(Call& call, const Json& data, const std::string& at);
  std::string product_of(Call& call, const Json& data, const std::string& at);

  std::deque<Price> prices_;
  std::deque<Product> products_;
};

/// What such data says of a price, which has neither an id nor a product yet; `at` is its place.
Price described_price(const Call& call, const Json& data, const std::string& at);

/// Brings a price into the world, and tells of it.
void add_price(Call& call, Price price);

/// `price_data`, with `product_data` in place of a product where that is allowed.
Field price_data_field(bool with_product_data);

}  // namespace sandbox
