// SPDX-License-Identifier: Apache-2.0
#include "under_way.hpp"

#include <utility>

namespace sandbox {

std::vector<std::string> written_to(const Arrival& arrival, const std::vector<std::string>& ids) {
  if (arrival.request.method == "GET") return {};
  std::vector<std::string> objects = ids;
  Form form;
  parse_form(arrival.query, form);
  parse_form(arrival.request.body, form);
  for (const char* name : {"customer", "subscription", "subscription_item", "invoice"}) {
    if (const std::string_view id = form.text(name); !id.empty()) objects.emplace_back(id);
  }
  return objects;
}

UnderWay::UnderWay(World& world, std::vector<std::string> objects, std::string key)
    : world_(world), objects_(std::move(objects)), key_(std::move(key)) {
  world_.locked.insert(objects_.begin(), objects_.end());
  if (!key_.empty()) world_.answers.begin(key_);
}

UnderWay::~UnderWay() {
  for (const std::string& object : objects_) world_.locked.erase(object);
  if (!key_.empty()) world_.answers.end(key_);
}

}  // namespace sandbox
