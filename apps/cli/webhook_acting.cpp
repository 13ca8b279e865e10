// SPDX-License-Identifier: Apache-2.0
#include "cli/webhook_acting.hpp"

#include "cli/data_file.hpp"
#include "cli/progress.hpp"
#include "cli/stripe_access.hpp"

#include <algorithm>

namespace billing::apps {
namespace {

/// How long a person waits to be told what came of it; the server goes on in any case.
constexpr std::chrono::milliseconds patience{10'000};
constexpr std::chrono::milliseconds pause_between_looks{100};
/// Of which a command tells.
constexpr int events_max = 100'000;

Result<std::vector<InboxRow>> rows_of(WebhookInbox& inbox, const std::vector<WebhookEventId>& ids) {
  std::vector<InboxRow> rows;
  for (const WebhookEventId& id : ids) {
    auto row = inbox.find(id);
    if (!row) return failure(std::move(row));
    if (*row) rows.push_back(std::move(**row));
  }
  return rows;
}

/// The data, Stripe, and what acts between them; without a server in this process.
class Desk {
 public:
  static Result<std::unique_ptr<Desk>> open(const Settings& settings);

  bool beside_server() const { return opened_.beside_server; }
  WebhookInbox& inbox() { return opened_.data->inbox(); }
  Webhooks& webhooks() { return webhooks_; }

  /// Acts, or lets the server act, on all that is due; what became of those.
  Result<ActedOn> settle(const std::vector<WebhookEventId>& ids);

 private:
  class Silence final : public Observer {
    void observe(const Observation& /*observation*/) override {}
  };

  Desk(ActingData opened, std::unique_ptr<StripeAccess> access)
      : opened_(std::move(opened)), access_(std::move(access)) {}
  Result<void> check_account(const Settings& settings);

  ActingData opened_;
  std::unique_ptr<StripeAccess> access_;
  SystemClock clock_;
  SystemEntropy entropy_;
  Silence observer_;
  StripeHealth health_{clock_, entropy_};
  Webhooks webhooks_{opened_.data->inbox(),
                     opened_.data->ledger(),
                     opened_.data->store(),
                     access_->client(),
                     health_,
                     clock_,
                     observer_,
                     {}};
};

Result<std::unique_ptr<Desk>> Desk::open(const Settings& settings) {
  auto access = StripeAccess::open(settings);
  if (!access) return failure(std::move(access));
  auto opened = open_data_to_act(settings);
  if (!opened) return failure(std::move(opened));
  std::unique_ptr<Desk> desk(new Desk(std::move(*opened), std::move(*access)));
  if (auto checked = desk->check_account(settings); !checked) return failure(std::move(checked));
  return desk;
}

/// Events of another account would be kept for ever, and their objects looked for in vain.
Result<void> Desk::check_account(const Settings& settings) {
  const auto challenge_id = required_challenge_id(settings);
  if (!challenge_id) return tl::unexpected(challenge_id.error());
  const auto account = health_.noted(access_->client().account());
  if (!account) return tl::unexpected(account.error());
  const auto bound = opened_.data->store().binding();
  if (!bound) return tl::unexpected(bound.error());
  if (!*bound && opened_.beside_server) {
    return failure(ErrorCode::unavailable,
                   "the running server has not reached Stripe yet; try: again in a moment");
  }
  return opened_.data->store().bind({.account = account->id,
                                     .livemode = is_live_key(settings.stripe_secret_key->value),
                                     .challenge_id = *challenge_id});
}

Result<ActedOn> Desk::settle(const std::vector<WebhookEventId>& ids) {
  if (!beside_server()) {
    for (bool more = true; more;) {
      const auto worked = webhooks_.work();
      if (!worked) return tl::unexpected(worked.error());
      more = *worked;
    }
  }
  const Moment deadline = clock_.moment() + (beside_server() ? patience : patience.zero());
  while (true) {
    auto rows = rows_of(inbox(), ids);
    if (!rows) return failure(std::move(rows));
    ActedOn acted{.rows = std::move(*rows), .by_server = beside_server()};
    if (acted.all_done() || clock_.moment() >= deadline) return acted;
    clock_.sleep_for(pause_between_looks);
  }
}

}  // namespace

bool ActedOn::all_done() const {
  return std::ranges::all_of(rows,
                             [](const InboxRow& each) { return each.state == WebhookState::done; });
}

Result<ActedOn> replay_webhook(const Settings& settings, const WebhookEventId& id) {
  const auto desk = Desk::open(settings);
  if (!desk) return tl::unexpected(desk.error());
  const Progress progress((*desk)->beside_server() ? "waiting for the running server"
                                                   : "asking Stripe");
  // What a failed one asks for stays kept, so that the rows tell of it.
  if (auto opened = (*desk)->inbox().reopen(id); !opened) return failure(std::move(opened));
  return (*desk)->settle({id});
}

Result<HealedGaps> heal_webhook_gaps(const Settings& settings) {
  const auto desk = Desk::open(settings);
  if (!desk) return tl::unexpected(desk.error());
  Progress progress("reading Stripe's list of events");
  auto report = (*desk)->webhooks().heal_gaps();
  if (!report) return failure(std::move(report));
  // Those that were missing are among them.
  const auto to_do = (*desk)->inbox().to_do(events_max);
  if (!to_do) return tl::unexpected(to_do.error());
  std::vector<WebhookEventId> ids;
  for (const InboxRow& each : *to_do) ids.push_back(each.event.id);
  progress.tell((*desk)->beside_server() ? "waiting for the running server" : "asking Stripe");
  auto acted = (*desk)->settle(ids);
  if (!acted) return failure(std::move(acted));
  return HealedGaps{.report = std::move(*report), .acted = std::move(*acted)};
}

}  // namespace billing::apps
