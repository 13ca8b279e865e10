// SPDX-License-Identifier: Apache-2.0
#include "simulation/sandbox_transport.hpp"

#include <fmt/format.h>

#include <utility>

namespace simulation {
namespace {

std::string encoded(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string target_of(const billing::HttpRequest& request) {
  std::string target = request.path;
  char separator = '?';
  for (const auto& [name, value] : request.query) {
    target += separator + encoded(name) + "=" + encoded(value);
    separator = '&';
  }
  return target;
}

tl::unexpected<billing::Error> no_answer(const billing::HttpRequest& request) {
  using billing::ErrorCode;
  const bool read = request.method == "GET";
  return billing::failure(read ? ErrorCode::timed_out : ErrorCode::outcome_unknown,
                          fmt::format("{} {}: no answer", request.method, request.path));
}

void control(sandbox::Sandbox& sandbox, const std::string& method, const std::string& body) {
  const auto answer =
      sandbox.handle({.method = method, .target = "/_sandbox/faults", .body = body});
  billing::require(answer.status == 200);
}

}  // namespace

billing::Result<billing::HttpResponse> SandboxTransport::send(const billing::HttpRequest& request,
                                                              std::chrono::milliseconds timeout) {
  const Passage passage = before ? before(request, timeout) : Passage();
  switch (passage.network) {
    case Network::refuses:
      return billing::failure(billing::ErrorCode::unavailable, "connection refused");
    case Network::delays: late_.push_back({request, clock_.moment()}); return no_answer(request);
    case Network::loses_request: return no_answer(request);
    case Network::carries:
    case Network::loses_answer: break;
  }
  sandbox::HttpResponse answer;
  if (passage.works) {
    if (!passage.fault.empty()) control(sandbox_, "POST", passage.fault);
    answer = carry(request);
    if (!passage.fault.empty()) control(sandbox_, "DELETE", {});
  }
  if (after) after();
  if (passage.network == Network::loses_answer) return no_answer(request);
  if (passage.instead) return *passage.instead;
  if (answer.delivery != sandbox::Delivery::whole) return no_answer(request);
  billing::HttpResponse back{.status = answer.status};
  for (sandbox::HttpHeader& each : answer.headers) {
    back.headers.push_back({std::move(each.name), std::move(each.value)});
  }
  back.body = std::move(answer.body);
  return back;
}

sandbox::HttpResponse SandboxTransport::carry(const billing::HttpRequest& request) {
  sandbox::HttpRequest there{.method = request.method, .target = target_of(request)};
  for (const billing::HttpHeader& each : request.headers) {
    there.headers.push_back({each.name, each.value});
  }
  there.body = request.body;
  sandbox::HttpResponse answer = sandbox_.handle(there);
  if (witness) witness(request, answer);
  return answer;
}

void SandboxTransport::deliver_late() {
  for (const Late& each : std::exchange(late_, {})) {
    if (clock_.moment() - each.since <= std::chrono::hours(1)) carry(each.request);
  }
}

}  // namespace simulation
