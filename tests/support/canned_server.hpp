// SPDX-License-Identifier: Apache-2.0
#pragma once

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
  };

  explicit CannedServer(std::string answer, Manner manner = Manner::answers);
  ~CannedServer();
  CannedServer(const CannedServer&) = delete;
  CannedServer& operator=(const CannedServer&) = delete;

  std::string url() const;

 private:
  void serve(const std::string& answer) const;

  int listener_ = -1;
  int port_ = 0;
  std::jthread thread_;
};

}  // namespace billing::tests
