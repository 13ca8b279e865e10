// SPDX-License-Identifier: Apache-2.0
#include "support/canned_server.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace billing::tests {
namespace {

void send_all(int connection, const std::string& answer) {
  std::size_t sent = 0;
  while (sent < answer.size()) {
    const ssize_t count =
        send(connection, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return;
    sent += static_cast<std::size_t>(count);
  }
}

}  // namespace

CannedServer::CannedServer(std::string answer, Manner manner) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  // The sockets API is older than void*.
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(bind(listener_, generic, size) == 0);
  REQUIRE(listen(listener_, 8) == 0);
  REQUIRE(getsockname(listener_, generic, &size) == 0);
  port_ = ntohs(address.sin_port);
  // The kernel accepts connections and takes their bytes without anybody's help.
  if (manner == Manner::stays_silent) return;
  thread_ = std::jthread([this, manner, answer = std::move(answer)] {
    manner == Manner::answers ? serve(answer) : serve_twice(answer);
  });
}

CannedServer::~CannedServer() {
  shutdown(listener_, SHUT_RDWR);  // Ends accept() with an error.
  if (thread_.joinable()) thread_.join();
  close(listener_);
}

std::string CannedServer::url() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

bool CannedServer::take_request(int connection) {
  char request[4096];
  if (recv(connection, request, sizeof request, 0) <= 0) return false;
  ++requests_;
  return true;
}

void CannedServer::serve(const std::string& answer) {
  for (;;) {
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    if (take_request(connection)) send_all(connection, answer);
    close(connection);
  }
}

void CannedServer::serve_twice(const std::string& answer) {
  const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection < 0) return;
  if (take_request(connection)) {
    send_all(connection, answer);
    take_request(connection);
  }
  shutdown(listener_, SHUT_RDWR);  // First, so that nobody gets in once the connection is dead.
  close(connection);
}

}  // namespace billing::tests
