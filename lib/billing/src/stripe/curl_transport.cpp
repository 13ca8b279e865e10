// SPDX-License-Identifier: Apache-2.0
#include <billing/curl_transport.hpp>

#include "stripe/curl_exchange.hpp"

#include <mutex>
#include <vector>

namespace billing {

/// The easy handles that are not in use. A handle keeps its connections, so the one used last,
/// whose connection is the least likely to have been closed meanwhile, is taken first.
class CurlTransport::Handles {
 public:
  curl::Easy take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return curl::Easy(curl_easy_init());
    curl::Easy easy = std::move(idle_.back());
    idle_.pop_back();
    return easy;
  }

  void give_back(curl::Easy easy) {
    curl_easy_reset(easy.get());
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(easy));
  }

 private:
  std::mutex mutex_;
  std::vector<curl::Easy> idle_;
};

Result<std::unique_ptr<CurlTransport>> CurlTransport::open(const std::string& base_url,
                                                           const std::string& secret_key) {
  auto base = curl::checked_base(base_url, secret_key);
  if (!base) return failure(std::move(base));
  return std::unique_ptr<CurlTransport>(new CurlTransport(std::move(*base)));
}

CurlTransport::CurlTransport(std::string base_url)
    : base_url_(std::move(base_url)), handles_(std::make_unique<Handles>()) {}

CurlTransport::~CurlTransport() = default;

Result<HttpResponse> CurlTransport::send(const HttpRequest& request,
                                         std::chrono::milliseconds timeout) {
  curl::Easy easy = handles_->take();
  if (!easy) return failure(ErrorCode::internal, "libcurl has no handle to give");
  curl::Exchange exchange(easy.get(), base_url_, request, timeout);
  Result<HttpResponse> outcome = exchange.outcome(curl_easy_perform(easy.get()));
  if (outcome) handles_->give_back(std::move(easy));
  return outcome;
}

}  // namespace billing
