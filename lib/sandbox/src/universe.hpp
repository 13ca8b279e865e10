// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "faults.hpp"
#include "request_log.hpp"
#include "router.hpp"
#include "sandbox/sandbox.hpp"
#include "world.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace sandbox {

/// Everything one Sandbox holds. Not safe for concurrent use.
struct Universe {
  explicit Universe(Options given)
      : options(std::move(given)),
        ids(options.seed),
        router(all_routes()),
        faults(options.faults, options.seed) {}

  /// As it was at the start, with accounts of other ids.
  void reset();

  /// The account of a key, made when it is first used.
  World& world_of(const std::string& key, std::int64_t now);
  /// What webhooks to Options::forward_to are signed with.
  std::string forward_secret() const;
  std::int64_t now() const { return options.now() + clock_offset; }

  Options options;
  /// Seconds ahead of Options::now; the one part that is read from other threads.
  std::atomic<std::int64_t> clock_offset{0};
  Ids ids;
  Router router;
  std::map<std::string, std::shared_ptr<World>> worlds{};
  Faults faults;
  RequestLog log{};
  std::uint64_t resets = 0;
};

/// Lets other calls in for a while.
using Pause = std::function<void(std::chrono::milliseconds)>;

/// A request with its target taken apart, and when it came.
struct Arrival {
  const HttpRequest& request;
  std::string path;
  std::string query;
  std::int64_t now;

  /// Empty when there is none.
  std::string_view header(std::string_view name) const;
};

/// The three doors: `/v1/…`, the hosted pages, and `/_sandbox/…`.
HttpResponse answer_api(Universe& universe, const Arrival& arrival, const Pause& pause);
HttpResponse answer_page(Universe& universe, const Arrival& arrival);
HttpResponse answer_control(Universe& universe, const Arrival& arrival);

/// The sandbox's own time: shown, and moved forward with all that this brings about. Throws
/// Refusal.
Json clock_shown(const Universe& universe, const Arrival& arrival);
Json move_clock(Universe& universe, const Arrival& arrival);
/// The same by seconds that are known to be sound.
void move_forward(Universe& universe, std::int64_t now, std::int64_t seconds);

/// Whether a path is one of the hosted pages'.
bool is_page(std::string_view path);

/// A file of the hosted pages, or nothing.
std::string_view checkout_css();
std::string_view checkout_js();

HttpResponse json_response(int status, const Json& body);

}  // namespace sandbox
