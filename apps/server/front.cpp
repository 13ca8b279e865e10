// SPDX-License-Identifier: Apache-2.0
#include "server/front.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace billing::apps {
namespace {

constexpr int accepted = 202;
/// What another server settles is not called out here.
constexpr std::chrono::milliseconds pause_between_looks(200);
constexpr std::chrono::milliseconds never = std::chrono::milliseconds::max();

bool is_api(std::string_view path) {
  constexpr std::array<std::string_view, 3> roots = {"/offerings", "/users", "/webhook"};
  for (const std::string_view root : roots) {
    if (!path.starts_with(root)) continue;
    if (path.size() == root.size() || path[root.size()] == '/') return true;
  }
  return false;
}

}  // namespace

Front::Front(Api& api, const StaticFiles& files, SettlementBoard& board, Deliveries& delivery,
             const Clock& clock, Deliverers deliverers)
    : api_(api),
      files_(files),
      board_(board),
      delivery_(delivery),
      clock_(clock),
      look_every_(deliverers == Deliverers::several_servers ? pause_between_looks : never) {}

HttpResponse Front::answer(const HttpRequest& request) {
  if (request.method == "HEAD") {
    // The listener leaves the body out.
    HttpRequest whole = request;
    whole.method = "GET";
    return answer(whole);
  }
  if (request.method == "GET" && !is_api(request.path)) return files_.serve(request.path);
  const std::uint64_t calls = board_.calls();
  Begun begun = api_.begin(request);
  if (const auto* waiting = std::get_if<Waiting>(&begun)) {
    delivery_.ring();
    return wait(*waiting, calls);
  }
  HttpResponse response = std::move(std::get<HttpResponse>(begun));
  if (response.status == accepted) delivery_.ring();
  return response;
}

/// `calls` is the board's count before the event was read.
HttpResponse Front::wait(const Waiting& waiting, std::uint64_t calls) {
  if (!board_.has_room()) return api_.finish(waiting);
  SettlementBoard::Place place(board_, waiting.event, calls);
  if (!place.missed_none()) {
    // It may have been settled before the place was taken.
    HttpResponse response = api_.finish(waiting);
    if (response.status != accepted) return response;
  }
  while (true) {
    const auto time = std::max(waiting.until - clock_.moment(), std::chrono::milliseconds(0));
    const std::optional<RecordedEvent> settled = place.wait_for(std::min(time, look_every_));
    if (settled) return api_.finish(*settled);
    HttpResponse response = api_.finish(waiting);
    if (response.status != accepted || time <= look_every_) return response;
  }
}

}  // namespace billing::apps
