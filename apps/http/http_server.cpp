// SPDX-License-Identifier: Apache-2.0
#include "http/http_server.hpp"

#include "http/worker_threads.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace billing::apps {
namespace {

/// How many bytes of an answer are gathered before they are sent.
constexpr std::size_t gathered_max = 16 * 1024;

class Workers final : public httplib::TaskQueue {
 public:
  explicit Workers(std::size_t threads_max) : threads_(threads_max) {}
  void enqueue(std::function<void()> job) override { threads_.run(std::move(job)); }
  void shutdown() override { threads_.stop(); }

 private:
  WorkerThreads threads_;
};

void set_timeout(socket_t socket, int option, time_t seconds) {
  const timeval time{.tv_sec = seconds, .tv_usec = 0};
  ::setsockopt(socket, SOL_SOCKET, option, &time, sizeof time);
}

/// One connection's bytes. What is written is gathered until somebody reads or flushes.
class Bytes final : public httplib::Stream {
 public:
  /// A read waits `tick` at a time, `ticks` times; between requests only once.
  struct Patience {
    time_t tick_seconds;
    int ticks;
    time_t write_seconds;
  };

  Bytes(socket_t socket, const Patience& patience) : socket_(socket), ticks_(patience.ticks) {
    set_timeout(socket, SO_RCVTIMEO, patience.tick_seconds);
    set_timeout(socket, SO_SNDTIMEO, patience.write_seconds);
  }

  /// Waits for the first bytes of a request; false if none came.
  bool await_request() { return !unread() && receive(1) > 0; }
  bool unread() const { return first_ < last_; }

  bool flush() {
    const bool sent = send_all(gathered_.data(), gathered_.size());
    gathered_.clear();  // Its memory serves the next answer.
    return sent;
  }

  bool is_readable() const override { return true; }
  bool is_writable() const override { return !broken_; }

  ssize_t read(char* to, std::size_t size) override {
    if (!unread()) {
      if (!flush()) return -1;
      if (const ssize_t received = receive(ticks_); received <= 0) return received;
    }
    const std::size_t count = std::min(size, last_ - first_);
    std::memcpy(to, buffer_.data() + first_, count);
    first_ += count;
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* from, std::size_t size) override {
    if (broken_) return -1;
    if (gathered_.size() + size <= gathered_max) {
      gathered_.append(from, size);
    } else if (!flush() || !send_all(from, size)) {
      return -1;
    }
    return static_cast<ssize_t>(size);
  }

  // Nobody here asks who is at the other end, and to look it up costs two system calls and more.
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return socket_; }

 private:
  ssize_t receive(int ticks) {
    while (true) {
      const ssize_t received = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
      if (received >= 0) {
        first_ = 0;
        last_ = static_cast<std::size_t>(received);
        return received;
      }
      const bool waited = errno == EAGAIN;
      if (waited ? --ticks <= 0 : errno != EINTR) return -1;
    }
  }

  bool send_all(const char* from, std::size_t size) {
    while (size > 0 && !broken_) {
      const ssize_t sent = ::send(socket_, from, size, MSG_NOSIGNAL);
      if (sent >= 0) {
        from += sent;
        size -= static_cast<std::size_t>(sent);
      } else if (errno != EINTR) {
        broken_ = true;
      }
    }
    return !broken_;
  }

  const socket_t socket_;
  const int ticks_;
  std::array<char, 4096> buffer_;
  std::size_t first_ = 0;  ///< Of what was received and not yet read.
  std::size_t last_ = 0;
  std::string gathered_;
  bool broken_ = false;
};

}  // namespace

LeanServer::LeanServer(std::size_t threads_max) {
  new_task_queue = [threads_max] { return new Workers(threads_max); };
}

bool LeanServer::process_and_close_socket(socket_t socket) {
  {
    const time_t tick = std::max<time_t>(keep_alive_timeout_sec_, 1);
    Bytes bytes(socket, {.tick_seconds = tick,
                         .ticks = static_cast<int>(std::max<time_t>(read_timeout_sec_ / tick, 1)),
                         .write_seconds = write_timeout_sec_});
    std::size_t left = keep_alive_max_count_;
    // With bytes left of a request, a part of its body would be taken for the next one.
    try {
      while (left > 0 && svr_sock_ != INVALID_SOCKET && bytes.await_request()) {
        bool closed = false;
        const bool answered = process_request(bytes, --left == 0, closed, nullptr);
        if (!bytes.flush() || !answered || closed) break;
      }
    } catch (const Reset&) {
      // A close without lingering is a reset.
      const linger at_once{.l_onoff = 1, .l_linger = 0};
      ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      ::close(socket);
      return true;
    }
  }
  ::shutdown(socket, SHUT_RDWR);
  ::close(socket);
  return true;
}

}  // namespace billing::apps
