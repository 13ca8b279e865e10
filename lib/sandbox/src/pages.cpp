// SPDX-License-Identifier: Apache-2.0
#include "pages.hpp"

#include "error.hpp"
#include "page_parts.hpp"

#include <array>

namespace sandbox {
namespace {

struct Door {
  std::string_view start;
  HttpResponse (*answer)(Universe&, const Arrival&, std::string_view, World*&);
};

constexpr std::array doors = {Door{"/c/pay/", checkout_door},
                              Door{"/c/authenticate/", authentication_door},
                              Door{"/p/session/", portal_door}, Door{"/i/", invoice_door}};

}  // namespace

bool is_page(std::string_view path) {
  for (const Door& door : doors) {
    if (path.starts_with(door.start)) return true;
  }
  return false;
}

HttpResponse page(int status, std::string html) {
  return {.status = status,
          .headers = {{"Content-Type", "text/html; charset=utf-8"},
                      {"Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "same-origin"},
                      {"Cache-Control", "no-store"}},
          .body = std::move(html)};
}

HttpResponse onward(const std::string& url) {
  HttpResponse response = page(303, "");
  response.headers.push_back({"Location", url});
  return response;
}

Form form_of(const Arrival& arrival) {
  Form form;
  try {
    parse_form(arrival.request.body, form);
  } catch (const Refusal&) {
    form = {};
  }
  return form;
}

HttpResponse answer_page(Universe& universe, const Arrival& arrival) {
  World* world = nullptr;
  HttpResponse response = page(404, unknown_page());
  const std::string& method = arrival.request.method;
  for (const Door& door : doors) {
    if (!arrival.path.starts_with(door.start)) continue;
    const std::string_view path = std::string_view(arrival.path).substr(door.start.size());
    const bool known = method == "GET" || method == "HEAD" || method == "POST";
    response = known ? door.answer(universe, arrival, path, world) : page(405, unknown_page());
    break;
  }
  universe.log.add({.time = arrival.now,
                    .method = method,
                    .path = arrival.path,
                    .status = response.status,
                    .request_id = universe.ids.plain("req_"),
                    .account = world != nullptr ? world->account : ""});
  return response;
}

}  // namespace sandbox
