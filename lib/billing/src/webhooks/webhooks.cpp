// SPDX-License-Identifier: Apache-2.0
#include <billing/webhook_signature.hpp>
#include <billing/webhooks.hpp>

#include "stripe/events_json.hpp"
#include "webhooks/webhook_subject.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <ranges>

namespace billing {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds event_pause_min(1'000);
constexpr milliseconds event_pause_max(300'000);

/// A month of events may be many pages, each of which gets this much.
constexpr stripe::Call gap_listing{.budget = milliseconds(5'000), .tries_max = 2};

/// How long Stripe keeps events, less an hour, so that none goes while the list is being paged.
constexpr std::chrono::hours kept_at_stripe{30 * 24 - 1};

/// What was created before the last look is looked for again: an event is in the list seconds after
/// it was created, as a rule. A day is for what keeps to no rule (trouble at Stripe, clocks that
/// are wrong), and costs a page or two.
constexpr std::chrono::hours gap_overlap{24};

HttpResponse webhook_answer(int status, const nlohmann::ordered_json& body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
          .body = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)};
}

HttpResponse webhook_refusal(const std::string& message) {
  return webhook_answer(400, {{"error", {{"message", message}, {"code", "invalid"}}}});
}

HttpResponse webhook_later(const std::string& message) {
  return webhook_answer(503, {{"error", {{"message", message}, {"code", "unavailable"}}}});
}

}  // namespace

/// The right to act on one event, of which one at a time has it.
class Webhooks::Turn {
 public:
  Turn(Webhooks& webhooks, WebhookEventId id) : webhooks_(webhooks), id_(std::move(id)) {
    const std::lock_guard lock(webhooks_.mutex_);
    taken_ = webhooks_.under_way_.insert(id_).second;
  }
  ~Turn() {
    if (!taken_) return;
    const std::lock_guard lock(webhooks_.mutex_);
    webhooks_.under_way_.erase(id_);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  bool taken() const { return taken_; }

 private:
  Webhooks& webhooks_;
  const WebhookEventId id_;
  bool taken_ = false;
};

/// What is left to do.
struct Webhooks::Outlook {
  std::vector<InboxRow> rows;  ///< Some that are not done; `next` is one of them.
  std::size_t next = 0;
  std::optional<Moment> due;  ///< When `next` is; none if nothing is left.
};

Webhooks::Webhooks(WebhookInbox& inbox, Ledger& ledger, Store& store, stripe::Client& stripe,
                   StripeHealth& health, const Clock& clock, Observer& observer,
                   std::vector<std::string> secrets)
    : inbox_(inbox),
      ledger_(ledger),
      store_(store),
      stripe_(stripe),
      health_(health),
      refresh_(stripe, store, health),
      clock_(clock),
      observer_(observer),
      secrets_(std::move(secrets)) {}

HttpResponse Webhooks::receive(const HttpRequest& request) {
  const std::string signature = header(request.headers, "Stripe-Signature").value_or("");
  const auto checked = check_signature({.body = request.body, .header = signature}, secrets_,
                                       to_second(clock_.now()));
  if (!checked) {
    observer_.observe({.what = "webhook_refused", .facts = {{"error", checked.error().message}}});
    return webhook_refusal(checked.error().message);
  }
  const Result<WebhookEvent> event = stripe::read_json(request.body, stripe::read_event);
  if (!event) return webhook_refusal("the body is no event: " + event.error().message);
  const Turn turn(*this, event->id);
  if (!turn.taken()) return webhook_later("the event is being acted on just now");
  const auto row = inbox_.keep(*event, WebhookOrigin::webhook, clock_.now());
  if (!row) {
    observer_.observe({.severity = Severity::error,
                       .what = "webhook_not_kept",
                       .facts = {{"event", event->id.text()}, {"error", row.error().message}}});
    return webhook_later("the event could not be stored: send it again");
  }
  if (row->state != WebhookState::done) {
    // Before the account is known, what isn't found may only be somebody else's.
    if (!begun_ || !act_and_finish(row->event)) {
      return webhook_later("the event is kept, and will be acted on later");
    }
  }
  return webhook_answer(200, {{"received", true}});
}

Result<void> Webhooks::act_and_finish(const WebhookEvent& event) {
  Result<void> done = act(event);
  if (done) done = finish(event.id);
  if (!done) put_off(event.id, done.error());
  return done;
}

Result<void> Webhooks::finish(const WebhookEventId& id) {
  {
    const std::lock_guard lock(mutex_);
    pauses_.erase(id);
  }
  return inbox_.finish(id);
}

void Webhooks::put_off(const WebhookEventId& id, const Error& error) {
  observer_.observe({.severity = Severity::warning,
                     .what = "webhook_not_acted_on",
                     .facts = {{"event", id.text()}, {"error", error.message}}});
  // Only for people: what is noted, or isn't, changes nothing.
  static_cast<void>(inbox_.note(id, error.message));
  const std::lock_guard lock(mutex_);
  Pause& pause = pauses_[id];
  pause.length = std::clamp(pause.length * 2, event_pause_min, event_pause_max);
  pause.until = clock_.moment() + pause.length;
}

/// The beginning of time for one that was not tried yet: it goes first.
Moment Webhooks::due_at(const WebhookEventId& id) {
  const std::lock_guard lock(mutex_);
  if (under_way_.contains(id)) return Moment::max();
  const auto pause = pauses_.find(id);
  return pause == pauses_.end() ? Moment::min() : pause->second.until;
}

Result<Webhooks::Outlook> Webhooks::outlook() {
  constexpr int rows_at_first = 100;
  const Moment now = clock_.moment();
  // Mostly one of the first is due; only while all of them rest, the others are looked at.
  for (int limit = rows_at_first;; limit *= 4) {
    Result<std::vector<InboxRow>> rows = inbox_.to_do(limit);
    if (!rows) return failure(std::move(rows));
    Outlook seen;
    Moment first = Moment::max();
    for (std::size_t i = 0; i < rows->size() && first != Moment::min(); ++i) {
      const Moment due = due_at((*rows)[i].event.id);
      if (due < first) {
        first = due;
        seen.next = i;
      }
    }
    if (first > now && static_cast<int>(rows->size()) == limit) continue;
    seen.rows = std::move(*rows);
    // While Stripe fails, all wait.
    if (first != Moment::max()) seen.due = std::max(first, health_.paused_until().value_or(first));
    return seen;
  }
}

Result<std::optional<Moment>> Webhooks::next_due() {
  const Result<Outlook> seen = outlook();
  if (!seen) return tl::unexpected(seen.error());
  return seen->due;
}

Result<bool> Webhooks::work() {
  const Result<Outlook> seen = outlook();
  if (!seen) return tl::unexpected(seen.error());
  if (!seen->due || *seen->due > clock_.moment()) return false;
  const WebhookEvent& next = seen->rows[seen->next].event;
  const Turn turn(*this, next.id);
  if (!turn.taken()) return true;
  const auto row = inbox_.find(next.id);
  if (!row) return tl::unexpected(row.error());
  if (!*row || (*row)->state == WebhookState::done) return true;
  if (!act_and_finish(next)) return true;
  // What was kept before the object was read asks for nothing more.
  for (const InboxRow& each : seen->rows) {
    if (each.event.id == next.id || !same_subject(each.event, next)) continue;
    if (auto finished = finish(each.event.id); !finished) return failure(std::move(finished));
  }
  return true;
}

Result<void> Webhooks::replay(const WebhookEventId& id) {
  const Turn turn(*this, id);
  if (!turn.taken()) {
    return failure(ErrorCode::conflict,
                   fmt::format("event {} is being acted on just now: try again", id.text()));
  }
  if (auto reopened = inbox_.reopen(id); !reopened) return reopened;
  const auto row = inbox_.find(id);
  if (!row) return tl::unexpected(row.error());
  require(row->has_value());
  return act_and_finish((*row)->event);
}

Result<GapReport> Webhooks::heal_gaps() {
  const Second now = to_second(stripe_.now_at_stripe().value_or(clock_.now()));
  GapReport report;
  {
    const std::lock_guard lock(mutex_);
    report.since = healed_until_ ? *healed_until_ - gap_overlap : now - kept_at_stripe;
  }
  const auto listed = health_.noted(stripe_.events(webhook_types(), report.since, gap_listing));
  if (!listed) return tl::unexpected(listed.error());
  report.looked_at = listed->size();
  for (const WebhookEvent& event : std::views::reverse(*listed)) {
    const auto known = inbox_.find(event.id);
    if (!known) return tl::unexpected(known.error());
    if (*known) continue;
    const auto kept = inbox_.keep(event, WebhookOrigin::gap, clock_.now());
    if (!kept) return tl::unexpected(kept.error());
    report.missing.push_back(event);
  }
  if (!report.missing.empty()) {
    observer_.observe({.what = "webhooks_missed",
                       .facts = {{"events", std::to_string(report.missing.size())},
                                 {"oldest", report.missing.front().id.text()}}});
  }
  const std::lock_guard lock(mutex_);
  healed_until_ = std::max(healed_until_.value_or(now), now);
  return report;
}

}  // namespace billing
