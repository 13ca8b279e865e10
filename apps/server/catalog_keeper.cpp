// SPDX-License-Identifier: Apache-2.0
#include "server/catalog_keeper.hpp"

#include <billing/provisioning.hpp>

namespace billing::apps {
namespace {

constexpr stripe::Call quick{.budget = std::chrono::milliseconds(3'000), .tries_max = 1};
constexpr std::chrono::seconds pause_while_down(5);
constexpr std::chrono::seconds pause_between_reads(60);
constexpr std::chrono::milliseconds patience_at_start(700);

}  // namespace

CatalogKeeper::CatalogKeeper(stripe::Client& stripe, StripeHealth& health, Store& store, Api& api,
                             Observer& observer, const Catalog& catalog, bool livemode,
                             KeeperHooks hooks)
    : stripe_(stripe),
      health_(health),
      store_(store),
      api_(api),
      observer_(observer),
      catalog_(catalog),
      livemode_(livemode),
      hooks_(std::move(hooks)) {}

CatalogKeeper::~CatalogKeeper() {
  stop();
}

Result<void> CatalogKeeper::start() {
  thread_ = std::thread([this] { run(); });
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, patience_at_start, [this] { return tried_; });
  if (foreign_) return tl::unexpected(*foreign_);
  return {};
}

void CatalogKeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void CatalogKeeper::run() {
  while (true) {
    const Result<void> attempted = attempt();
    const bool foreign =
        !attempted && !account_checked_ && attempted.error().code == ErrorCode::conflict;
    std::unique_lock lock(mutex_);
    if (foreign) foreign_ = attempted.error();
    tried_ = true;
    wake_.notify_all();
    if (foreign) break;
    const bool well = account_checked_ && catalog_complete_;
    wake_.wait_for(lock, well ? pause_between_reads : pause_while_down,
                   [this] { return stopping_; });
    if (stopping_) return;
  }
  hooks_.on_foreign(*foreign_);
}

Result<void> CatalogKeeper::attempt() {
  Result<void> done = check_account();
  if (done) done = complete_catalog();
  if (done) {
    health_.saw_success();
  } else {
    health_.saw(done.error());
    observer_.observe({.severity = Severity::warning,
                       .what = "catalog_not_read",
                       .facts = {{"error", done.error().message},
                                 {"meanwhile", "clicks are recorded and delivered later"}}});
  }
  return done;
}

Result<void> CatalogKeeper::check_account() {
  if (account_checked_) return {};
  const Result<stripe::Account> account = stripe_.account(quick);
  if (!account) return tl::unexpected(account.error());
  if (auto bound = store_.bind(
          {.account = account->id, .livemode = livemode_, .challenge_id = catalog_.challenge_id});
      !bound) {
    return bound;
  }
  account_checked_ = true;
  hooks_.on_ready();
  return {};
}

Result<void> CatalogKeeper::complete_catalog() {
  if (!catalog_complete_) {
    const auto objects = provision(stripe_, catalog_, {.scope = ProvisionScope::only_missing});
    if (!objects) return tl::unexpected(objects.error());
    catalog_complete_ = true;
    for (const ProvisionedObject& object : *objects) {
      if (object.action == ProvisionAction::unchanged && !object.differs) continue;
      observer_.observe({.severity = object.differs ? Severity::warning : Severity::info,
                         .what = object.differs ? "catalog_differs" : "catalog_created",
                         .facts = {{"object", object.object},
                                   {"id", object.id},
                                   {"key", object.key},
                                   {"remedy", object.differs ? "billing provision" : ""}}});
    }
  }
  Result<Offerings> offerings = read_offerings(stripe_, catalog_);
  if (!offerings) return failure(std::move(offerings));
  return api_.offer(std::move(*offerings));
}

}  // namespace billing::apps
