// SPDX-License-Identifier: Apache-2.0
#include "inspector.hpp"

namespace sandbox {

std::string_view inspector_css() {
  return R"(*, *::before, *::after { box-sizing: border-box; }
:root {
  --ink: #1a1f36; --soft: #4f566b; --line: #d8dee8; --pale: #f6f8fb; --brand: #1f5fbf;
  --brand-dark: #174a96; --bad: #8c1d18; --bad-pale: #fdecea; --good: #0b5d33;
  --good-pale: #e3f5ea;
}
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; color: var(--ink); background: #fff; font-size: 15px; line-height: 1.5;
  font-family: -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial,
    sans-serif;
}
a { color: var(--brand); text-decoration: none; overflow-wrap: anywhere; }
a:hover { color: var(--brand-dark); text-decoration: underline; }
a:focus-visible, button:focus-visible, summary:focus-visible, .Scroll:focus-visible {
  outline: 3px solid #9cc0f5; outline-offset: 1px;
}
.Top {
  display: flex; flex-wrap: wrap; align-items: center; gap: 6px 20px; padding: 12px 20px;
  background: var(--pale); border-bottom: 1px solid var(--line);
}
.Home { font-weight: 700; color: var(--ink); }
.Account { color: var(--soft); font-size: 13px; overflow-wrap: anywhere; }
.Top nav { display: flex; flex-wrap: wrap; gap: 4px 16px; font-weight: 500; }
@media (min-width: 700px) { .Top nav { margin-left: auto; } }
main { max-width: 1180px; margin: 0 auto; padding: 24px 20px 64px; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 16px; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 28px 0 10px; }
.Soft, .Nothing { color: var(--soft); }
.Complaint {
  background: var(--bad-pale); color: var(--bad); border-radius: 6px; padding: 10px 12px;
  overflow-wrap: anywhere;
}
.Clock { border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px; }
.Clock h2 { margin: 0; font-size: 13px; color: var(--soft); font-weight: 600; }
.Now { margin: 2px 0 4px; font-size: 20px; font-weight: 650; font-variant-numeric: tabular-nums; }
.Clock .Soft { margin: 0 0 10px; font-size: 14px; }
.Buttons { display: flex; flex-wrap: wrap; gap: 8px; }
form { margin: 0; }
button {
  font: inherit; font-size: 14px; font-weight: 600; min-height: 36px; padding: 4px 12px;
  color: var(--brand); background: #fff; border: 1px solid #b8c1d1; border-radius: 6px;
  cursor: pointer; white-space: nowrap;
}
button:hover { border-color: var(--brand); background: var(--pale); }
.Shelves {
  list-style: none; margin: 0; padding: 0; display: grid; gap: 8px;
  grid-template-columns: repeat(auto-fill, minmax(220px, 1fr));
}
.Shelves a {
  display: flex; justify-content: space-between; gap: 12px; padding: 10px 14px;
  border: 1px solid var(--line); border-radius: 8px; color: var(--ink);
}
.Shelves a:hover { border-color: var(--brand); text-decoration: none; }
.Shelves strong { font-variant-numeric: tabular-nums; }
.Scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th {
  text-align: left; font-size: 12px; font-weight: 600; color: var(--soft); background: var(--pale);
  white-space: nowrap;
}
th, td { padding: 8px 12px; vertical-align: top; border-bottom: 1px solid var(--line); }
tr:last-child td { border-bottom: 0; }
td { min-width: 80px; max-width: 420px; overflow-wrap: break-word; }
td a { overflow-wrap: break-word; }
td p { margin: 0; }
td .Buttons { flex-wrap: nowrap; }
time { white-space: nowrap; font-variant-numeric: tabular-nums; }
.Badge {
  display: inline-block; border-radius: 4px; padding: 0 7px; font-size: 12px; font-weight: 650;
  background: #e9edf3; color: var(--soft); white-space: nowrap;
}
.Badge:empty { display: none; }
.Badge.good { background: var(--good-pale); color: var(--good); }
.Badge.bad { background: var(--bad-pale); color: var(--bad); }
details summary { cursor: pointer; white-space: nowrap; }
pre {
  margin: 6px 0; padding: 10px 12px; background: var(--pale); border-radius: 6px; font-size: 13px;
  white-space: pre-wrap; overflow-wrap: anywhere;
}
.Json { border: 1px solid var(--line); padding: 14px 16px; line-height: 1.45; }
code { font-size: 13px; overflow-wrap: anywhere; }
@media (max-width: 640px) {
  main { padding: 20px 16px 48px; }
  thead { display: none; }
  table, tbody, tr, td { display: block; }
  tr { padding: 8px 14px; border-bottom: 1px solid var(--line); }
  tr:last-child { border-bottom: 0; }
  td { padding: 3px 0; border: 0; max-width: none; overflow-wrap: anywhere; }
  td:empty { display: none; }
  td::before {
    content: attr(data-label); display: block; font-size: 12px; font-weight: 600;
    color: var(--soft);
  }
  td[data-label=""]::before { display: none; }
  td .Buttons { flex-wrap: wrap; }
}
)";
}

}  // namespace sandbox
