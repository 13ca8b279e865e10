// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/http.hpp>
#include <billing/result.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace billing {

/// As CurlTransport, for many requests at once on one thread: theirs, who calls `run`. What it says
/// of an answer, or of none, is what HttpTransport says. Only `wake` may be called from elsewhere.
class CurlSender {
 public:
  using Done = std::function<void(Result<HttpResponse>)>;

  /// Refuses what `CurlTransport::open` refuses. Expects `at_once` requests at the most; as many
  /// connections are kept. Over https they share a few connections, as HTTP/2 allows. `clock` must
  /// outlive it.
  static Result<std::unique_ptr<CurlSender>> open(const std::string& base_url,
                                                  const std::string& secret_key,
                                                  std::size_t at_once, const Clock& clock);
  /// Drops what is under way; no `done` is called.
  ~CurlSender();
  CurlSender(const CurlSender&) = delete;
  CurlSender& operator=(const CurlSender&) = delete;

  /// Begins a request; `timeout` is for the whole of it. `run` calls `done` when it has ended,
  /// exactly once; `done` may start another.
  void start(HttpRequest request, std::chrono::milliseconds timeout, Done done);
  /// Moves everything forward, and waits at most that long for something to happen.
  void run(std::chrono::milliseconds wait);
  /// Ends the wait of a `run`, or of the next one if none is waiting. From any thread.
  void wake();

 private:
  class Multi;
  explicit CurlSender(std::unique_ptr<Multi> multi);

  std::unique_ptr<Multi> multi_;
};

}  // namespace billing
