// SPDX-License-Identifier: Apache-2.0
#include "stripe/curl_exchange.hpp"

#include <billing/loopback.hpp>

#include "stripe/form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace billing::curl {
namespace {

constexpr std::size_t body_size_max = std::size_t{8} * 1024 * 1024;

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlDeleter>;

/// libcurl asks for this once, before any other call; a function's static is safe among threads.
bool curl_ready() {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return ready;
}

std::string url_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
  return text;
}

std::size_t take_body(char* bytes, std::size_t one, std::size_t count, void* response) {
  std::string& body = static_cast<HttpResponse*>(response)->body;
  if (count > body_size_max - body.size()) return 0;
  body.append(bytes, count);
  return one * count;
}

std::size_t take_header(char* bytes, std::size_t one, std::size_t count, void* response) {
  constexpr std::string_view blanks = " \t\r\n";
  std::vector<HttpHeader>& headers = static_cast<HttpResponse*>(response)->headers;
  const std::string_view line(bytes, count);
  // A status line opens the headers of a new answer; those of a 100 Continue before it are past.
  if (line.starts_with("HTTP/")) headers.clear();
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return one * count;
  const std::string_view rest = line.substr(colon + 1);
  const auto first = rest.find_first_not_of(blanks);
  const auto last = rest.find_last_not_of(blanks);
  headers.push_back({.name = std::string(line.substr(0, colon)),
                     .value = std::string(first == std::string_view::npos
                                              ? std::string_view{}
                                              : rest.substr(first, last - first + 1))});
  return one * count;
}

/// Whether not one byte of the request can have reached the other side.
bool never_left(CURL* easy, CURLcode code) {
  long sent = 0;
  curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
  // libcurl sends a request again where a kept connection died under it; that the new connection
  // was refused says nothing of the first copy.
  if (sent > 0) return false;
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE: return true;
    default: break;
  }
  curl_off_t ready_us = 0;
  curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
  return ready_us == 0;
}

Error no_answer(CURL* easy, CURLcode code, const HttpRequest& request,
                const HttpResponse& partial) {
  const bool too_large = code == CURLE_WRITE_ERROR && partial.body.size() > 0;
  Error error{.code = ErrorCode::unavailable,
              .message = fmt::format("no answer: {}", curl_easy_strerror(code))};
  if (too_large) {
    error.message = fmt::format("the answer is larger than {} MiB", body_size_max >> 20U);
  }
  if (never_left(easy, code)) {
    error.message = fmt::format("no connection: {}", curl_easy_strerror(code));
  } else if (request.method != "GET") {
    error.code = ErrorCode::outcome_unknown;
  } else if (code == CURLE_OPERATION_TIMEDOUT) {
    error.code = ErrorCode::timed_out;
  }
  return error;
}

HeaderList header_list(const HttpRequest& request) {
  // Expect: 100-continue would cost larger bodies a second where a server ignores it.
  HeaderList list(curl_slist_append(nullptr, "Expect:"));
  for (const HttpHeader& each : request.headers) {
    curl_slist* longer =
        curl_slist_append(list.get(), fmt::format("{}: {}", each.name, each.value).c_str());
    require(longer != nullptr);
    (void)list.release();
    list.reset(longer);
  }
  return list;
}

void set_limits(CURL* easy, std::chrono::milliseconds timeout) {
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout.count());
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, timeout.count());
  // Signals and threads don't mix, and libcurl would use SIGALRM for its timeouts.
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
}

void set_request(CURL* easy, const HttpRequest& request) {
  if (request.method == "POST") {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
  } else if (request.method != "GET") {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

bool visible(char c) {
  return c > ' ' && c < '\x7f';
}

}  // namespace

Result<std::string> checked_base(const std::string& base_url, const std::string& secret_key) {
  const auto refused = [&](std::string_view reason) {
    // A URL with a password in it is not one to show.
    const bool showable = base_url.find('@') == std::string::npos;
    return failure(ErrorCode::invalid, fmt::format("the API base {} can't be used: {}",
                                                   showable ? base_url : "(with a user)", reason));
  };
  if (!curl_ready()) return failure(ErrorCode::internal, "libcurl can't be initialised");
  if (secret_key.empty() || !std::ranges::all_of(secret_key, visible)) {
    return failure(ErrorCode::invalid,
                   "the Stripe key is empty or has a blank or a line break in it: copy it again");
  }
  const Url url(curl_url());
  if (curl_url_set(url.get(), CURLUPART_URL, base_url.c_str(), 0) != CURLUE_OK) {
    return refused("it is not a URL such as https://api.stripe.com");
  }
  const std::string scheme = url_part(url.get(), CURLUPART_SCHEME);
  const std::string host = url_part(url.get(), CURLUPART_HOST);
  const std::string port = url_part(url.get(), CURLUPART_PORT);
  if (scheme != "https" && !(scheme == "http" && is_loopback(host))) {
    return refused("it has to be https, or http on this machine (127.0.0.1)");
  }
  if (url_part(url.get(), CURLUPART_PATH) != "/" || !url_part(url.get(), CURLUPART_QUERY).empty() ||
      !url_part(url.get(), CURLUPART_FRAGMENT).empty() ||
      !url_part(url.get(), CURLUPART_USER).empty()) {
    return refused("it has to end with the host or the port");
  }
  const bool live = secret_key.starts_with("sk_live_") || secret_key.starts_with("rk_live_");
  const bool stripe =
      scheme == "https" && host == "api.stripe.com" && (port.empty() || port == "443");
  if (live && !stripe) return refused("a live key goes to https://api.stripe.com only");
  return fmt::format("{}://{}{}{}", scheme, host, port.empty() ? "" : ":", port);
}

Exchange::Exchange(CURL* easy, const std::string& base_url, HttpRequest request,
                   std::chrono::milliseconds timeout)
    : easy_(easy), request_(std::move(request)), headers_(header_list(request_)) {
  const std::string query = stripe::form_encoded(request_.query);
  const std::string url = base_url + request_.path + (query.empty() ? "" : "?") + query;
  const bool plain = base_url.starts_with("http://");
  // Zero would mean no limit at all.
  set_limits(easy, std::max(timeout, std::chrono::milliseconds(1)));
  set_request(easy, request_);
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
  // Plain http is loopback, where a proxy named by the environment would only see what it
  // shouldn't.
  if (plain) curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &response_);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &response_);
}

Result<HttpResponse> Exchange::outcome(CURLcode code) {
  if (code != CURLE_OK) return tl::unexpected(no_answer(easy_, code, request_, response_));
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  return std::move(response_);
}

}  // namespace billing::curl
