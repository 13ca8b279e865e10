// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/http.hpp>
#include <billing/result.hpp>

#include "http/doors.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace billing::apps {

/// Where to listen, and how much of the machine it may take.
struct ListenerSettings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0 lets the system choose.
  /// httplib gives each connection a thread for as long as it lives.
  std::size_t threads = 64;
};

/// A request as it came in; `target` is its path and query, still encoded.
struct Incoming {
  HttpRequest request;
  std::string target;
};

/// How an answer leaves. Only a stand-in that is to fail like a network wants anything but `whole`.
enum class Departure {
  whole,
  half,   ///< The connection is closed in the middle of the body.
  reset,  ///< Nothing is sent, and the connection is reset.
};

struct Outgoing {
  Outgoing(HttpResponse whole, Departure how = Departure::whole)  // NOLINT: most are just that.
      : response(std::move(whole)), departure(how) {}

  HttpResponse response;
  Departure departure;
};

/// A socket that answers with a function. Whatever the doors refuse and whatever is too large never
/// reaches it. The function is called from many threads at once and must not throw.
class HttpListener {
 public:
  using Answer = std::function<Outgoing(const Incoming&)>;
  /// How many bytes a body may have at that path.
  using BodyLimit = std::function<std::size_t(const std::string& path)>;

  /// Binds, and from then on queues connections; nothing is answered before `run`.
  static Result<std::unique_ptr<HttpListener>> bind(const ListenerSettings& settings);
  ~HttpListener();
  HttpListener(const HttpListener&) = delete;
  HttpListener& operator=(const HttpListener&) = delete;

  /// The port it is bound to.
  int port() const { return port_; }

  /// Answers until `stop`, then lets requests that are being answered finish.
  void run(Doors doors, BodyLimit body_limit, Answer answer);
  /// From any thread, and before `run` too.
  void stop();

 private:
  class Server;
  explicit HttpListener(std::unique_ptr<Server> server, int port);

  std::unique_ptr<Server> server_;
  int port_;
};

}  // namespace billing::apps
