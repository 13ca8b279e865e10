// SPDX-License-Identifier: Apache-2.0
#include "stripe/usage_records.hpp"

#include "stripe/form.hpp"
#include "stripe/json_read.hpp"
#include "stripe/list_pages.hpp"

// https://docs.stripe.com/api/usage_records?api-version=2025-02-24.acacia
namespace billing::stripe {
namespace {

UsageRecord read_record(const JsonValue& record) {
  return {.id = UsageRecordId(record["id"].text()),
          .item = ItemId(record["subscription_item"].id()),
          .quantity = record["quantity"].integer(),
          .timestamp = Second(std::chrono::seconds(record["timestamp"].integer()))};
}

UsageRecordSummary read_summary(const JsonValue& summary) {
  return {.item = ItemId(summary["subscription_item"].id()),
          .total_usage = summary["total_usage"].integer(),
          .invoice = InvoiceId(summary["invoice"].id_or_empty()),
          .period_start = summary["period"]["start"].optional_second(),
          .period_end = summary["period"]["end"].optional_second()};
}

std::string item_path(const ItemId& item, std::string_view rest) {
  return "/v1/subscription_items/" + percent_encoded(item.text()) + std::string(rest);
}

}  // namespace

std::string usage_records_path(const ItemId& item) {
  return item_path(item, "/usage_records");
}

Parameters usage_record_form(const NewUsageRecord& record) {
  return {{"quantity", std::to_string(record.quantity)},
          {"timestamp", std::to_string(record.timestamp.time_since_epoch().count())},
          {"action", "set"}};
}

Result<UsageRecord> read_usage_record(const HttpResponse& response) {
  return read_json(response.body, read_record);
}

Result<UsageRecord> Client::create_usage_record(const NewUsageRecord& record,
                                                const IdempotencyKey& key, Call call) {
  return post(usage_records_path(record.item), usage_record_form(record), key, call)
      .and_then(read_usage_record);
}

HttpRequest Client::usage_record_summaries_request(const ItemId& item) const {
  return signed_with_key(reading(item_path(item, "/usage_record_summaries"), page_query({}, "")));
}

Result<UsageRecordSummaryPage> Client::usage_record_summaries_of(Result<HttpResponse> answer) {
  const HttpRequest request{.method = "GET", .path = "/v1/subscription_items"};
  const auto heard = heard_once(request, std::move(answer));
  if (!heard) return tl::unexpected(heard.error());
  UsageRecordSummaryPage page;
  const auto next = read_page(*heard, read_summary, page.summaries);
  if (!next) return tl::unexpected(next.error());
  page.more = !next->empty();
  return page;
}

Result<std::vector<UsageRecordSummary>> Client::usage_record_summaries(const ItemId& item,
                                                                       Call call) {
  return all_pages(pager(item_path(item, "/usage_record_summaries"), call), {}, read_summary);
}

}  // namespace billing::stripe
