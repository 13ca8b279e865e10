// SPDX-License-Identifier: Apache-2.0
#include "calendar.hpp"
#include "html.hpp"
#include "inspector.hpp"
#include "inspector_parts.hpp"
#include "test_clocks.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sandbox {
namespace {

constexpr std::size_t rows_shown = 50;
constexpr std::size_t requests_shown = 200;

std::string text_at(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// What a person knows an object by.
std::string caption(const Json& object) {
  for (const char* name : {"name", "nickname", "email", "number", "description", "customer"}) {
    if (std::string text = text_at(object, name); !text.empty()) return text;
  }
  return {};
}

std::string state_of(const Json& object) {
  if (object.value("deleted", false)) return "deleted";
  const std::string status = text_at(object, "status");
  if (!status.empty()) return status;
  if (!object.contains("active")) return {};
  return object["active"].get<bool>() ? "active" : "archived";
}

/// Buttons that move one clock: the sandbox's own, or a test clock.
struct ClockButtons {
  std::string account{};
  std::string clock{};
  bool period_end = false;
};

std::string clock_buttons(const ClockButtons& of) {
  std::string html = "<div class=\"Buttons\">";
  const auto add = [&](const char* step, std::string_view text) {
    html += button("/_sandbox/move", {{"step", step}, {"account", of.account}, {"clock", of.clock}},
                   text);
  };
  add("hour", "An hour");
  add("day", "A day");
  add("month", "A month");
  if (of.period_end) add("period", "To the end of the period");
  return html + "</div>\n";
}

std::string clock_html(std::int64_t now, const ClockButtons& buttons) {
  return fmt::format(
      "<section class=\"Clock\"><h2>Clock</h2><p class=\"Now\">{}</p>\n<p class=\"Soft\">The "
      "sandbox's time goes on by itself. It can be moved forward, for all accounts:</p>{}"
      "</section>\n",
      escaped(http_date(now)), clock_buttons(buttons));
}

std::string test_clocks_html(const World& world) {
  std::vector<HtmlRow> rows;
  for (std::size_t at = 0; at < world.test_clocks.size(); ++at) {
    const TestClock& clock = world.test_clocks[at];
    if (clock.deleted) continue;
    rows.push_back(
        {link(account_path(world, {"objects", "test_clocks", clock.id}),
              clock.name.value_or(clock.id)),
         time_html(clock.frozen_time),
         clock_buttons({.account = world.account,
                        .clock = clock.id,
                        .period_end = nearest_period_end(world, clock.id).has_value()})});
  }
  if (rows.empty()) return {};
  return "<h2>Test clocks</h2>\n" + table_html({"Clock", "Frozen at", "Move by"}, rows, "");
}

}  // namespace

std::string accounts_page(const Universe& universe, std::int64_t now) {
  std::vector<HtmlRow> rows;
  bool period_end = false;
  for (const auto& [key, world] : universe.worlds) {
    rows.push_back({link(account_path(*world), world->account), "<code>" + escaped(key) + "</code>",
                    time_html(world->created), fmt::format("{}", world->events.size())});
    period_end = period_end || nearest_period_end(*world, std::nullopt);
  }
  std::vector<HtmlRow> strangers;
  const auto& log = universe.log.requests();
  for (auto each = log.rbegin(); each != log.rend() && strangers.size() < rows_shown; ++each) {
    if (!each->account.empty()) continue;
    strangers.push_back({time_html(each->time), escaped(each->method), escaped(each->path),
                         status_badge(each->status)});
  }
  std::string html = clock_html(now, {.period_end = period_end});
  html += "<h2>Accounts</h2>\n" + table_html({"Account", "Key", "Since", "Events"}, rows,
                                             "No key has been used yet. Any sk_test_… opens an "
                                             "account.");
  if (!strangers.empty()) {
    html += "<h2>Requests without an account</h2>\n" +
            table_html({"Time", "Method", "Path", "Status"}, strangers, "");
  }
  return inspector_document(nullptr, "Accounts", html);
}

std::string account_page(const World& world, std::int64_t now, std::string_view complaint) {
  std::string html;
  if (!complaint.empty()) {
    html += "<p class=\"Complaint\" role=\"alert\">" + escaped(complaint) + "</p>\n";
  }
  html += clock_html(now, {.account = world.account,
                           .period_end = nearest_period_end(world, std::nullopt).has_value()});
  html += test_clocks_html(world) + "<h2>Objects</h2>\n<ul class=\"Shelves\">";
  for (const Shelf& shelf : shelves()) {
    html += fmt::format("<li><a href=\"{}\"><span>{}</span> <strong>{}</strong></a></li>\n",
                        escaped(account_path(world, {"objects", shelf.name})), escaped(shelf.title),
                        shelf.size(world));
  }
  return inspector_document(&world, "Objects", html + "</ul>\n");
}

std::string shelf_page(const World& world, const Shelf& shelf, std::size_t before) {
  std::vector<HtmlRow> rows;
  std::size_t at = std::min(before, shelf.size(world));
  while (at > 0 && rows.size() < rows_shown) {
    const Json object = shelf.shown_at(world, --at);
    const std::string id = text_at(object, "id");
    const auto created = object.find("created");
    rows.push_back({link(account_path(world, {"objects", shelf.name, id}), id),
                    escaped(caption(object)), badge("soft", state_of(object)),
                    created == object.end() ? "" : time_html(created->get<std::int64_t>())});
  }
  return inspector_document(
      &world, shelf.title,
      table_html({"Id", "Known as", "State", "Created"}, rows, "There are none yet.") +
          older_html(account_path(world, {"objects", shelf.name}), at));
}

std::string object_page(const World& world, const Shelf& shelf, std::size_t position) {
  const Json object = shelf.shown_at(world, position);
  return inspector_document(&world, text_at(object, "id"),
                            "<p>" +
                                link(account_path(world, {"objects", shelf.name}), shelf.title) +
                                "</p>\n" + json_html(object));
}

std::string requests_page(const World& world, const RequestLog& log) {
  std::vector<HtmlRow> rows;
  const auto& requests = log.requests();
  for (auto each = requests.rbegin(); each != requests.rend() && rows.size() < requests_shown;
       ++each) {
    if (each->account != world.account) continue;
    rows.push_back({time_html(each->time), escaped(each->method), escaped(each->path),
                    status_badge(each->status), escaped(each->idempotency_key),
                    escaped(each->request_id)});
  }
  return inspector_document(
      &world, "Requests",
      table_html({"Time", "Method", "Path", "Status", "Idempotency key", "Request"}, rows,
                 "There were none yet."));
}

std::string nothing_here_page() {
  return inspector_document(nullptr, "Nothing here",
                            "<p>There is no such page, or what it showed is gone.</p>\n");
}

}  // namespace sandbox
