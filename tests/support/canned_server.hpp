// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <string>
#include <thread>

namespace billing::tests {

/// A listener on loopback that takes one connection after the other, reads a request's beginning,
/// and sends the same bytes to each before it closes. For answers that no honest server gives.
class CannedServer {
 public:
  enum class Manner {
    answers,
    stays_silent,  ///< Takes the request and never says a word, until the end.
    /// Answers one request and keeps the connection; then takes a second one on it, and is gone:
    /// connection and listener, so that whoever comes again is refused.
    goes_after_second_request,
  };

  explicit CannedServer(std::string answer, Manner manner = Manner::answers);
  ~CannedServer();
  CannedServer(const CannedServer&) = delete;
  CannedServer& operator=(const CannedServer&) = delete;

  std::string url() const;
  /// How many requests it has taken; it counts none while it stays silent.
  int requests() const { return requests_; }

 private:
  void serve(const std::string& answer);
  void serve_twice(const std::string& answer);
  bool take_request(int connection);

  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> requests_{0};
  std::jthread thread_;
};

}  // namespace billing::tests
