// SPDX-License-Identifier: Apache-2.0
#include <billing/curl_sender.hpp>

#include "stripe/curl_exchange.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace billing {
namespace {

using std::chrono::milliseconds;

/// Over https a connection carries a hundred requests at once, as libcurl has it; a proxy that
/// speaks no HTTP/2 still gets no more connections than this.
constexpr long https_connections_max = 16;
constexpr std::size_t events_max = 256;
constexpr long answer_buffer = 4'096;
/// Requests that one multi handle has under way.
constexpr std::size_t share_max = 128;
constexpr std::uint64_t no_share = UINT32_MAX;

}  // namespace

/// libcurl's multi interface on an epoll of our own: `curl_multi_perform` and `curl_multi_poll`
/// look at each of thousands of requests every time that one of them moves.
class CurlSender::Multi {
 public:
  Multi(std::string base_url, std::size_t at_once, const Clock& clock)
      : base_url_(std::move(base_url)), clock_(clock) {
    const std::size_t shares = https() ? 1 : (at_once + share_max - 1) / share_max;
    for (std::size_t i = 0; i < shares; ++i) {
      shares_.push_back(std::make_unique<Share>(*this, static_cast<std::uint32_t>(i)));
    }
    change(EPOLL_CTL_ADD, alarm_.get(), EPOLLIN, no_share);
  }

  ~Multi() {
    for (const auto& [handle, transfer] : transfers_) {
      curl_multi_remove_handle(transfer->share.multi.get(), handle);
    }
  }
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;

  bool usable() const {
    const bool all =
        std::ranges::all_of(shares_, [](const auto& share) { return share->multi != nullptr; });
    return all && epoll_.get() >= 0 && alarm_.get() >= 0;
  }

  void start(HttpRequest request, milliseconds timeout, Done done) {
    curl::Easy easy = take();
    if (!easy) return unstarted_.push_back(std::move(done));
    CURL* const handle = easy.get();
    Share& share = share_with_room();
    auto transfer = std::make_unique<Transfer>(share, std::move(easy), base_url_,
                                               std::move(request), timeout, std::move(done));
    // A usage record's answer is small, and each request under way has a buffer.
    curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, answer_buffer);
    // Else each of many that begin at once would open a connection before the first knows that it
    // can be shared.
    if (https()) curl_easy_setopt(handle, CURLOPT_PIPEWAIT, 1L);
    if (curl_multi_add_handle(share.multi.get(), handle) != CURLM_OK) {
      return unstarted_.push_back(std::move(transfer->done));
    }
    ++share.under_way;
    transfers_.emplace(handle, std::move(transfer));
  }

  void run(milliseconds wait) {
    act_on_time();
    if (finish()) wait = milliseconds(0);
    for (const auto& share : shares_) {
      if (share->due) wait = std::min(wait, *share->due - clock_.moment());
    }
    std::array<epoll_event, events_max> events;
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                   static_cast<int>(std::max(wait, milliseconds(0)).count()));
    for (int i = 0; i < count; ++i) happened(events.at(static_cast<std::size_t>(i)));
    act_on_time();
    finish();
  }

  void wake() const { ::eventfd_write(alarm_.get(), 1); }

 private:
  struct MultiDeleter {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  class Descriptor {
   public:
    explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
    ~Descriptor() {
      if (descriptor_ >= 0) ::close(descriptor_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return descriptor_; }

   private:
    int descriptor_;
  };

  /// A multi handle and its part of the requests. Each that begins makes libcurl walk past the busy
  /// connections of its handle, so that one handle for thousands spends its time on that.
  struct Share {
    Share(Multi& multi_of, std::uint32_t its_number) : owner(multi_of), number(its_number) {
      if (!multi) return;
      curl_multi_setopt(multi.get(), CURLMOPT_SOCKETFUNCTION, &Multi::watch);
      curl_multi_setopt(multi.get(), CURLMOPT_SOCKETDATA, this);
      curl_multi_setopt(multi.get(), CURLMOPT_TIMERFUNCTION, &Multi::set_timer);
      curl_multi_setopt(multi.get(), CURLMOPT_TIMERDATA, this);
      curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(2 * share_max));
      if (!owner.https()) return;
      curl_multi_setopt(multi.get(), CURLMOPT_MAX_HOST_CONNECTIONS, https_connections_max);
    }
    Multi& owner;
    const std::uint32_t number;
    std::size_t under_way = 0;
    std::optional<Moment> due = std::nullopt;
    const std::unique_ptr<CURLM, MultiDeleter> multi{curl_multi_init()};
  };

  struct Transfer {
    Transfer(Share& share_of, curl::Easy handle, const std::string& base_url, HttpRequest request,
             milliseconds timeout, Done when_done)
        : share(share_of),
          easy(std::move(handle)),
          exchange(easy.get(), base_url, std::move(request), timeout),
          done(std::move(when_done)) {}
    Share& share;
    curl::Easy easy;
    curl::Exchange exchange;
    Done done;
  };

  bool https() const { return base_url_.starts_with("https://"); }

  curl::Easy take() {
    if (idle_.empty()) return curl::Easy(curl_easy_init());
    curl::Easy easy = std::move(idle_.back());
    idle_.pop_back();
    return easy;
  }

  /// The first, so that few under way use few connections.
  Share& share_with_room() {
    const auto found = std::ranges::find_if(
        shares_, [](const auto& share) { return share->under_way < share_max; });
    return found == shares_.end() ? *shares_.back() : **found;
  }

  void happened(const epoll_event& event) {
    const auto socket = static_cast<int>(event.data.u64 & UINT32_MAX);
    const std::uint64_t number = event.data.u64 >> 32U;
    if (number == no_share) {
      eventfd_t wakes = 0;
      ::eventfd_read(alarm_.get(), &wakes);
      return;
    }
    int what = 0;
    if ((event.events & (EPOLLIN | EPOLLHUP)) != 0) what |= CURL_CSELECT_IN;
    if ((event.events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
    if ((event.events & EPOLLERR) != 0) what |= CURL_CSELECT_ERR;
    act(*shares_.at(number), socket, what);
  }

  void act_on_time() {
    for (const auto& share : shares_) {
      if (share->due && *share->due <= clock_.moment()) act(*share, CURL_SOCKET_TIMEOUT, 0);
    }
  }

  static void act(Share& share, curl_socket_t socket, int what) {
    if (socket == CURL_SOCKET_TIMEOUT) share.due.reset();
    int running = 0;
    curl_multi_socket_action(share.multi.get(), socket, what, &running);
  }

  /// Calls `done` of all that have ended; false if nothing has.
  bool finish() {
    bool any = !unstarted_.empty();
    for (const Done& done : std::exchange(unstarted_, {})) {
      done(failure(ErrorCode::unavailable, "no connection: libcurl can't begin one"));
    }
    for (const auto& share : shares_) {
      int more = 0;
      while (const CURLMsg* message = curl_multi_info_read(share->multi.get(), &more)) {
        if (message->msg != CURLMSG_DONE) continue;
        any = true;
        finish(message->easy_handle, message->data.result);
      }
    }
    return any;
  }

  void finish(CURL* handle, CURLcode code) {
    const auto ended = transfers_.extract(handle);
    require(!ended.empty());
    Transfer& transfer = *ended.mapped();
    curl_multi_remove_handle(transfer.share.multi.get(), handle);
    --transfer.share.under_way;
    Result<HttpResponse> outcome = transfer.exchange.outcome(code);
    if (outcome) {
      curl_easy_reset(handle);
      idle_.push_back(std::move(transfer.easy));
    }
    transfer.done(std::move(outcome));
  }

  void change(int operation, int descriptor, std::uint32_t events, std::uint64_t share) const {
    const auto low = static_cast<std::uint32_t>(descriptor);
    epoll_event event{.events = events, .data = {.u64 = (share << 32U) | low}};
    ::epoll_ctl(epoll_.get(), operation, descriptor, &event);
  }

  /// libcurl's word on what it waits for at a socket.
  static int watch(CURL* /*easy*/, curl_socket_t socket, int what, void* of, void* known) {
    const Share& share = *static_cast<Share*>(of);
    if (what == CURL_POLL_REMOVE) {
      share.owner.change(EPOLL_CTL_DEL, socket, 0, share.number);
      return 0;
    }
    std::uint32_t events = 0;
    if ((what & CURL_POLL_IN) != 0) events |= EPOLLIN;
    if ((what & CURL_POLL_OUT) != 0) events |= EPOLLOUT;
    const int operation = known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    share.owner.change(operation, socket, events, share.number);
    curl_multi_assign(share.multi.get(), socket, of);
    return 0;
  }

  /// libcurl's word on when it wants to be called though nothing happens; never if negative.
  static int set_timer(CURLM* /*curl*/, long timeout_ms, void* of) {
    Share& share = *static_cast<Share*>(of);
    share.due.reset();
    // Moments are cut to the millisecond, and called early, libcurl would not ask again.
    const milliseconds timeout(timeout_ms > 0 ? timeout_ms + 1 : timeout_ms);
    if (timeout_ms >= 0) share.due = share.owner.clock_.moment() + timeout;
    return 0;
  }

  const std::string base_url_;
  const Clock& clock_;
  const Descriptor epoll_{::epoll_create1(EPOLL_CLOEXEC)};
  const Descriptor alarm_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> transfers_;
  std::vector<curl::Easy> idle_;
  std::vector<Done> unstarted_;
  /// The last to come and the first to go: they call back while they go.
  std::vector<std::unique_ptr<Share>> shares_;
};

Result<std::unique_ptr<CurlSender>> CurlSender::open(const std::string& base_url,
                                                     const std::string& secret_key,
                                                     std::size_t at_once, const Clock& clock) {
  auto base = curl::checked_base(base_url, secret_key);
  if (!base) return failure(std::move(base));
  auto multi = std::make_unique<Multi>(std::move(*base), at_once, clock);
  if (!multi->usable()) {
    return failure(ErrorCode::internal, "libcurl has no multi handle, or the system no epoll");
  }
  return std::unique_ptr<CurlSender>(new CurlSender(std::move(multi)));
}

CurlSender::CurlSender(std::unique_ptr<Multi> multi) : multi_(std::move(multi)) {}
CurlSender::~CurlSender() = default;

void CurlSender::start(HttpRequest request, milliseconds timeout, Done done) {
  multi_->start(std::move(request), timeout, std::move(done));
}

void CurlSender::run(milliseconds wait) {
  multi_->run(wait);
}

void CurlSender::wake() {
  multi_->wake();
}

}  // namespace billing
