// SPDX-License-Identifier: Apache-2.0
#include "checkout_page.hpp"
#include "timeline.hpp"
#include "universe.hpp"

namespace sandbox {
namespace {

HttpResponse page(int status, std::string html) {
  return {.status = status,
          .headers = {{"Content-Type", "text/html; charset=utf-8"},
                      {"Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "same-origin"},
                      {"Cache-Control", "no-store"}},
          .body = std::move(html)};
}

bool usable(const World& world, const CheckoutSession& session) {
  return session.status == "open" &&
         (!session.customer || !world.customers.at(*session.customer).deleted);
}

HttpResponse paid(World& world, CheckoutSession& session, const Arrival& arrival) {
  Form form;
  try {
    parse_form(arrival.request.body, form);
  } catch (const Refusal&) {
    // A form that no page of ours would send is as good as an empty one.
    form = {};
  }
  const std::int64_t now = time_of(world, session);
  Payment payment;
  const PaymentErrors errors = read_payment(world, session, form, now, payment);
  if (errors.fields() || !errors.declined.empty()) {
    return page(errors.fields() ? 400 : 402, checkout_page(world, session, payment, errors, now));
  }
  complete(world, session, payment);
  HttpResponse response = page(303, "");
  response.headers.push_back({"Location", redirect_url(session)});
  return response;
}

HttpResponse answered_page(World* world, const std::string& id, const Arrival& arrival) {
  if (world == nullptr) return page(404, unknown_page());
  advance(*world, arrival.now);
  CheckoutSession& session = world->sessions.at(id);
  const std::string& method = arrival.request.method;
  if (method != "GET" && method != "HEAD" && method != "POST") return page(405, unknown_page());
  if (!usable(*world, session)) return page(method == "POST" ? 410 : 200, closed_page(session));
  if (method == "POST") return paid(*world, session, arrival);
  return page(200, checkout_page(*world, session, {}, {}, time_of(*world, session)));
}

}  // namespace

HttpResponse answer_page(Universe& universe, const Arrival& arrival) {
  constexpr std::string_view start = "/c/pay/";
  const std::string id = arrival.path.substr(start.size());
  World* world = universe.world_with_session(id);
  HttpResponse response = answered_page(world, id, arrival);
  universe.log.add({.time = arrival.now,
                    .method = arrival.request.method,
                    .path = arrival.path,
                    .status = response.status,
                    .request_id = universe.ids.plain("req_"),
                    .account = world != nullptr ? world->account : ""});
  return response;
}

}  // namespace sandbox
