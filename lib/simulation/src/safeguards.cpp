// SPDX-License-Identifier: Apache-2.0
#include "simulation/safeguards.hpp"

namespace simulation {

std::string_view name(Safeguard safeguard) {
  switch (safeguard) {
    case Safeguard::unique_key: return "unique-key";
    case Safeguard::insert_before_send: return "insert-before-send";
    case Safeguard::set_and_key: return "set-and-key";
    case Safeguard::own_second: return "own-second";
    case Safeguard::fence: return "fence";
    case Safeguard::settle_before_forget: return "settle-before-forget";
    case Safeguard::read_the_object: return "read-the-object";
    case Safeguard::store_the_id_first: return "store-the-id-first";
    case Safeguard::one_final_invoice: return "one-final-invoice";
    case Safeguard::settle_at_close: return "settle-at-close";
    case Safeguard::lease_per_item: return "lease-per-item";
  }
  return "unknown";
}

std::optional<Safeguard> parse_safeguard(std::string_view text) {
  for (const Safeguard each : all_safeguards()) {
    if (name(each) == text) return each;
  }
  return std::nullopt;
}

const std::vector<Safeguard>& all_safeguards() {
  static const std::vector<Safeguard> all = {Safeguard::unique_key,
                                             Safeguard::insert_before_send,
                                             Safeguard::set_and_key,
                                             Safeguard::own_second,
                                             Safeguard::fence,
                                             Safeguard::settle_before_forget,
                                             Safeguard::read_the_object,
                                             Safeguard::store_the_id_first,
                                             Safeguard::one_final_invoice,
                                             Safeguard::settle_at_close,
                                             Safeguard::lease_per_item};
  return all;
}

}  // namespace simulation
