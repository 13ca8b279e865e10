// SPDX-License-Identifier: Apache-2.0
// Stripe as a bench of clicks needs it: answers usage records itself, at once or after a set
// latency, and hands every other request on to a billing-sandbox. One thread, so that it takes
// little of the processor that is measured; what is handed on blocks it, which is for the setup.
//
//   GET    /_stub/records         what was recorded since the last DELETE
//   DELETE /_stub/records         forgets it
//   POST   /_stub/latency?ms=200  from the next usage record on
#include <CLI/CLI.hpp>
#include <arpa/inet.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::string_view item_prefix = "/v1/subscription_items/";
constexpr std::string_view record_suffix = "/usage_records";

/// A bench has nobody to tell a failure to.
int checked(int outcome, const char* tried) {
  if (outcome >= 0) return outcome;
  std::perror(tried);
  std::exit(1);
}

/// The number after `name` in a query or a form; nothing if it is missing or no number.
std::optional<std::int64_t> number_after(std::string_view text, std::string_view name) {
  const auto at = text.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(at + name.size());
  std::int64_t number = 0;
  const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  return read.ec == std::errc() ? std::optional(number) : std::nullopt;
}

struct Request {
  std::string_view method;
  std::string_view target = {};
  std::string_view head = {};  ///< Header lines, each with its line end.
  std::string_view body = {};
  std::size_t size = 0;  ///< All of it, as it was sent.

  std::string_view header(std::string_view name) const {
    for (std::string_view rest = head; !rest.empty();) {
      const auto end = rest.find("\r\n");
      if (end == std::string_view::npos) break;
      if (end > name.size() && rest[name.size()] == ':' &&
          ::strncasecmp(rest.data(), name.data(), name.size()) == 0) {
        std::string_view value = rest.substr(name.size() + 1, end - name.size() - 1);
        while (value.starts_with(' ')) value.remove_prefix(1);
        return value;
      }
      rest.remove_prefix(end + 2);
    }
    return {};
  }
};

/// Nothing while it has not arrived whole. Chunked bodies are none of its clients' habits.
std::optional<Request> read_request(std::string_view bytes) {
  const auto head_end = bytes.find("\r\n\r\n");
  const auto line_end = bytes.find("\r\n");
  if (head_end == std::string_view::npos) return std::nullopt;
  const std::string_view line = bytes.substr(0, line_end);
  const auto first = line.find(' ');
  const auto second = line.find(' ', first + 1);
  Request request{.method = line.substr(0, first), .size = head_end + 4};
  if (second != std::string_view::npos) {
    request.target = line.substr(first + 1, second - first - 1);
  }
  request.head = bytes.substr(line_end + 2, head_end - line_end);
  const std::string_view length = request.header("Content-Length");
  std::size_t body = 0;
  std::from_chars(length.data(), length.data() + length.size(), body);
  if (bytes.size() - request.size < body) return std::nullopt;
  request.body = bytes.substr(request.size, body);
  request.size += body;
  return request;
}

/// What was recorded: the calls, and the seconds of each item.
class Records {
 public:
  void add(std::string_view item, std::int64_t second) {
    const auto known = numbers_.try_emplace(std::string(item), numbers_.size()).first;
    calls_.emplace_back(known->second, second);
  }

  void clear() { calls_.clear(); }

  std::string json() const {
    auto pairs = calls_;
    std::ranges::sort(pairs);
    pairs.erase(std::ranges::unique(pairs).begin(), pairs.end());
    std::size_t longest = 0;
    std::size_t run = 0;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      run = i > 0 && pairs[i].first == pairs[i - 1].first ? run + 1 : 1;
      longest = std::max(longest, run);
    }
    return fmt::format(R"({{"calls":{},"pairs":{},"most_of_an_item":{}}})", calls_.size(),
                       pairs.size(), longest);
  }

 private:
  std::unordered_map<std::string, std::size_t> numbers_;
  std::vector<std::pair<std::size_t, std::int64_t>> calls_;
};

struct Connection {
  int socket = -1;
  std::uint64_t serial = 0;  ///< Sockets' numbers come again, these don't.
  std::string in = {};
  std::string out = {};
  bool busy = false;     ///< Its answer waits for the latency to pass.
  bool closing = false;  ///< Ends when `out` is sent.
  bool blocked = false;  ///< Not all of `out` could be sent; epoll tells when to go on.
};

class Stub {
 public:
  Stub(int sandbox_port, milliseconds latency) : sandbox_port_(sandbox_port), latency_(latency) {
    listener_ = checked(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket");
    sockaddr_in address = loopback(0);
    auto* const name = reinterpret_cast<sockaddr*>(&address);
    checked(::bind(listener_, name, sizeof address), "bind");
    checked(::listen(listener_, 4'096), "listen");
    socklen_t size = sizeof address;
    checked(::getsockname(listener_, name, &size), "getsockname");
    fmt::print("stub listening on http://127.0.0.1:{}\n", ntohs(address.sin_port));
    std::fflush(stdout);
    epoll_ = checked(::epoll_create1(0), "epoll_create1");
    watch(listener_, EPOLLIN, EPOLL_CTL_ADD);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 512> events{};
    while (true) {
      const int count = ::epoll_wait(epoll_, events.data(), events.size(), time_to_wait());
      if (count < 0 && errno != EINTR) checked(count, "epoll_wait");
      refresh_date();
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (event.data.fd == listener_) {
          accept_all();
        } else if (const auto found = connections_.find(event.data.fd);
                   found != connections_.end()) {
          serve(*found->second, event.events);
        }
      }
      answer_what_is_due();
    }
  }

 private:
  struct Later {
    Steady::time_point due;
    int socket = -1;
    std::uint64_t serial = 0;
    std::string answer;
  };

  static sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  void watch(int socket, std::uint32_t what, int how) const {
    epoll_event event{};
    event.events = what;
    event.data.fd = socket;
    checked(::epoll_ctl(epoll_, how, socket, &event), "epoll_ctl");
  }

  int time_to_wait() const {
    if (later_.empty()) return -1;
    const auto left = std::chrono::ceil<milliseconds>(later_.front().due - Steady::now());
    return static_cast<int>(std::max<milliseconds::rep>(left.count(), 0));
  }

  void refresh_date() {
    const std::time_t now = std::time(nullptr);
    if (now == now_) return;
    now_ = now;
    date_ = fmt::format("{:%a, %d %b %Y %H:%M:%S GMT}", fmt::gmtime(now));
  }

  void accept_all() {
    while (true) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
      if (socket < 0) return;
      const int yes = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      connections_[socket] = std::make_unique<Connection>(
          Connection{.socket = socket, .serial = ++connections_so_far_});
      watch(socket, EPOLLIN, EPOLL_CTL_ADD);
    }
  }

  void serve(Connection& connection, std::uint32_t what) {
    if ((what & EPOLLOUT) != 0 && !send_out(connection)) return;
    if ((what & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) return;
    std::array<char, 16'384> bytes;
    const ssize_t size = ::recv(connection.socket, bytes.data(), bytes.size(), 0);
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) {
      drop(connection);
      return;
    }
    connection.in.append(bytes.data(), static_cast<std::size_t>(size));
    take_requests(connection);
  }

  /// The next request of a connection is taken when the one before is answered.
  void take_requests(Connection& connection) {
    while (!connection.busy && !connection.closing) {
      const auto request = read_request(connection.in);
      if (!request) return;
      answer(connection, *request);
      connection.in.erase(0, request->size);
      if (!connection.out.empty() && !send_out(connection)) return;
    }
  }

  void answer(Connection& connection, const Request& request) {
    if (request.method == "POST" && request.target.starts_with(item_prefix) &&
        request.target.ends_with(record_suffix)) {
      const std::string answer = record(request);
      if (latency_.count() == 0) {
        connection.out += answer;
        return;
      }
      connection.busy = true;
      later_.push_back({.due = Steady::now() + latency_,
                        .socket = connection.socket,
                        .serial = connection.serial,
                        .answer = answer});
    } else if (request.target == "/_stub/records") {
      if (request.method == "DELETE") records_.clear();
      connection.out += response(records_.json());
    } else if (request.target.starts_with("/_stub/latency?")) {
      latency_ = milliseconds(number_after(request.target, "ms=").value_or(0));
      connection.out += response("{}");
    } else {
      connection.out += ask_sandbox(request);
      connection.closing = true;
    }
  }

  std::string record(const Request& request) {
    const std::string_view item = request.target.substr(
        item_prefix.size(), request.target.size() - item_prefix.size() - record_suffix.size());
    // `timestamp=now` is no number.
    const std::int64_t second = number_after(request.body, "timestamp=").value_or(now_);
    const std::int64_t quantity = number_after(request.body, "quantity=").value_or(1);
    records_.add(item, second);
    return response(fmt::format(R"({{"id":"mbur_{:024}","object":"usage_record","livemode":false,)"
                                R"("quantity":{},"subscription_item":"{}","timestamp":{}}})",
                                ++answers_, quantity, item, second));
  }

  std::string response(const std::string& body) {
    return fmt::format(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nContent-Type: application/json\r\nDate: {}\r\n"
        "Request-Id: req_{:014}\r\nStripe-Version: 2025-02-24.acacia\r\n\r\n{}",
        body.size(), date_, ++requests_, body);
  }

  /// On a connection of its own, which ends with the answer, and with it the client's.
  std::string ask_sandbox(const Request& request) const {
    const int socket = checked(::socket(AF_INET, SOCK_STREAM, 0), "socket");
    sockaddr_in address = loopback(sandbox_port_);
    checked(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address),
            "connect to the sandbox");
    std::string asked = fmt::format("{} {} HTTP/1.1\r\n", request.method, request.target);
    for (std::string_view rest = request.head; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find("\r\n") + 2);
      rest.remove_prefix(line.size());
      // The sandbox answers only to its own name.
      if (::strncasecmp(line.data(), "Host:", 5) == 0) continue;
      if (::strncasecmp(line.data(), "Connection:", 11) != 0) asked += line;
    }
    asked += fmt::format("Host: 127.0.0.1:{}\r\nConnection: close\r\n\r\n{}", sandbox_port_,
                         request.body);
    // The socket blocks: all of it is sent.
    checked(static_cast<int>(::send(socket, asked.data(), asked.size(), MSG_NOSIGNAL)), "send");
    std::string answer;
    std::array<char, 16'384> bytes;
    while (true) {
      const ssize_t size = ::recv(socket, bytes.data(), bytes.size(), 0);
      if (size <= 0) break;
      answer.append(bytes.data(), static_cast<std::size_t>(size));
    }
    ::close(socket);
    return answer;
  }

  void answer_what_is_due() {
    while (!later_.empty() && later_.front().due <= Steady::now()) {
      const Later due = std::move(later_.front());
      later_.pop_front();
      const auto found = connections_.find(due.socket);
      if (found == connections_.end() || found->second->serial != due.serial) continue;
      Connection& connection = *found->second;
      connection.busy = false;
      connection.out += due.answer;
      if (send_out(connection)) take_requests(connection);
    }
  }

  /// False if that was the connection's end.
  bool send_out(Connection& connection) {
    while (!connection.out.empty()) {
      const ssize_t sent =
          ::send(connection.socket, connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EAGAIN) {
        if (!connection.blocked) watch(connection.socket, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
        connection.blocked = true;
        return true;
      }
      if (sent < 0) {
        drop(connection);
        return false;
      }
      connection.out.erase(0, static_cast<std::size_t>(sent));
    }
    if (connection.blocked) watch(connection.socket, EPOLLIN, EPOLL_CTL_MOD);
    connection.blocked = false;
    if (!connection.closing) return true;
    drop(connection);
    return false;
  }

  void drop(const Connection& connection) {
    const int socket = connection.socket;
    ::close(socket);
    connections_.erase(socket);
  }

  int sandbox_port_;
  milliseconds latency_;
  int listener_ = -1;
  int epoll_ = -1;
  std::unordered_map<int, std::unique_ptr<Connection>> connections_;
  std::uint64_t connections_so_far_ = 0;
  std::deque<Later> later_;  ///< By when they are due, unless the latency was made shorter.
  Records records_;
  std::uint64_t answers_ = 0;
  std::uint64_t requests_ = 0;
  std::time_t now_ = 0;
  std::string date_;
};

}  // namespace

int main(int argc, char** argv) {
  int sandbox_port = 0;
  int latency_ms = 0;
  CLI::App app("Stripe for bench/clicks: answers usage records, asks a billing-sandbox the rest.");
  app.add_option("--sandbox-port", sandbox_port, "Where the billing-sandbox is")->required();
  app.add_option("--latency-ms", latency_ms, "How long a usage record takes");
  CLI11_PARSE(app, argc, argv);
  // A connection for each call at once: thousands, with a slow Stripe.
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  Stub(sandbox_port, milliseconds(latency_ms)).run();
}
