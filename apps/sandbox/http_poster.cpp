// SPDX-License-Identifier: Apache-2.0
#include "sandbox/http_poster.hpp"

#include <httplib.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace billing::apps {
namespace {

using namespace std::chrono_literals;

/// While a connection is being made it can't be broken off.
constexpr auto connect_timeout = 3s;
constexpr auto answer_timeout = 10s;
constexpr std::size_t answer_bytes_max = 4'096;

struct Address {
  std::string base;
  std::string target;
};

Address address_of(const std::string& url) {
  const std::string sent = url.substr(0, url.find('#'));
  const auto host = sent.find("://");
  const auto target = host == std::string::npos ? host : sent.find_first_of("/?", host + 3);
  if (target == std::string::npos) return {sent, "/"};
  const std::string rest = sent.substr(target);
  return {sent.substr(0, target), rest.starts_with('?') ? "/" + rest : rest};
}

httplib::Request request_of(const sandbox::WebhookPost& webhook, const std::string& target) {
  httplib::Request request;
  request.method = "POST";
  request.path = target;
  for (const sandbox::HttpHeader& each : webhook.headers) {
    request.set_header(each.name, each.value);
  }
  request.body = webhook.body;
  return request;
}

std::string why(httplib::Error error) {
  switch (error) {
    case httplib::Error::Connection: return "no connection";
    case httplib::Error::Read: return "no answer, or half of one, within ten seconds";
    case httplib::Error::Write: return "the connection broke while the webhook was sent";
    default: return "could not be sent: " + httplib::to_string(error);
  }
}

}  // namespace

/// The calls under way, each with the client that can be told to end it.
class HttpPoster::Calls {
 public:
  bool begin(httplib::Client& client) {
    const std::scoped_lock lock(mutex_);
    if (!stopping_) clients_.insert(&client);
    return !stopping_;
  }
  void end(httplib::Client& client) {
    const std::scoped_lock lock(mutex_);
    clients_.erase(&client);
  }
  void stop() {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    for (httplib::Client* client : clients_) client->stop();
  }

 private:
  std::mutex mutex_;
  std::set<httplib::Client*> clients_;
  bool stopping_ = false;
};

HttpPoster::HttpPoster() : calls_(std::make_unique<Calls>()) {}
HttpPoster::~HttpPoster() = default;

void HttpPoster::stop() {
  calls_->stop();
}

sandbox::WebhookAnswer HttpPoster::post(const sandbox::WebhookPost& webhook) {
  const auto deadline = std::chrono::steady_clock::now() + answer_timeout;
  const Address address = address_of(webhook.url);
  httplib::Client client(address.base);
  if (!client.is_valid()) return {.status = 0, .body = "not a URL that can be sent to"};
  client.set_connection_timeout(connect_timeout);
  client.set_read_timeout(answer_timeout);
  client.set_write_timeout(answer_timeout);
  client.set_url_encode(false);  // The URL is sent as it was given.
  client.set_tcp_nodelay(true);
  httplib::Request request = request_of(webhook, address.target);
  // The read timeout is only one between bytes.
  bool late = false;
  std::string body;
  request.content_receiver = [&](const char* bytes, std::size_t size, auto, auto) {
    body.append(bytes, std::min(size, answer_bytes_max - body.size()));
    late = std::chrono::steady_clock::now() > deadline;
    return !late && body.size() < answer_bytes_max;
  };
  httplib::Response response;
  httplib::Error error = httplib::Error::Success;
  if (!calls_->begin(client)) return {.status = 0, .body = "stopped"};
  const bool answered = client.send(request, response, error);
  calls_->end(client);
  // More of an answer than anyone wants to see is no failure.
  const bool enough = !late && body.size() == answer_bytes_max;
  if (answered || enough) return {.status = response.status, .body = std::move(body)};
  return {.status = 0, .body = late ? "no end within ten seconds" : why(error)};
}

}  // namespace billing::apps
