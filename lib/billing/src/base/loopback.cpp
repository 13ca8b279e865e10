// SPDX-License-Identifier: Apache-2.0
#include <billing/loopback.hpp>

#include <charconv>
#include <cstddef>

namespace billing {

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "::1" || host == "[::1]") return true;
  if (!host.starts_with("127.")) return false;
  // Four numbers: `127.evil.example` is somebody's name.
  int parts = 0;
  while (true) {
    unsigned part = 0;
    const auto [end, problem] = std::from_chars(host.data(), host.data() + host.size(), part);
    if (problem != std::errc() || part > 255) return false;
    ++parts;
    host.remove_prefix(static_cast<std::size_t>(end - host.data()));
    if (host.empty()) return parts == 4;
    if (host.front() != '.') return false;
    host.remove_prefix(1);
  }
}

}  // namespace billing
