// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/http.hpp>
#include <billing/result.hpp>
#include <billing/stripe_client.hpp>
#include <billing/stripe_objects.hpp>

#include <string>

namespace billing::stripe {

std::string usage_records_path(const ItemId& item);
Parameters usage_record_form(const NewUsageRecord& record);
Result<UsageRecord> read_usage_record(const HttpResponse& response);

}  // namespace billing::stripe
