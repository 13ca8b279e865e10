// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/result.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace billing::apps {

/// Who said it.
enum class Origin {
  flag,
  environment,
  file,
  fallback,  ///< Nobody: it is what is built in.
};

/// A text and where it came from, so that a complaint can name the place to change.
struct Setting {
  std::string value;
  Origin origin = Origin::fallback;
  /// For people: `--port`, `PORT in the environment`, `.env:3`, `the default`.
  std::string place = "the default";
};

/// What a `.env` file says, by name; of several lines for one name the last wins. Lines are
/// `NAME=value`, also with `export ` before; blank lines and `#` comments are skipped; a value in
/// single quotes is taken as it stands, in double quotes `\n`, `\t`, `\"`, `\\` and `\$` are
/// understood. A line that is none of these is `invalid`; the error names `file` and the line's
/// number, never its text, which may hold a key.
Result<std::map<std::string, Setting>> parse_env_file(std::string_view text,
                                                      const std::string& file);

/// The process's environment over the `.env` file of one folder, both as they were when it was
/// read.
class Environment {
 public:
  using Variables = std::map<std::string, Setting>;

  /// A folder without a `.env` file is fine; one that can't be read is not.
  static Result<Environment> read(const std::filesystem::path& folder = ".");

  Environment(Variables process, Variables file);

  /// None if nobody set it or it is empty. An empty variable of the process hides the file's.
  std::optional<Setting> find(const std::string& name) const;

 private:
  Variables variables_;
};

}  // namespace billing::apps
