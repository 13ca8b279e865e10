// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "billing.hpp"
#include "resources.hpp"

namespace sandbox {

/// What `POST /v1/invoiceitems` takes, and with `updating` what changes one.
Schema invoice_item_schema(bool updating);

/// The item that a call asks for, checked to the end and not yet in the world; where no price was
/// named, one of its own has been made.
InvoiceItem invoice_item_from(Call& call);

/// Changes an item, after all checks.
void change_invoice_item(Call& call, InvoiceItem& item);

}  // namespace sandbox
