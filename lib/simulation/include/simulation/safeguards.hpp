// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace simulation {

/// What keeps clicks from being lost or billed twice. The simulator can take each away, to see
/// that it is needed.
enum class Safeguard {
  unique_key,            ///< A customer's key is one event for ever.
  insert_before_send,    ///< An event is on disk before it is sent, and before it is answered.
  set_and_key,           ///< A send is a `set`, under a key that its repetition has too.
  own_second,            ///< No two events of an item share a second.
  fence,                 ///< A claim that was overtaken changes nothing.
  settle_before_forget,  ///< An event leaves the outbox only with its settlement on disk.
  read_the_object,       ///< What a webhook names is read from Stripe, and its payload is not.
  store_the_id_first,    ///< A webhook is on disk before it is acted on.
  one_final_invoice,     ///< A final invoice has one key, and is found again by its metadata.
  settle_at_close,       ///< What is in doubt when its period closes waits for the final total.
  lease_per_item,        ///< One event of an item is under way at a time, the oldest.
};

/// As on a command line, such as `unique-key`.
std::string_view name(Safeguard safeguard);
std::optional<Safeguard> parse_safeguard(std::string_view text);
const std::vector<Safeguard>& all_safeguards();

}  // namespace simulation
