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

/// All objects of a list, in Stripe's order (newest first).
template <class Object>
Result<std::vector<Object>> all_pages(const PageSource& source, const Parameters& query,
                                      Object (*read)(const JsonValue&)) {
  std::vector<Object> objects;
  for (std::string after;;) {
    Parameters page_query = query;
    page_query.emplace_back("limit", "100");
    if (!after.empty()) page_query.emplace_back("starting_after", after);
    const Result<HttpResponse> answer = source(std::move(page_query));
    if (!answer) return tl::unexpected(answer.error());

    const Result<JsonDocument> document = JsonDocument::parse(answer->body);
    if (!document) return tl::unexpected(document.error());
    const std::vector<JsonValue> page = document->root()["data"].elements();
    for (const JsonValue& each : page) objects.push_back(read(each));
    const bool more = document->root()["has_more"].boolean();
    // An empty page that promises more would be asked for without end.
    if (more) after = page.empty() ? std::string{} : page.back()["id"].text();
    if (!document->fault().empty()) return failure(ErrorCode::corrupt, document->fault());
    if (!more || after.empty()) return objects;
  }
}

}  // namespace billing::stripe
