// SPDX-License-Identifier: Apache-2.0
#include "sandbox/sandbox.hpp"

#include "calendar.hpp"
#include "universe.hpp"

#include <algorithm>
#include <mutex>

namespace sandbox {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  constexpr auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : int{c}; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

Arrival arrival_of(const HttpRequest& request, std::int64_t now) {
  const std::string_view target = request.target;
  const auto mark = target.find('?');
  return {.request = request,
          .path = std::string(target.substr(0, mark)),
          .query = mark == std::string_view::npos ? "" : std::string(target.substr(mark + 1)),
          .now = now};
}

HttpResponse answer(Universe& universe, const Arrival& arrival, const Pause& pause) {
  const std::string_view path = arrival.path;
  if (path.starts_with("/_sandbox/")) return answer_control(universe, arrival);
  if (is_page(path)) return answer_page(universe, arrival);
  return answer_api(universe, arrival, pause);
}

}  // namespace

std::string_view Arrival::header(std::string_view name) const {
  for (const HttpHeader& each : request.headers) {
    if (same_name(each.name, name)) return each.value;
  }
  return {};
}

World& Universe::world_of(const std::string& key, std::int64_t now) {
  std::shared_ptr<World>& world = worlds[key];
  if (!world) {
    const std::uint64_t seed = stable_hash(key, options.seed + resets);
    world =
        std::make_shared<World>(Ids(seed).plain("acct_1", 15), options.public_url, seed + 1, now);
  }
  return *world;
}

void Universe::reset() {
  worlds.clear();
  faults.clear();
  log.clear();
  ++resets;
}

HttpResponse json_response(int status, const Json& body) {
  return {
      .status = status, .headers = {{"Content-Type", "application/json"}}, .body = text_of(body)};
}

class Sandbox::State {
 public:
  explicit State(Options options) : universe_(std::move(options)) {}

  HttpResponse handle(const HttpRequest& request) {
    std::unique_lock lock(mutex_);
    const auto pause = [&](std::chrono::milliseconds time) {
      if (!universe_.options.wait) return;
      lock.unlock();
      universe_.options.wait(time);
      lock.lock();
    };
    HttpResponse response = answer(universe_, arrival_of(request, universe_.now()), pause);
    if (response.delivery == Delivery::reset) return {.status = 0, .delivery = Delivery::reset};
    const std::int64_t now = universe_.now();
    lock.unlock();
    response.headers.push_back({"Date", http_date(now)});
    return response;
  }

  std::int64_t clock_offset() const { return universe_.clock_offset; }

 private:
  std::mutex mutex_;
  Universe universe_;
};

Sandbox::Sandbox(Options options) : state_(std::make_unique<State>(std::move(options))) {}
Sandbox::~Sandbox() = default;

std::int64_t Sandbox::clock_offset() const {
  return state_->clock_offset();
}

HttpResponse Sandbox::handle(const HttpRequest& request) {
  return state_->handle(request);
}

}  // namespace sandbox
