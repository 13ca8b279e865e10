// SPDX-License-Identifier: Apache-2.0
#include "sandbox/sandbox.hpp"

#include "calendar.hpp"
#include "timeline.hpp"
#include "universe.hpp"
#include "webhooks.hpp"

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
    if (options.webhook_chaos) world->chaos.emplace(seed);
    if (!options.forward_to.empty()) add_forward(*world, options.forward_to, forward_secret());
    world->after_retries = options.after_retries;
  }
  return *world;
}

void Universe::reset() {
  worlds.clear();
  faults.clear();
  log.clear();
  ++resets;
}

std::string Universe::forward_secret() const {
  if (!options.webhook_secret.empty()) return options.webhook_secret;
  return Ids(stable_hash("webhooks", options.seed)).plain("whsec_", 32);
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
    note_due();
    if (response.delivery == Delivery::reset) return {.status = 0, .delivery = Delivery::reset};
    const std::int64_t now = universe_.now();
    lock.unlock();
    response.headers.push_back({"Date", http_date(now)});
    return response;
  }

  std::int64_t clock_offset() const { return universe_.clock_offset; }

  std::optional<WebhookPost> next_webhook() {
    const std::scoped_lock lock(mutex_);
    const std::int64_t now = universe_.now();
    const auto& receivers_now = universe_.options.receivers_now;
    std::optional<WebhookPost> post;
    for (const auto& [key, world] : universe_.worlds) {
      if (world->webhook_endpoints.size() == 0) continue;
      // Nobody else may be there to let time do its work.
      advance(*world, now);
      post = take_webhook(*world, receivers_now ? receivers_now() : now);
      if (post) break;
    }
    note_due();
    return post;
  }

  void webhook_answered(const std::string& id, const WebhookAnswer& answer) {
    const std::scoped_lock lock(mutex_);
    const std::int64_t now = universe_.now();
    for (const auto& [key, world] : universe_.worlds) {
      if (settle_webhook(*world, id, answer, now)) break;
    }
    note_due();
  }

  std::optional<std::int64_t> next_webhook_due() const {
    const std::int64_t due = due_;
    return due == never ? std::nullopt : std::optional(due);
  }

  std::string webhook_secret() const { return universe_.forward_secret(); }

 private:
  void note_due() {
    std::int64_t due = never;
    for (const auto& [key, world] : universe_.worlds) {
      if (world->webhook_endpoints.size() == 0) continue;
      due = std::min({due, webhook_due(*world), world->agenda.next().value_or(never)});
    }
    due_ = due;
  }

  std::mutex mutex_;
  std::atomic<std::int64_t> due_{never};
  Universe universe_;
};

Sandbox::Sandbox(Options options) : state_(std::make_unique<State>(std::move(options))) {}
Sandbox::~Sandbox() = default;

std::int64_t Sandbox::clock_offset() const {
  return state_->clock_offset();
}

std::optional<WebhookPost> Sandbox::next_webhook() {
  return state_->next_webhook();
}

void Sandbox::webhook_answered(const std::string& id, const WebhookAnswer& answer) {
  state_->webhook_answered(id, answer);
}

std::optional<std::int64_t> Sandbox::next_webhook_due() const {
  return state_->next_webhook_due();
}

std::string Sandbox::webhook_secret() const {
  return state_->webhook_secret();
}

HttpResponse Sandbox::handle(const HttpRequest& request) {
  return state_->handle(request);
}

}  // namespace sandbox
