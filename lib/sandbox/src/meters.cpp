// SPDX-License-Identifier: Apache-2.0
#include "events.hpp"
#include "list.hpp"
#include "resources.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

constexpr std::string_view meter_kind = "billing.meter";

Meter& meter_in_path(Call& call) {
  return in_path(call.world.metering.meters, "meter", call.ids[0]);
}

void check_name_free(World& world, const std::string& event_name) {
  const Meter* holder = world.metering.active(event_name);
  if (holder == nullptr) return;
  throw Refusal{.code = "resource_already_exists",
                .message = fmt::format("An active meter (`{}`) already uses the event name `{}`.",
                                       holder->id, event_name),
                .param = "event_name"};
}

Json create_meter(Call& call) {
  World& world = call.world;
  Meter meter{.created = call.now, .updated = call.now};
  assign(call.params, "display_name", meter.display_name);
  assign(call.params, "event_name", meter.event_name);
  assign(call.params["default_aggregation"], "formula", meter.formula);
  assign(call.params, "event_time_window", meter.event_time_window);
  if (call.given("customer_mapping")) {
    assign(call.params["customer_mapping"], "event_payload_key", meter.customer_key);
  }
  if (call.given("value_settings")) {
    assign(call.params["value_settings"], "event_payload_key", meter.value_key);
  }
  check_name_free(world, meter.event_name);
  meter.id = world.ids.plain("mtr_test_61", 30);
  const Meter& added = world.metering.meters.add(std::move(meter));
  world.metering.index(added);
  return announced(call, call.now, "billing.meter.created", added);
}

Json retrieve_meter(Call& call) {
  return shown(call.view(), meter_in_path(call));
}

Json update_meter(Call& call) {
  Meter& meter = meter_in_path(call);
  const Pictures before = pictured(call.world, meter);
  assign(call.params, "display_name", meter.display_name);
  meter.updated = call.now;
  emit_change(call.world, call.now, "billing.meter.updated", before, meter);
  return shown(call.view(), meter);
}

Json deactivate_meter(Call& call) {
  Meter& meter = meter_in_path(call);
  if (!meter.active()) {
    throw Refusal{.message = fmt::format("The meter `{}` is already inactive.", meter.id)};
  }
  meter.deactivated_at = meter.updated = call.now;
  call.world.metering.index(meter);
  return announced(call, call.now, "billing.meter.deactivated", meter);
}

Json reactivate_meter(Call& call) {
  Meter& meter = meter_in_path(call);
  if (meter.active()) {
    throw Refusal{.message = fmt::format("The meter `{}` is already active.", meter.id)};
  }
  check_name_free(call.world, meter.event_name);
  meter.deactivated_at.reset();
  meter.updated = call.now;
  call.world.metering.index(meter);
  return announced(call, call.now, "billing.meter.reactivated", meter);
}

Json list_meters(Call& call) {
  const Text status = call.text("status");
  return listed(
      call, "meter", call.world.metering.meters, nullptr,
      [&](const Meter& meter) { return !status || meter.active() == (status == "active"); },
      [&](const Meter& meter) { return shown(call.view(), meter); });
}

Schema meter_create_schema() {
  const Field key = text("event_payload_key", 100);
  return operation(
      {object("default_aggregation",
              {choice("formula", {"count", "sum"}).need().only(until_basil),
               choice("formula", {"count", "last", "sum"}).need().only(since_basil)})
           .need(),
       text("display_name", 250).need(), text("event_name", 100).need(),
       object("customer_mapping", {Field(key).need(), choice("type", {"by_id"}).need()}),
       choice("event_time_window", {"day", "hour"}),
       object("value_settings", {Field(key).need()})});
}

}  // namespace

Json shown(const View&, const Meter& meter) {
  return {
      {"id", meter.id},
      {"object", meter_kind},
      {"created", meter.created},
      {"customer_mapping", {{"event_payload_key", meter.customer_key}, {"type", "by_id"}}},
      {"default_aggregation", {{"formula", meter.formula}}},
      {"display_name", meter.display_name},
      {"event_name", meter.event_name},
      {"event_time_window", nullable(meter.event_time_window)},
      {"livemode", false},
      {"status", meter.active() ? "active" : "inactive"},
      {"status_transitions", {{"deactivated_at", nullable(meter.deactivated_at)}}},
      {"updated", meter.updated},
      {"value_settings", {{"event_payload_key", meter.value_key}}},
  };
}

Routes meter_routes() {
  const std::string all = "/v1/billing/meters";
  const std::string one(meter_kind);
  return {{"POST", all, meter_create_schema(), one, create_meter},
          {"GET", all + "/:id", operation({}), one, retrieve_meter},
          {"POST", all + "/:id", operation({text("display_name", 250)}), one, update_meter},
          {"POST", all + "/:id/deactivate", operation({}), one, deactivate_meter},
          {"POST", all + "/:id/reactivate", operation({}), one, reactivate_meter},
          {"GET", all, listing({choice("status", {"active", "inactive"})}), "list:" + one,
           list_meters}};
}

}  // namespace sandbox
