// SPDX-License-Identifier: Apache-2.0
#include "sandbox/webhook_sender.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace billing::apps {
namespace {

/// How many endpoints may keep it waiting at the same time.
constexpr std::size_t senders_max = 16;
/// The machine may sleep meanwhile, or its date be set.
constexpr std::int64_t wait_seconds_max = 60;

}  // namespace

WebhookSender::WebhookSender(sandbox::Sandbox& sandbox, std::function<std::int64_t()> now)
    : sandbox_(sandbox), now_(std::move(now)), workers_(senders_max), thread_([this] { run(); }) {}

WebhookSender::~WebhookSender() {
  stop();
}

void WebhookSender::look() {
  const std::optional<std::int64_t> due = sandbox_.next_webhook_due();
  if (!due || (*due >= awaited_ && *due > now_())) return;
  {
    const std::scoped_lock lock(mutex_);
    rung_ = true;
  }
  bell_.notify_one();
}

void WebhookSender::wait() {
  std::unique_lock lock(mutex_);
  // First for anything, so that what comes between the next two lines rings.
  awaited_ = std::numeric_limits<std::int64_t>::max();
  const std::optional<std::int64_t> due = sandbox_.next_webhook_due();
  awaited_ = due.value_or(std::numeric_limits<std::int64_t>::max());
  const auto rung = [this] { return rung_ || stopping_; };
  if (due) {
    const std::int64_t seconds = std::clamp<std::int64_t>(*due - now_(), 0, wait_seconds_max);
    bell_.wait_for(lock, std::chrono::seconds(seconds), rung);
  } else {
    bell_.wait(lock, rung);
  }
  rung_ = false;
}

void WebhookSender::run() {
  while (true) {
    {
      const std::scoped_lock lock(mutex_);
      if (stopping_) return;
    }
    if (auto webhook = sandbox_.next_webhook()) {
      workers_.run([this, webhook = std::move(*webhook)] { send(webhook); });
    } else {
      wait();
    }
  }
}

void WebhookSender::send(const sandbox::WebhookPost& webhook) {
  sandbox_.webhook_answered(webhook.id, poster_.post(webhook));
  look();
}

void WebhookSender::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  bell_.notify_one();
  if (!thread_.joinable()) return;
  thread_.join();
  poster_.stop();
  workers_.stop();
}

}  // namespace billing::apps
