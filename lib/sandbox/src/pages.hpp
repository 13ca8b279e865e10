// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "form.hpp"
#include "universe.hpp"

#include <string>
#include <string_view>

namespace sandbox {

/// What the doors to the hosted pages have in common.

HttpResponse page(int status, std::string html);
/// 303: the browser goes on with a GET.
HttpResponse onward(const std::string& url);

/// The form in a POST's body; empty when it can't be read, as no page of ours would send it.
Form form_of(const Arrival& arrival);

/// `/c/pay/…`, `/c/authenticate/…`, `/i/…` and `/p/session/…`, `path` without that start. `world`
/// becomes the account that the page belongs to.
HttpResponse checkout_door(Universe& universe, const Arrival& arrival, std::string_view path,
                           World*& world);
HttpResponse authentication_door(Universe& universe, const Arrival& arrival, std::string_view path,
                                 World*& world);
HttpResponse invoice_door(Universe& universe, const Arrival& arrival, std::string_view path,
                          World*& world);
HttpResponse portal_door(Universe& universe, const Arrival& arrival, std::string_view path,
                         World*& world);

/// The first account that has what is asked for.
template <class Has>
World* world_that(Universe& universe, Has has) {
  for (const auto& [key, world] : universe.worlds) {
    if (has(*world)) return world.get();
  }
  return nullptr;
}

}  // namespace sandbox
