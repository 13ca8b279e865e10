// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/http.hpp>
#include <billing/result.hpp>

#include "stripe/json_read.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace billing::stripe {

/// Answers one page of a list.
using PageSource = std::function<Result<HttpResponse>(Parameters query)>;

/// The query of the page `after` that id; of the first, if it is empty.
inline Parameters page_query(Parameters query, const std::string& after) {
  query.emplace_back("limit", "100");
  if (!after.empty()) query.emplace_back("starting_after", after);
  return query;
}

/// Adds the objects of a page. Answers after which id the next one begins; empty if there is none.
template <class Object>
Result<std::string> read_page(const HttpResponse& answer, Object (*read)(const JsonValue&),
                              std::vector<Object>& objects) {
  const Result<JsonDocument> document = JsonDocument::parse(answer.body);
  if (!document) return tl::unexpected(document.error());
  const std::vector<JsonValue> page = document->root()["data"].elements();
  for (const JsonValue& each : page) objects.push_back(read(each));
  std::string next;
  // An empty page that promises more would be asked for without end.
  if (document->root()["has_more"].boolean() && !page.empty()) next = page.back()["id"].text();
  if (!document->fault().empty()) return failure(ErrorCode::corrupt, document->fault());
  return next;
}

/// All objects of a list, in Stripe's order (newest first).
template <class Object>
Result<std::vector<Object>> all_pages(const PageSource& source, const Parameters& query,
                                      Object (*read)(const JsonValue&)) {
  std::vector<Object> objects;
  std::string after;
  do {
    const Result<HttpResponse> answer = source(page_query(query, after));
    if (!answer) return tl::unexpected(answer.error());
    Result<std::string> next = read_page(*answer, read, objects);
    if (!next) return failure(std::move(next));
    after = std::move(*next);
  } while (!after.empty());
  return objects;
}

}  // namespace billing::stripe
