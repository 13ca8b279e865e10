// SPDX-License-Identifier: Apache-2.0
#include "inspector_parts.hpp"

#include "html.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <iterator>

namespace sandbox {
namespace {

constexpr std::string_view frame = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title} – Sandbox</title>
<link rel="stylesheet" href="/_sandbox/assets/inspector.css">
</head>
<body>
<header class="Top">
<a class="Home" href="/_sandbox/">Sandbox</a>
{account}</header>
<main>
<h1>{title}</h1>
{html}
</main>
</body>
</html>
)";

// A segment of a path: an object's id may be of its maker's choice.
std::string segment(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       c == '_' || c == '-';
    if (plain) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string account_bar(const World& world) {
  return fmt::format("<span class=\"Account\">{}</span>\n<nav>{} {} {} {}</nav>\n",
                     escaped(world.account), link(account_path(world), "Objects"),
                     link(account_path(world, {"requests"}), "Requests"),
                     link(account_path(world, {"events"}), "Events"),
                     link(account_path(world, {"webhooks"}), "Webhooks"));
}

}  // namespace

std::string inspector_document(const World* world, std::string_view title,
                               const std::string& html) {
  return fmt::format(fmt::runtime(frame), fmt::arg("title", escaped(title)),
                     fmt::arg("account", world != nullptr ? account_bar(*world) : ""),
                     fmt::arg("html", html));
}

std::string account_path(const World& world, std::initializer_list<std::string_view> below) {
  std::string path = "/_sandbox/accounts/" + segment(world.account);
  for (const std::string_view each : below) path += '/' + segment(each);
  return path;
}

std::string link(const std::string& path, std::string_view text) {
  return fmt::format("<a href=\"{}\">{}</a>", escaped(path), escaped(text));
}

std::string button(const std::string& path, const std::vector<HiddenField>& fields,
                   std::string_view text) {
  std::string html = fmt::format("<form method=\"post\" action=\"{}\">", escaped(path));
  for (const HiddenField& field : fields) {
    html += fmt::format("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escaped(field.name),
                        escaped(field.value));
  }
  return html + fmt::format("<button>{}</button></form>", escaped(text));
}

std::string time_html(std::int64_t time) {
  return fmt::format("<time title=\"{}\">{:%Y-%m-%d %H:%M:%S}</time>", time, fmt::gmtime(time));
}

std::string badge(std::string_view tone, std::string_view text) {
  return fmt::format("<span class=\"Badge {}\">{}</span>", tone, escaped(text));
}

std::string status_badge(int status) {
  const std::string_view tone = status >= 200 && status < 300   ? "good"
                                : status >= 300 && status < 400 ? "soft"
                                                                : "bad";
  return badge(tone, status == 0 ? "no answer" : fmt::format("{}", status));
}

std::string json_html(const Json& json) {
  const std::string text = json.dump(2, ' ', false, Json::error_handler_t::replace);
  return fmt::format("<pre class=\"Json\">{}</pre>\n", escaped(text));
}

std::string table_html(const std::vector<std::string_view>& columns,
                       const std::vector<HtmlRow>& rows, std::string_view nothing) {
  if (rows.empty()) return fmt::format("<p class=\"Nothing\">{}</p>\n", escaped(nothing));
  std::string html = "<div class=\"Scroll\" tabindex=\"0\"><table>\n<thead><tr>";
  for (const std::string_view column : columns) {
    html += fmt::format("<th scope=\"col\">{}</th>", escaped(column));
  }
  html += "</tr></thead>\n<tbody>\n";
  for (const HtmlRow& row : rows) {
    html += "<tr>";
    for (std::size_t at = 0; at < row.size(); ++at) {
      html += fmt::format("<td data-label=\"{}\">{}</td>", escaped(columns[at]), row[at]);
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

std::string older_html(const std::string& path, std::size_t position) {
  if (position == 0) return {};
  return "<p>" + link(fmt::format("{}?before={}", path, position), "Older") + "</p>\n";
}

}  // namespace sandbox
