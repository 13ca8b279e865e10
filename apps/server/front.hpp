// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/api.hpp>
#include <billing/clock.hpp>
#include <billing/http.hpp>

#include "server/deliveries.hpp"
#include "server/settlement_board.hpp"
#include "server/static_files.hpp"

#include <chrono>
#include <cstdint>

namespace billing::apps {

/// What a browser talks to: the Api's routes, and the page. It owns the waiting that the Api leaves
/// to its caller. Thread-safe.
class Front {
 public:
  /// Who else may deliver what came here.
  enum class Deliverers { this_server, several_servers };

  /// All referred to must outlive it.
  Front(Api& api, const StaticFiles& files, SettlementBoard& board, Deliveries& delivery,
        const Clock& clock, Deliverers deliverers);

  HttpResponse answer(const HttpRequest& request);

 private:
  HttpResponse wait(const Waiting& waiting, std::uint64_t calls);

  Api& api_;
  const StaticFiles& files_;
  SettlementBoard& board_;
  Deliveries& delivery_;
  const Clock& clock_;
  const std::chrono::milliseconds look_every_;
};

}  // namespace billing::apps
