// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/http.hpp>
#include <billing/result.hpp>

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <string>

// What the adapters to libcurl share.
namespace billing::curl {

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;
using HeaderList = std::unique_ptr<curl_slist, ListDeleter>;

/// The base without its slash, or why no request may go there with that key: what
/// `CurlTransport::open` promises.
Result<std::string> checked_base(const std::string& base_url, const std::string& secret_key);

/// One request on an easy handle, from its options to its answer. It has to outlive the transfer,
/// and stays where it is.
class Exchange {
 public:
  /// `easy` is new or reset.
  Exchange(CURL* easy, const std::string& base_url, HttpRequest request,
           std::chrono::milliseconds timeout);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// After the transfer, which ended with `code`: the answer, or what HttpTransport says of none.
  Result<HttpResponse> outcome(CURLcode code);

 private:
  CURL* easy_;
  HttpRequest request_;
  HeaderList headers_;
  HttpResponse response_;
};

}  // namespace billing::curl
