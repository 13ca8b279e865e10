// SPDX-License-Identifier: Apache-2.0
#include "http/http_listener.hpp"

#include "http/http_server.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace billing::apps {
namespace {

/// An idle connection holds a thread: it is let go soon, and stopping waits no longer than that.
constexpr time_t keep_alive_seconds = 1;
constexpr std::size_t keep_alive_requests_max = 1'000;

/// Connections that wait to be taken. httplib's library has 5 built in, and beyond those the kernel
/// drops a client's first packet, which then tries again after 1, 3, 7 seconds.
constexpr int backlog = 1'024;

/// How much of a body that is too large is read and dropped: closing a connection with bytes unread
/// resets it, and the client never sees why.
constexpr std::size_t read_past_limit = 2 * 1024 * 1024;

HttpResponse plain_problem(int status, std::string_view code, std::string_view message) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}, {"Connection", "close"}},
          .body = fmt::format(R"({{"error":{{"message":"{}","code":"{}"}}}})", message, code)};
}

Incoming incoming_of(const httplib::Request& from) {
  Incoming incoming{.request = {.method = from.method, .path = from.path}, .target = from.target};
  for (const auto& [name, value] : from.params) {
    incoming.request.query.emplace_back(name, value);
  }
  for (const auto& [name, value] : from.headers) {
    // httplib puts facts of its own between the client's headers, and a client can send the same
    // names.
    if (name == "REMOTE_ADDR" || name == "REMOTE_PORT" || name == "LOCAL_ADDR" ||
        name == "LOCAL_PORT") {
      continue;
    }
    incoming.request.headers.push_back({name, value});
  }
  return incoming;
}

void send_back(const HttpResponse& from, httplib::Response& to) {
  to.status = from.status;
  std::string type = "text/plain";
  for (const HttpHeader& each : from.headers) {
    if (each.name == "Content-Type") {
      type = each.value;
    } else {
      to.set_header(each.name, each.value);
    }
  }
  to.set_header("X-Content-Type-Options", "nosniff");
  if (!from.body.empty()) to.set_content(from.body, type);
}

// httplib asks for such a body when the head is written but not yet sent.
void break_off(Departure departure, httplib::Response& response) {
  if (departure == Departure::whole) return;
  const std::string type = response.get_header_value("Content-Type");
  response.headers.erase("Content-Type");
  const std::size_t promised = std::max<std::size_t>(response.body.size(), 1);
  const auto provide = [body = response.body, departure](std::size_t, std::size_t,
                                                         httplib::DataSink& sink) {
    if (departure == Departure::reset) throw LeanServer::Reset();
    sink.write(body.data(), body.size() / 2);
    return false;
  };
  response.set_content_provider(promised, type, provide);
  response.body.clear();
}

}  // namespace

class HttpListener::Server {
 public:
  explicit Server(std::size_t threads) : server_(threads) {
    server_.set_tcp_nodelay(true);  // Else each kept-alive request costs 44 ms.
    server_.set_socket_options([this](socket_t socket) {
      // httplib's own default would set SO_REUSEPORT, with which a second server on the same port
      // starts and takes half of the connections.
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
      socket_ = socket;
    });
    server_.set_keep_alive_timeout(keep_alive_seconds);
    server_.set_keep_alive_max_count(keep_alive_requests_max);
    // Without one, httplib would send the text of an exception to the client.
    server_.set_exception_handler([](const auto&, httplib::Response& response, std::exception_ptr) {
      send_back(plain_problem(500, "internal", "something went wrong on our side"), response);
    });
  }

  /// The port, or -1.
  int bind(const std::string& host, int port) {
    if (port == 0) {
      port = server_.bind_to_any_port(host);
    } else if (!server_.bind_to_port(host, port)) {
      port = -1;
    }
    // A second listen on a bound socket only changes its backlog.
    if (port >= 0) ::listen(socket_, backlog);
    return port;
  }

  void route(Doors doors, BodyLimit body_limit, Answer answer) {
    doors_ = std::move(doors);
    body_limit_ = std::move(body_limit);
    answer_ = std::move(answer);
    const char* const everything = ".*";
    server_.Get(everything, [this](const httplib::Request& request, httplib::Response& response) {
      respond(incoming_of(request), response);
    });
    server_.Options(everything, [this](const auto& request, httplib::Response& response) {
      respond(incoming_of(request), response);
    });
    // With a reader, and counting: httplib's payload limit lets chunked and gzipped bodies past.
    const auto with_body = [this](const httplib::Request& request, httplib::Response& response,
                                  const httplib::ContentReader& reader) {
      read_and_respond(request, response, reader);
    };
    server_.Post(everything, with_body);
    server_.Put(everything, with_body);
    server_.Patch(everything, with_body);
    server_.Delete(everything, with_body);
  }

  void run() {
    running_ = true;
    if (!stopped_) server_.listen_after_bind();
    running_ = false;
  }

  void stop() {
    stopped_ = true;
    // httplib forgets a stop that comes between the call to listen and its start.
    while (running_ && !server_.is_running()) std::this_thread::yield();
    server_.stop();
  }

 private:
  void respond(const Incoming& incoming, httplib::Response& response) {
    if (const auto refused = refusal(doors_, incoming.request)) {
      send_back(*refused, response);
      return;
    }
    const std::vector<HttpHeader> cors = cors_headers(doors_, incoming.request);
    Outgoing answer = incoming.request.method == "OPTIONS" && !cors.empty()
                          ? HttpResponse{.status = 204}
                          : answer_(incoming);
    answer.response.headers.insert(answer.response.headers.end(), cors.begin(), cors.end());
    send_back(answer.response, response);
    break_off(answer.departure, response);
  }

  void read_and_respond(const httplib::Request& request, httplib::Response& response,
                        const httplib::ContentReader& reader) {
    Incoming incoming = incoming_of(request);
    const bool length = request.has_header("Content-Length");
    const bool chunked = request.has_header("Transfer-Encoding");
    if (!length && !chunked) {
      // No body, by RFC 9112 §6.3; httplib would read until the client hangs up.
      respond(incoming, response);
      return;
    }
    if (length && chunked) {
      // A proxy might see another end of this request than we do.
      send_back(plain_problem(400, "invalid", "send Content-Length or Transfer-Encoding, not both"),
                response);
      return;
    }
    if (request.is_multipart_form_data()) {
      send_back(
          plain_problem(415, "invalid", "multipart bodies are not taken: send JSON or a form"),
          response);
      return;
    }
    const std::size_t limit = body_limit_(incoming.request.path);
    std::size_t seen = 0;
    const bool complete = reader([&](const char* bytes, std::size_t size) {
      seen += size;
      if (seen <= limit) incoming.request.body.append(bytes, size);
      return seen <= limit + read_past_limit;
    });
    if (seen > limit) {
      send_back(
          plain_problem(413, "too_large", fmt::format("the body is larger than {} bytes", limit)),
          response);
      return;
    }
    if (!complete) {
      send_back(plain_problem(400, "invalid", "the body did not arrive whole"), response);
      return;
    }
    respond(incoming, response);
  }

  LeanServer server_;
  socket_t socket_ = INVALID_SOCKET;  ///< The listening one; httplib's own.
  std::atomic<bool> running_{false};
  std::atomic<bool> stopped_{false};
  Doors doors_;
  BodyLimit body_limit_;
  Answer answer_;
};

HttpListener::HttpListener(std::unique_ptr<Server> server, int port)
    : server_(std::move(server)), port_(port) {}
HttpListener::~HttpListener() = default;

Result<std::unique_ptr<HttpListener>> HttpListener::bind(const ListenerSettings& settings) {
  auto server = std::make_unique<Server>(settings.threads);
  const int port = server->bind(settings.host, settings.port);
  if (port < 0) {
    return failure(ErrorCode::conflict,
                   fmt::format("can't listen on {}:{}: is another server using that port? Name "
                               "another one, or 0 for any",
                               settings.host, settings.port));
  }
  return std::unique_ptr<HttpListener>(new HttpListener(std::move(server), port));
}

void HttpListener::run(Doors doors, BodyLimit body_limit, Answer answer) {
  server_->route(std::move(doors), std::move(body_limit), std::move(answer));
  server_->run();
}

void HttpListener::stop() {
  server_->stop();
}

}  // namespace billing::apps
