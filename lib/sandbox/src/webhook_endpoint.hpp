// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "objects.hpp"
#include "version.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace sandbox {

struct WebhookAttempt {
  std::int64_t time = 0;
  /// 0 when there was no answer; `answer` then says why.
  int status = 0;
  std::string answer{};

  bool succeeded() const { return status >= 200 && status < 300; }
};

/// One event on its way to one endpoint, with all its attempts.
struct WebhookDelivery {
  /// Why it is sent. Only what an event itself brings about is tried again and counts in its
  /// `pending_webhooks`.
  enum class Reason : std::uint8_t { event, duplicate, resent };
  /// `stopped`: its endpoint was disabled or deleted when its time came.
  enum class State : std::uint8_t { waiting, under_way, delivered, given_up, stopped };

  std::string event{};
  Reason reason = Reason::event;
  State state = State::waiting;
  /// When the next attempt is due.
  std::int64_t due = 0;
  /// What goes first of those due in the same second.
  std::uint64_t rank = 0;
  std::vector<WebhookAttempt> attempts{};

  bool settled() const { return state != State::waiting && state != State::under_way; }
};

struct WebhookEndpoint {
  std::string id{};
  std::int64_t created = 0;
  bool deleted = false;
  bool enabled = true;
  /// Options::forward_to, which the API doesn't show.
  bool forward = false;
  std::string url{};
  std::string secret{};
  std::vector<std::string> enabled_events{};
  /// None: the account's default.
  std::optional<Version> version{};
  Text description{};
  Metadata metadata{};

  /// By number, oldest first; the oldest that are settled go when there are many.
  std::map<std::uint64_t, WebhookDelivery> deliveries{};
  std::uint64_t numbers = 0;
  /// Those that wait: due, rank, number.
  std::set<std::tuple<std::int64_t, std::uint64_t, std::uint64_t>> queue{};
  bool busy = false;

  bool wants(std::string_view type) const;
};

}  // namespace sandbox
