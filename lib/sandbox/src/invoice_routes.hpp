// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "resources.hpp"

namespace sandbox {

/// The invoice that a path names; 404 for one that was deleted, too.
Invoice& invoice_in_path(Call& call);

/// The parts of invoice_routes.
Routes invoice_write_routes();
Routes invoice_action_routes();

}  // namespace sandbox
