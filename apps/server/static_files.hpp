// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/http.hpp>
#include <billing/result.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace billing::apps {

/// What the page may load. The page that comes with the program lives with the strict policy; a
/// build that somebody else made may have scripts inline.
enum class PagePolicy { own_files_only, frames_refused };

/// The files of one folder: `/`, `/login` and `/dashboard` are its index.html, every other path is
/// a file. Never leaves the folder, by `..` or by links. Files are read at each request.
/// Thread-safe.
class StaticFiles {
 public:
  /// `invalid` if there is no index.html in the folder.
  static Result<StaticFiles> open(const std::filesystem::path& folder, PagePolicy policy);

  HttpResponse serve(const std::string& path) const;

 private:
  StaticFiles(std::filesystem::path folder, PagePolicy policy);
  std::optional<std::filesystem::path> file_at(const std::string& path) const;

  std::filesystem::path folder_;
  PagePolicy policy_;
};

/// Where the page lies beside the running program.
std::filesystem::path own_page_folder();

}  // namespace billing::apps
