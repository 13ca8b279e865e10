// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/api.hpp>
#include <billing/catalog.hpp>
#include <billing/observer.hpp>
#include <billing/result.hpp>
#include <billing/store.hpp>
#include <billing/stripe_client.hpp>

#include <condition_variable>
#include <functional>
#include <mutex>
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
  CatalogKeeper(stripe::Client& stripe, Store& store, Api& api, Observer& observer,
                const Catalog& catalog, bool livemode, KeeperHooks hooks);
  ~CatalogKeeper();

  /// Tries once, within a few seconds, and goes on in a thread of its own. Fails only if the data
  /// file belongs to something else.
  Result<void> start();
  void stop();

 private:
  Result<void> attempt();
  Result<void> check_account();
  Result<void> complete_catalog();
  void run();

  stripe::Client& stripe_;
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
  std::thread thread_;
};

}  // namespace billing::apps
