// SPDX-License-Identifier: Apache-2.0
#include "server/file_limit.hpp"

#include <sys/resource.h>

namespace billing::apps {

std::size_t raise_file_limit() {
  constexpr std::size_t posix_min = 256;
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return posix_min;
  rlimit raised = files;
  raised.rlim_cur = raised.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) files = raised;
  return files.rlim_cur;
}

}  // namespace billing::apps
