// SPDX-License-Identifier: Apache-2.0
#include "inspector.hpp"

#include "calendar.hpp"
#include "form.hpp"
#include "test_clocks.hpp"
#include "timeline.hpp"
#include "webhooks.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <vector>

namespace sandbox {
namespace {

constexpr std::string_view accounts_start = "/_sandbox/accounts/";
constexpr std::string_view move_path = "/_sandbox/move";

HttpResponse inspector_response(int status, std::string html) {
  return {.status = status,
          .headers = {{"Content-Type", "text/html; charset=utf-8"},
                      {"Content-Security-Policy",
                       "default-src 'none'; style-src 'self'; form-action 'self'; "
                       "frame-ancestors 'none'; base-uri 'none'"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "same-origin"},
                      {"Cache-Control", "no-store"}},
          .body = std::move(html)};
}

HttpResponse nothing_here() {
  return inspector_response(404, nothing_here_page());
}

HttpResponse see_page(const std::string& path) {
  HttpResponse response = inspector_response(303, "");
  response.headers.push_back({"Location", path});
  return response;
}

std::vector<std::string> path_parts(std::string_view path) {
  std::vector<std::string> parts;
  while (true) {
    const auto slash = path.find('/');
    parts.push_back(percent_decoded(path.substr(0, slash), /*plus_is_space=*/false));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

Form lenient_form(std::string_view text) {
  Form form;
  try {
    parse_form(text, form);
  } catch (const Refusal&) {
    form = {};
  }
  return form;
}

// The row from which a page goes back in time; the newest unless it says so.
std::size_t rows_before(const Arrival& arrival) {
  const Form query = lenient_form(arrival.query);
  const std::string_view text = query.text("before");
  std::size_t before = std::numeric_limits<std::size_t>::max();
  std::from_chars(text.data(), text.data() + text.size(), before);
  return before;
}

World* world_named(Universe& universe, std::string_view account) {
  for (const auto& [key, world] : universe.worlds) {
    if (world->account == account) return world.get();
  }
  return nullptr;
}

// Where a step leads to from a time; nothing for one there is none of.
std::optional<std::int64_t> target_of(std::string_view step, std::int64_t from,
                                      std::optional<std::int64_t> period_end) {
  if (step == "hour") return from + 60 * 60;
  if (step == "day") return from + day_seconds;
  if (step == "month") return after_intervals(from, "month", 1);
  if (step == "period" && period_end && *period_end > from) return period_end;
  return std::nullopt;
}

std::optional<std::int64_t> first_period_end(const Universe& universe, const World* world) {
  if (world != nullptr) return nearest_period_end(*world, std::nullopt);
  std::optional<std::int64_t> first;
  for (const auto& [key, each] : universe.worlds) {
    const auto end = nearest_period_end(*each, std::nullopt);
    if (end) first = std::min(first.value_or(*end), *end);
  }
  return first;
}

HttpResponse move_a_clock(Universe& universe, const Arrival& arrival) {
  const Form form = lenient_form(arrival.request.body);
  World* world = world_named(universe, form.text("account"));
  const std::string page =
      world == nullptr ? "/_sandbox/" : std::string(accounts_start) + world->account;
  const std::string id(form.text("clock"));
  if (id.empty()) {
    const auto target =
        target_of(form.text("step"), arrival.now, first_period_end(universe, world));
    if (target) move_forward(universe, arrival.now, *target - arrival.now);
    return see_page(page);
  }
  TestClock* clock = world == nullptr ? nullptr : world->test_clocks.find(id);
  if (clock == nullptr || clock->deleted) return nothing_here();
  const auto target =
      target_of(form.text("step"), clock->frozen_time, nearest_period_end(*world, id));
  try {
    advance(*world, arrival.now);
    if (target) advance_clock_to(*world, *clock, *target);
  } catch (const Refusal& refusal) {
    return inspector_response(400, account_page(*world, arrival.now, refusal.message));
  }
  return see_page(page);
}

HttpResponse replay_event(World& world, WebhookEndpoint& endpoint, const Arrival& arrival) {
  const Form form = lenient_form(arrival.request.body);
  const Event* event = world.events.find(std::string(form.text("event")));
  if (event == nullptr || endpoint.deleted) return nothing_here();
  resend(world, endpoint, *event);
  return see_page(std::string(accounts_start) + world.account + "/webhooks/" + endpoint.id);
}

HttpResponse objects_door(const World& world, const std::vector<std::string>& path,
                          const Arrival& arrival) {
  const auto shelf = std::ranges::find(shelves(), path[2], &Shelf::name);
  if (shelf == shelves().end()) return nothing_here();
  if (path.size() == 3) {
    return inspector_response(200, shelf_page(world, *shelf, rows_before(arrival)));
  }
  const auto position = shelf->position(world, path[3]);
  if (!position || path.size() > 4) return nothing_here();
  return inspector_response(200, object_page(world, *shelf, *position));
}

HttpResponse webhooks_door(World& world, const std::vector<std::string>& path,
                           const Arrival& arrival) {
  WebhookEndpoint* endpoint = world.webhook_endpoints.find(path[2]);
  if (endpoint == nullptr) return nothing_here();
  if (path.size() == 3) return inspector_response(200, endpoint_page(world, *endpoint));
  const bool replays = path.size() == 4 && path[3] == "replay" && arrival.request.method == "POST";
  return replays ? replay_event(world, *endpoint, arrival) : nothing_here();
}

// `/_sandbox/accounts_start/…`, in its parts.
HttpResponse below_account(Universe& universe, const std::vector<std::string>& path,
                           const Arrival& arrival) {
  World* world = world_named(universe, path[0]);
  if (world == nullptr) return nothing_here();
  advance(*world, arrival.now);
  if (path.size() == 1) return inspector_response(200, account_page(*world, arrival.now, {}));
  const std::string& about = path[1];
  const bool all = path.size() == 2;
  if (about == "requests" && all) {
    return inspector_response(200, requests_page(*world, universe.log));
  }
  if (about == "events" && all) {
    return inspector_response(200, events_page(*world, rows_before(arrival)));
  }
  if (about == "webhooks" && all) return inspector_response(200, endpoints_page(*world));
  if (all) return nothing_here();
  if (about == "objects") return objects_door(*world, path, arrival);
  if (about == "webhooks") return webhooks_door(*world, path, arrival);
  const Event* event = about == "events" ? world->events.find(path[2]) : nullptr;
  return event == nullptr ? nothing_here() : inspector_response(200, event_page(*world, *event));
}

}  // namespace

bool is_inspector(std::string_view path) {
  return path == "/_sandbox/" || path == move_path || path.starts_with(accounts_start);
}

HttpResponse answer_inspector(Universe& universe, const Arrival& arrival) {
  const std::string& method = arrival.request.method;
  const std::string_view path = arrival.path;
  if (method == "POST" && path == move_path) return move_a_clock(universe, arrival);
  const bool reads = method == "GET" || method == "HEAD";
  if (path == "/_sandbox/" && reads) {
    return inspector_response(200, accounts_page(universe, arrival.now));
  }
  if (!path.starts_with(accounts_start)) return nothing_here();
  const std::vector<std::string> parts = path_parts(path.substr(accounts_start.size()));
  const bool replays = method == "POST" && parts.size() == 4;
  return reads || replays ? below_account(universe, parts, arrival) : nothing_here();
}

}  // namespace sandbox
