// SPDX-License-Identifier: Apache-2.0
#include "broken_transport.hpp"

namespace simulation {

billing::Result<billing::HttpResponse> BrokenTransport::send(const billing::HttpRequest& request,
                                                             std::chrono::milliseconds timeout) {
  if (without_ != Safeguard::set_and_key || !request.path.ends_with("/usage_records")) {
    return transport_.send(request, timeout);
  }
  billing::HttpRequest changed = request;
  constexpr std::string_view set = "action=set";
  changed.body.replace(changed.body.find(set), set.size(), "action=increment");
  for (billing::HttpHeader& each : changed.headers) {
    if (each.name == "Idempotency-Key") each.value = entropy_.letters(32);
  }
  return transport_.send(changed, timeout);
}

}  // namespace simulation
