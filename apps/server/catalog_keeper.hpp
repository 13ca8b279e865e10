// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/api.hpp>
#include <billing/catalog.hpp>
#include <billing/observer.hpp>
#include <billing/result.hpp>
#include <billing/store.hpp>
#include <billing/stripe_client.hpp>
#include <billing/stripe_health.hpp>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace billing::apps {

struct KeeperHooks {
  std::function<void()> on_ready;                ///< The account is ours: delivery may begin.
  std::function<void(const Error&)> on_foreign;  ///< It is not: the server has to stop.
};

/// Keeps this server and its Stripe account together: makes sure that the data file belongs to the
/// account, creates what the catalog lacks there, and reads again every minute what is for sale.
/// Goes on trying while Stripe is down.
class CatalogKeeper {
 public:
  /// All referred to must outlive it.
  CatalogKeeper(stripe::Client& stripe, StripeHealth& health, Store& store, Api& api,
                Observer& observer, const Catalog& catalog, bool livemode, KeeperHooks hooks);
  ~CatalogKeeper();

  /// Begins in a thread of its own, and waits a moment for the first try to end: a Stripe that
  /// hangs must not keep the server from taking clicks. Fails if that try has shown that the data
  /// file belongs to something else.
  Result<void> start();
  void stop();

 private:
  Result<void> attempt();
  Result<void> check_account();
  Result<void> complete_catalog();
  void run();

  stripe::Client& stripe_;
  StripeHealth& health_;
  Store& store_;
  Api& api_;
  Observer& observer_;
  const Catalog& catalog_;
  bool livemode_;
  KeeperHooks hooks_;
  bool account_checked_ = false;
  bool catalog_complete_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool tried_ = false;            ///< Once at least.
  std::optional<Error> foreign_;  ///< What the first try has shown.
  std::thread thread_;
};

}  // namespace billing::apps
