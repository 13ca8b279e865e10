// SPDX-License-Identifier: Apache-2.0
// Card, invoices and cancellation, on Stripe's pages: POST /users/portal.
#include <billing/api.hpp>
#include <billing/error_codes.hpp>

#include "api/bodies.hpp"
#include "api/call_limits.hpp"

namespace billing {

Result<Begun> Api::open_portal(const HttpRequest& request) {
  const Result<User> user = signed_in(request);
  if (!user) return tl::unexpected(user.error());
  const PortalConfigurationId configuration = offered()->portal;
  if (configuration.empty()) {
    return problem(503, name(ErrorCode::unavailable),
                   "the customer portal is not set up at Stripe yet: try again in a minute, or run "
                   "billing provision");
  }
  const Result<std::string> base = return_base(request);
  if (!base) return tl::unexpected(base.error());
  const auto session =
      health_.noted(stripe_.create_portal_session({.customer = user->customer,
                                                   .configuration = configuration,
                                                   .return_url = *base + "/dashboard"},
                                                  stripe_.fresh_key(), interactive));
  if (!session) return tl::unexpected(session.error());
  return portal_response(*session);
}

}  // namespace billing
