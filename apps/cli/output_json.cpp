// SPDX-License-Identifier: Apache-2.0
#include "cli/output_json.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace billing::apps {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& whole) {
  // Foreign text that isn't UTF-8 must not end the program.
  return whole.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string dump(const char* name, Json list) {
  return dump(Json{{name, std::move(list)}});
}

std::string timestamp(Second second) {
  return fmt::format("{:%FT%TZ}", fmt::gmtime(second.time_since_epoch().count()));
}

Json nullable(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json webhook_list(const std::vector<InboxRow>& events) {
  Json list = Json::array();
  for (const InboxRow& each : events) {
    list.push_back({{"sequence", each.sequence},
                    {"event", each.event.id.text()},
                    {"type", each.event.type},
                    {"object", nullable(each.event.object_id)},
                    {"customer", nullable(each.event.customer.text())},
                    {"created", timestamp(each.event.created)},
                    {"received_at", timestamp(to_second(each.received_at))},
                    {"origin", name(each.origin)},
                    {"state", name(each.state)},
                    {"reason", nullable(each.reason)}});
  }
  return list;
}

}  // namespace

std::string json(const std::vector<ProvisionedObject>& objects) {
  Json list = Json::array();
  for (const ProvisionedObject& each : objects) {
    list.push_back({{"object", each.object},
                    {"id", nullable(each.id)},
                    {"key", nullable(each.key)},
                    {"action", name(each.action)}});
  }
  return dump("objects", std::move(list));
}

std::string json(const Offerings& offerings) {
  Json list = Json::array();
  for (const OfferedPrice& each : offerings.prices) {
    list.push_back({{"role", name(each.role)},
                    {"id", each.id.text()},
                    {"product", each.product.text()},
                    {"product_name", each.product_name},
                    {"nickname", each.nickname},
                    {"currency", each.amount.currency},
                    {"unit_amount", each.amount.minor},
                    {"lookup_key", each.lookup_key}});
  }
  return dump("offerings", std::move(list));
}

std::string json(const std::vector<ListedEvent>& events) {
  Json list = Json::array();
  for (const auto& [row, invoice] : events) {
    const Json usage_at = row.usage_at ? Json(timestamp(*row.usage_at)) : Json(nullptr);
    list.push_back({{"sequence", row.sequence},
                    {"event", row.event->id.text()},
                    {"customer", row.event->customer.text()},
                    {"subscription_item", row.event->item.text()},
                    {"kind", name(row.event->kind)},
                    {"quantity", row.event->quantity},
                    {"clicked_at", timestamp(to_second(row.event->clicked_at))},
                    {"usage_at", usage_at},
                    {"state", name(row.state)},
                    {"reason", nullable(row.reason)},
                    {"usage_record", nullable(row.record.text())},
                    {"invoice", nullable(invoice.text())}});
  }
  return dump("events", std::move(list));
}

std::string json(const std::vector<InboxRow>& events) {
  return dump("events", webhook_list(events));
}

std::string json(const HealedGaps& healed) {
  return dump(Json{{"since", timestamp(healed.report.since)},
                   {"listed", healed.report.looked_at},
                   {"missing", healed.report.missing.size()},
                   {"healed", healed.acted.all_done()},
                   {"events", webhook_list(healed.acted.rows)}});
}

std::string json(const LedgerBackup& backup) {
  return dump(Json{{"file", backup.file},
                   {"delivered", backup.totals.delivered},
                   {"pending", backup.totals.pending},
                   {"refused", backup.totals.refused},
                   {"final_invoice", backup.totals.final_invoice},
                   {"parked", backup.totals.parked}});
}

std::string json(const RestoredLedger& restored) {
  Json items = Json::array();
  for (const RestoredItem& each : restored.items) {
    items.push_back({{"subscription_item", each.item.text()},
                     {"customer", each.customer.text()},
                     {"subscription", each.subscription.text()},
                     {"sent_again", each.sent_again},
                     {"found", each.found},
                     {"to_send", each.to_send},
                     {"recovered", each.recovered},
                     {"at_stripe", each.at_stripe},
                     {"delivered", each.delivered},
                     {"difference", each.difference()},
                     {"trouble", nullable(each.trouble)}});
  }
  Json recovered = Json::array();
  for (const RecordedEvent& row : restored.recovered) {
    recovered.push_back({{"event", row.event->id.text()},
                         {"customer", row.event->customer.text()},
                         {"subscription_item", row.event->item.text()},
                         {"key", row.event->key.text()},
                         {"usage_at", timestamp(*row.usage_at)},
                         {"reason", row.reason}});
  }
  return dump(Json{{"exact", restored.exact()},
                   {"items", std::move(items)},
                   {"recovered", std::move(recovered)}});
}

std::string json(const std::vector<ReconciledPeriod>& periods) {
  Json list = Json::array();
  for (const ReconciledPeriod& each : periods) {
    const auto& line = each.line;
    list.push_back({{"subscription_item", each.item.text()},
                    {"customer", each.customer.text()},
                    {"period_start", timestamp(each.start)},
                    {"period_end", timestamp(each.end)},
                    {"ledger", each.ledger},
                    {"stripe", each.at_stripe},
                    {"invoice", nullable(each.invoice.text())},
                    {"invoiced", line ? Json(line->quantity) : Json(nullptr)},
                    {"amount", line ? Json(line->amount.minor) : Json(nullptr)},
                    {"currency", line ? Json(line->amount.currency) : Json(nullptr)},
                    {"difference", each.difference()},
                    {"amount_difference", each.amount_difference()}});
  }
  return dump("periods", std::move(list));
}

std::string json(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const Finding& each : findings) {
    list.push_back({{"check", each.check},
                    {"ok", each.exit_status == 0},
                    {"said", each.said},
                    {"remedy", nullable(each.remedy)}});
  }
  return dump("checks", std::move(list));
}

std::string json(const std::vector<Migration>& migrations, bool applied) {
  Json list = Json::array();
  for (const Migration& each : migrations) {
    list.push_back({{"version", each.version}, {"brings", each.brings}});
  }
  return dump(Json{{"applied", applied}, {"migrations", std::move(list)}});
}

std::string json(const std::vector<CopiedTable>& tables) {
  Json list = Json::array();
  for (const CopiedTable& each : tables) {
    list.push_back({{"table", each.table}, {"rows", each.rows}});
  }
  return dump("tables", std::move(list));
}

std::string json(const simulation::StoriesReport& report) {
  Json failed = Json::array();
  for (const simulation::StoryReport& each : report.failed) {
    failed.push_back({{"seed", each.seed}, {"complaints", each.complaints}});
  }
  return dump(Json{{"stories", report.played},
                   {"clicks", report.clicks},
                   {"delivered", report.delivered},
                   {"invoiced", report.invoiced},
                   {"refused", report.refused},
                   {"mishaps", report.tally.counts()},
                   {"failed", std::move(failed)}});
}

}  // namespace billing::apps
