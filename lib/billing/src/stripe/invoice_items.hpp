// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/stripe_client.hpp>

#include <string>

namespace billing::stripe {

inline const std::string invoice_items_path = "/v1/invoiceitems";

Parameters invoice_item_form(const NewInvoiceItem& item);
Result<InvoiceItem> invoice_item_of(const HttpResponse& response);

}  // namespace billing::stripe
