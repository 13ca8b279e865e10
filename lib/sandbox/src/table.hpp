// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace sandbox {

/// Where rows stand in a Table, oldest first.
using Positions = std::set<std::size_t>;

/// All objects of one kind, by id and in the order of their creation. Rows are never removed (a
/// deleted object is marked so), and references to them stay valid.
template <class T>
class Table {
 public:
  T& add(T object) {
    T& row = rows_.emplace_back(std::move(object));
    positions_.emplace(row.id, rows_.size() - 1);
    return row;
  }

  T* find(const std::string& id) {
    const auto found = positions_.find(id);
    return found == positions_.end() ? nullptr : &rows_[found->second];
  }
  const T* find(const std::string& id) const { return const_cast<Table*>(this)->find(id); }

  /// For an id that the world itself has written down.
  T& at(const std::string& id) { return rows_[positions_.at(id)]; }
  const T& at(const std::string& id) const { return rows_[positions_.at(id)]; }

  std::optional<std::size_t> position(const std::string& id) const {
    const auto found = positions_.find(id);
    return found == positions_.end() ? std::nullopt : std::optional(found->second);
  }

  T& operator[](std::size_t position) { return rows_[position]; }
  const T& operator[](std::size_t position) const { return rows_[position]; }
  std::size_t size() const { return rows_.size(); }

 private:
  std::deque<T> rows_;
  /// The ids are the rows' own.
  std::unordered_map<std::string_view, std::size_t> positions_;
};

/// Which rows have a given value, so that a filter needn't walk the whole table.
class Index {
 public:
  void add(const std::string& key, std::size_t position) { rows_[key].insert(position); }
  void remove(const std::string& key, std::size_t position) {
    const auto found = rows_.find(key);
    if (found == rows_.end()) return;
    found->second.erase(position);
    if (found->second.empty()) rows_.erase(found);
  }
  const Positions& of(const std::string& key) const {
    static const Positions none;
    const auto found = rows_.find(key);
    return found == rows_.end() ? none : found->second;
  }

 private:
  std::unordered_map<std::string, Positions> rows_;
};

}  // namespace sandbox
