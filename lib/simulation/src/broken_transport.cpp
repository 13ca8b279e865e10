// SPDX-License-Identifier: Apache-2.0
#include "broken_transport.hpp"

#include <nlohmann/json.hpp>

namespace simulation {

using billing::HttpRequest;
using nlohmann::json;
using std::chrono::milliseconds;

BrokenTransport::Answer BrokenTransport::send(const HttpRequest& request, milliseconds timeout) {
  const bool reads = request.method == "GET";
  if (without_ == Safeguard::set_and_key && request.path.ends_with("/usage_records")) {
    return send_increment(request, timeout);
  }
  if (without_ == Safeguard::read_the_object && reads && acting_) {
    const auto payload = payloads_.find(request.path);
    if (payload != payloads_.end()) return billing::HttpResponse{.body = payload->second};
  }
  if (without_ == Safeguard::one_final_invoice && request.path == "/v1/invoices") {
    return reads ? list_invoices(request, timeout) : make_invoice(request, timeout);
  }
  return transport_.send(request, timeout);
}

BrokenTransport::Answer BrokenTransport::send_increment(const HttpRequest& request,
                                                        milliseconds timeout) {
  HttpRequest changed = with_new_key(request);
  constexpr std::string_view set = "action=set";
  changed.body.replace(changed.body.find(set), set.size(), "action=increment");
  return transport_.send(changed, timeout);
}

BrokenTransport::Answer BrokenTransport::make_invoice(const HttpRequest& request,
                                                      milliseconds timeout) {
  Answer answer = transport_.send(with_new_key(request), timeout);
  if (answer && answer->status == 200) made_.insert(json::parse(answer->body).at("id"));
  return answer;
}

BrokenTransport::Answer BrokenTransport::list_invoices(const HttpRequest& request,
                                                       milliseconds timeout) {
  Answer answer = transport_.send(request, timeout);
  if (!answer || answer->status != 200) return answer;
  json list = json::parse(answer->body);
  for (json& invoice : list.at("data")) {
    if (!made_.contains(invoice.at("id"))) invoice["metadata"] = json::object();
  }
  answer->body = list.dump();
  return answer;
}

HttpRequest BrokenTransport::with_new_key(const HttpRequest& request) {
  HttpRequest changed = request;
  for (billing::HttpHeader& each : changed.headers) {
    if (each.name == "Idempotency-Key") each.value = entropy_.letters(32);
  }
  return changed;
}

void BrokenTransport::hear(const std::string& body) {
  if (without_ != Safeguard::read_the_object) return;
  const json object = json::parse(body).at("data").at("object");
  const std::string kind = object.at("object");
  const bool read_by_id = kind == "subscription" || kind == "invoice" || kind == "customer";
  // `invoice.upcoming` tells of one that isn't there yet.
  if (!read_by_id || !object.contains("id")) return;
  payloads_["/v1/" + kind + "s/" + object.at("id").get<std::string>()] = object.dump();
}

}  // namespace simulation
