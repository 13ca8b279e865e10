// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "schema.hpp"
#include "world.hpp"

#include <string>

namespace sandbox {

/// Everything switched off.
Json no_portal_features();

/// `features` with what was sent; whatever was not sent stays as it was. Refusal when parts of it
/// don't go together.
Json portal_features(const World& world, const Json& sent, Json features);

/// The parameter; an update may leave out what a feature needs at first.
Field portal_features_field();
Field portal_features_update_field();

/// The one that a session without a configuration gets; null when none was saved yet.
const PortalConfiguration* default_configuration(const World& world);

/// Whether the link still opens: within five minutes, and for an hour once it was opened.
bool open_at(const PortalSession& session, std::int64_t now);

}  // namespace sandbox
