// SPDX-License-Identifier: Apache-2.0
#include "server/static_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <string_view>

namespace billing::apps {
namespace {

namespace fs = std::filesystem;

/// Far above any page; a larger file is a mistake in STATIC_DIR.
constexpr std::uintmax_t file_bytes_max = 32U * 1024U * 1024U;

struct ContentType {
  std::string_view extension;
  const char* type;
};
constexpr std::array<ContentType, 15> content_types = {{
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".txt", "text/plain; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".ico", "image/x-icon"},
    {".webp", "image/webp"},
    {".woff", "font/woff"},
    {".woff2", "font/woff2"},
    {".webmanifest", "application/manifest+json"},
}};

const char* content_type(const fs::path& file) {
  const std::string extension = file.extension().string();
  for (const ContentType& each : content_types) {
    if (each.extension == extension) return each.type;
  }
  return "application/octet-stream";
}

bool is_page(const std::string& path) {
  return path == "/" || path == "/login" || path == "/dashboard";
}

std::optional<std::string> read(const fs::path& file) {
  std::error_code problem;
  if (!fs::is_regular_file(file, problem) || fs::file_size(file, problem) > file_bytes_max) {
    return std::nullopt;
  }
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream bytes;
  bytes << stream.rdbuf();
  if (!stream) return std::nullopt;
  return std::move(bytes).str();
}

}  // namespace

Result<StaticFiles> StaticFiles::open(const fs::path& folder, PagePolicy policy) {
  std::error_code problem;
  const fs::path real = fs::canonical(folder, problem);
  if (problem || !fs::is_regular_file(real / "index.html", problem)) {
    return failure(
        ErrorCode::invalid,
        fmt::format("there is no index.html in {}: set STATIC_DIR to a folder that has one",
                    folder.string()));
  }
  return StaticFiles(real, policy);
}

StaticFiles::StaticFiles(fs::path folder, PagePolicy policy)
    : folder_(std::move(folder)), policy_(policy) {}

std::optional<fs::path> StaticFiles::file_at(const std::string& path) const {
  if (is_page(path)) return folder_ / "index.html";
  const fs::path asked(path);
  const bool climbs = std::find(asked.begin(), asked.end(), "..") != asked.end();
  if (climbs || path.find('\0') != std::string::npos) return std::nullopt;
  std::error_code problem;
  const fs::path real = fs::canonical(folder_ / asked.relative_path(), problem);
  if (problem) return std::nullopt;
  // A link may lead elsewhere even so.
  const fs::path inside = real.lexically_relative(folder_);
  if (inside.empty() || *inside.begin() == "..") return std::nullopt;
  return real;
}

HttpResponse StaticFiles::serve(const std::string& path) const {
  const std::optional<fs::path> file = file_at(path);
  std::optional<std::string> bytes = file ? read(*file) : std::nullopt;
  if (!bytes) {
    return {.status = 404,
            .headers = {{"Content-Type", "application/json"}},
            .body = R"({"error":{"message":"there is no such page","code":"not_found"}})"};
  }
  const char* const policy = policy_ == PagePolicy::own_files_only
                                 ? "default-src 'self'; frame-ancestors 'none'"
                                 : "frame-ancestors 'none'";
  return {.headers = {{"Content-Type", content_type(*file)},
                      {"Content-Security-Policy", policy},
                      {"Referrer-Policy", "same-origin"},
                      {"Cache-Control", "no-cache"}},
          .body = std::move(*bytes)};
}

fs::path own_page_folder() {
  std::error_code problem;
  const fs::path program = fs::read_symlink("/proc/self/exe", problem);
  return program.parent_path().parent_path() / "share" / "billing" / "web";
}

}  // namespace billing::apps
