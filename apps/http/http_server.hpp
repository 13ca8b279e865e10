// SPDX-License-Identifier: Apache-2.0
#pragma once

// Of all headers only this one and sources of this folder include httplib: what it declares depends
// on flags that go with its CMake target.
#include <httplib.h>

#include <cstddef>

namespace billing::apps {

/// httplib's server with connections of its own, since httplib's cost more than what is answered:
/// it sends a head and a body apart, polls before each read and write, looks up both ends' names
/// for each request, and starts all threads at once. (ADR 15)
class LeanServer : public httplib::Server {
 public:
  explicit LeanServer(std::size_t threads_max);

  /// Thrown by a content provider: drops what was written of the answer and resets the connection.
  struct Reset {};

 private:
  /// Answers requests until the client or the server has had enough.
  bool process_and_close_socket(socket_t socket) override;
};

}  // namespace billing::apps
