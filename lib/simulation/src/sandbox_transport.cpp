// SPDX-License-Identifier: Apache-2.0
#include "simulation/sandbox_transport.hpp"

#include <fmt/format.h>

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

}  // namespace

billing::Result<billing::HttpResponse> SandboxTransport::send(const billing::HttpRequest& request,
                                                              std::chrono::milliseconds) {
  const Network network = before ? before(request) : Network::carries;
  if (network == Network::loses_request) return no_answer(request);
  sandbox::HttpRequest there{.method = request.method, .target = target_of(request)};
  for (const billing::HttpHeader& each : request.headers) {
    there.headers.push_back({each.name, each.value});
  }
  there.body = request.body;
  sandbox::HttpResponse answer = sandbox_.handle(there);
  if (after) after(request);
  if (network == Network::loses_answer) return no_answer(request);
  billing::HttpResponse back{.status = answer.status};
  for (sandbox::HttpHeader& each : answer.headers) {
    back.headers.push_back({std::move(each.name), std::move(each.value)});
  }
  back.body = std::move(answer.body);
  return back;
}

}  // namespace simulation
