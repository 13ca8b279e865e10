// SPDX-License-Identifier: Apache-2.0
#include "sandbox/sandbox_host.hpp"

#include <fmt/format.h>

namespace billing::apps {
namespace {

constexpr std::size_t body_bytes_max = 1024 * 1024;
/// A browser, a server that delivers and a script or two, each kept alive.
constexpr std::size_t threads = 64;

Departure departure_of(sandbox::Delivery delivery) {
  switch (delivery) {
    case sandbox::Delivery::whole: return Departure::whole;
    case sandbox::Delivery::half: return Departure::half;
    case sandbox::Delivery::reset: return Departure::reset;
  }
  return Departure::whole;
}

Outgoing answer(sandbox::Sandbox& sandbox, const Incoming& incoming) {
  sandbox::HttpRequest request{.method = incoming.request.method, .target = incoming.target};
  request.headers.reserve(incoming.request.headers.size());
  for (const HttpHeader& each : incoming.request.headers) {
    request.headers.push_back({each.name, each.value});
  }
  request.body = incoming.request.body;
  sandbox::HttpResponse from = sandbox.handle(request);
  HttpResponse response{.status = from.status};
  for (sandbox::HttpHeader& each : from.headers) {
    response.headers.push_back({std::move(each.name), std::move(each.value)});
  }
  response.body = std::move(from.body);
  return {std::move(response), departure_of(from.delivery)};
}

std::int64_t seconds_of(const Clock& clock) {
  return to_second(clock.now()).time_since_epoch().count();
}

/// The stand-in's time, but for what it was moved since.
std::function<std::int64_t()> time_of(const SandboxSettings& settings, const Clock& clock) {
  const std::int64_t ahead = settings.now ? *settings.now - seconds_of(clock) : 0;
  return [&clock, ahead] { return seconds_of(clock) + ahead; };
}

sandbox::Options options_of(const SandboxSettings& settings, const Clock& clock,
                            const std::string& url) {
  sandbox::Options options{.now = time_of(settings, clock),
                           .seed = settings.seed,
                           .public_url = url,
                           .faults = settings.faults,
                           .rate_limit = settings.rate_limit,
                           .forward_to = settings.forward_to,
                           .webhook_secret = settings.webhook_secret,
                           .webhook_chaos = settings.webhook_chaos,
                           .after_retries = settings.after_retries};
  if (!settings.receivers_follow) options.receivers_now = [&clock] { return seconds_of(clock); };
  return options;
}

}  // namespace

Result<std::unique_ptr<SandboxHost>> SandboxHost::start(const SandboxSettings& settings,
                                                        const Clock& clock) {
  auto listener = HttpListener::bind({.port = settings.port, .threads = threads});
  if (!listener) return failure(std::move(listener));
  return std::unique_ptr<SandboxHost>(new SandboxHost(std::move(*listener), settings, clock));
}

SandboxHost::SandboxHost(std::unique_ptr<HttpListener> listener, const SandboxSettings& settings,
                         const Clock& clock)
    : listener_(std::move(listener)),
      url_(fmt::format("http://127.0.0.1:{}", listener_->port())),
      sandbox_([&] {
        sandbox::Options options = options_of(settings, clock, url_);
        options.wait = [this](std::chrono::milliseconds time) { wait(time); };
        return options;
      }()),
      webhooks_(sandbox_, [this, now = time_of(settings, clock)] {
        return now() + sandbox_.clock_offset();
      }) {
  Doors doors{.own_names = loopback_names(listener_->port()),
              .allowed_origins = settings.allowed_origins};
  thread_ = std::thread([this, doors = std::move(doors)]() mutable {
    listener_->run(
        std::move(doors), [](const std::string&) { return body_bytes_max; },
        [this](const Incoming& incoming) {
          Outgoing outgoing = answer(sandbox_, incoming);
          webhooks_.look();
          return outgoing;
        });
  });
}

void SandboxHost::wait(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  stopped_.wait_for(lock, time, [this] { return stopping_; });
}

void SandboxHost::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  listener_->stop();
  thread_.join();
  webhooks_.stop();
}

SandboxHost::~SandboxHost() {
  stop();
}

}  // namespace billing::apps
