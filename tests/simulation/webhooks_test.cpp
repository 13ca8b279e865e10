// SPDX-License-Identifier: Apache-2.0
#include <billing/cached_store.hpp>
#include <billing/sqlite_data.hpp>
#include <billing/webhooks.hpp>

#include "simulation/crash.hpp"
#include "simulation/disk.hpp"
#include "simulation/virtual_clock.hpp"
#include "simulation/webhook_history.hpp"
#include "support/signed_webhook.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <thread>

namespace billing::tests {
namespace {

using nlohmann::json;
using simulation::Crash;
using simulation::Disk;
using simulation::Effect;
using simulation::Fate;
using simulation::VirtualClock;

constexpr std::uint64_t schedules = 5'000;
constexpr std::uint64_t trusting_schedules = 200;
constexpr const char* secret = "whsec_simulation";
constexpr Instant history_time{std::chrono::milliseconds(1'768'478'400'000)};
constexpr int depth_max = 2;

enum class Reads {
  stripe,   ///< As they are.
  payload,  ///< Answered with what the last event of that object carried.
};

using Happenings = std::map<std::string, std::int64_t>;

/// One schedule in which a history's events arrive, or don't, while it goes on and the machine
/// dies now and then.
class Schedule {
 public:
  Schedule(const WebhookHistory& history, std::uint64_t seed, Reads reads, Happenings& tally)
      : history_(history),
        reads_(reads),
        tally_(tally),
        chance_(seed),
        entropy_(seed + 1),
        clock_(history_time),
        disk_(clock_, seed),
        stripe_(*this) {
    disk_.fate = [this](Effect, std::string_view) {
      return burns() ? Fate::dies_before : Fate::happens;
    };
  }

  /// What is stored in the end.
  std::string play() {
    begin();
    const auto& snapshots = history_.snapshots;
    while (point_ + 1 < snapshots.size() || (!due_.empty() && !one_in(20))) survive();
    if (!due_.empty() || gone_.contains(history_.events.size() - 1)) ++tally_["last-dropped"];
    return settle();
  }
  /// The same where nothing arrives and all is found in Stripe's list.
  std::string settle_at_the_end() {
    point_ = history_.snapshots.size() - 1;
    begin();
    return settle();
  }

 private:
  class ReplayedStripe final : public HttpTransport {
   public:
    explicit ReplayedStripe(Schedule& schedule) : schedule_(schedule) {}
    Result<HttpResponse> send(const HttpRequest& request, std::chrono::milliseconds) override {
      return schedule_.answer(request);
    }

   private:
    Schedule& schedule_;
  };

  class Silence final : public Observer {
    void observe(const Observation& /*observation*/) override {}
  };

  /// What a crash destroys.
  struct Machine {
    Machine(Schedule& world, std::unique_ptr<SqliteData> opened)
        : data(std::move(opened)),
          store(data->store(), 2),
          client(world.stripe_, world.clock_, world.entropy_, world.silent_,
                 {.secret_key = "sk_test_simulation"}),
          health(world.clock_, world.entropy_),
          webhooks(data->inbox(), data->ledger(), store, client, health, world.clock_,
                   world.silent_, {secret}) {
      webhooks.begin();
    }
    std::unique_ptr<SqliteData> data;
    CachedStore store;
    stripe::Client client;
    StripeHealth health;
    Webhooks webhooks;
  };

  bool one_in(std::uint64_t n) { return chance_.next() % n == 0; }
  std::size_t any_of(std::size_t count) { return chance_.next() % count; }

  /// Whether the machine dies at this effect.
  bool burns() { return fuse_ > 0 && --fuse_ == 0; }
  void pass_point() {
    if (burns()) disk_.cut_power();
    if (disk_.dead()) throw Crash{};
  }

  void begin() {
    go_to(point_);
    boot();
    const std::string email = "robin@example.com";
    REQUIRE(machine_->store.reserve_user(email, IdempotencyKey("k")).has_value());
    REQUIRE(machine_->store.set_customer(email, history_.customer).has_value());
  }

  void boot() {
    auto data = SqliteData::open("billing.db", SqliteAccess::owner, disk_.vfs_name());
    if (disk_.dead()) throw Crash{};
    REQUIRE(data.has_value());
    machine_.emplace(*this, std::move(*data));
  }

  void survive() {
    try {
      // The effects of one or two events; a boot is left in peace.
      if (one_in(20)) fuse_ = 1 + static_cast<int>(any_of(40));
      do_something();
      if (!disk_.dead()) return;
    } catch (const Crash&) {
    }
    ++tally_["crashed"];
    fuse_ = 0;
    depth_ = 0;
    machine_.reset();
    disk_.cut_power();
    disk_.restart(chance_);
    boot();
  }

  void do_something() {
    switch (chance_.next() % 16) {
      case 0:
      case 1:
      case 2: return go_on();
      case 3: return look_for_gaps();
      case 4: return work();
      case 5: return clock_.advance(std::chrono::seconds(chance_.next() % 300));
      default: return deliver_one();
    }
  }

  /// The history goes on by a step.
  void go_on() {
    if (point_ + 1 < history_.snapshots.size()) go_to(point_ + 1);
  }

  void go_to(std::size_t point) {
    point_ = point;
    for (; happened_ < history_.snapshots[point].events; ++happened_) {
      if (any_of(10) < lost_of_ten_) {
        gone_.insert(happened_);
        ++tally_["dropped"];
      } else {
        due_.push_back(happened_);
      }
    }
  }

  void deliver_one() {
    if (due_.empty()) return;
    const std::size_t at = any_of(due_.size());
    const std::size_t event = due_[at];
    if (at + 1 < due_.size()) ++tally_["overtaken"];
    if (one_in(6)) {
      ++tally_["repeated"];
    } else {
      due_.erase(due_.begin() + static_cast<std::ptrdiff_t>(at));
    }
    const std::string& body = history_.events[event];
    carried_[history_.objects[event]] = body;
    const HttpResponse answer =
        machine_->webhooks.receive(signed_webhook(secret, to_second(clock_.now()), body));
    if (answer.status != 503) CHECK_MESSAGE(answer.status == 200, answer.body);
    if (answer.status == 503) ++tally_["put-off"];
  }

  void work() { static_cast<void>(machine_->webhooks.work()); }
  void look_for_gaps() {
    const auto healed = machine_->webhooks.heal_gaps();
    if (healed && !healed->missing.empty()) ++tally_["healed"];
  }

  Result<HttpResponse> answer(const HttpRequest& request) {
    pass_point();
    if (one_in(30)) {
      ++tally_["refused"];
      return failure(ErrorCode::unavailable, "connection refused");
    }
    HttpResponse response = request.method == "GET" ? looked_up(request) : paid(request);
    // Others go on while the answer is on its way.
    if (depth_ < depth_max && machine_ && !settling_ && one_in(6)) {
      ++depth_;
      ++tally_["meanwhile"];
      if (one_in(2)) go_on();
      if (one_in(2)) deliver_one();
      if (one_in(3)) work();
      --depth_;
    }
    pass_point();
    return response;
  }

  HttpResponse looked_up(const HttpRequest& request) {
    if (reads_ == Reads::payload) {
      const auto carried = carried_.find(request.path.substr(request.path.rfind('/') + 1));
      if (carried != carried_.end()) {
        const json event = json::parse(carried->second);
        return {.body = event.at("data").at("object").dump()};
      }
    }
    const auto& answers = history_.snapshots[point_].answers;
    const auto found = answers.find(request.path);
    if (found != answers.end()) return found->second;
    return {.status = 404, .body = R"({"error":{"code":"resource_missing"}})"};
  }

  /// A payment is what the history has next, where it has one.
  HttpResponse paid(const HttpRequest& request) {
    const std::string path = request.path.substr(0, request.path.rfind('/'));
    if (point_ < history_.card_fixed) {
      ++tally_["declined"];
      return {.status = 402, .body = R"({"error":{"code":"card_declined"}})"};
    }
    if (point_ >= history_.paid) {
      return {.status = 400, .body = R"({"error":{"message":"Invoice is already paid"}})"};
    }
    ++tally_["paid"];
    go_to(history_.paid);
    return history_.snapshots[point_].answers.at(path);
  }

  std::string settle() {
    settling_ = true;
    fuse_ = 0;
    while (!machine_->webhooks.heal_gaps()) clock_.advance(std::chrono::seconds(1));
    for (int steps = 0;; ++steps) {
      REQUIRE_MESSAGE(steps < 10'000, "work without end");
      const auto due = machine_->webhooks.next_due();
      REQUIRE(due.has_value());
      if (!*due) break;
      if (**due > clock_.moment()) clock_.advance(**due - clock_.moment());
      REQUIRE(machine_->webhooks.work().has_value());
    }
    return stored();
  }

  std::string stored() {
    std::string text;
    const auto subscriptions = machine_->store.subscriptions(history_.customer);
    REQUIRE(subscriptions.has_value());
    for (const Subscription& each : *subscriptions) {
      text +=
          fmt::format("{} {} created {} trial_end {} ended {} card {}\n", each.id.text(),
                      each.status, each.created.time_since_epoch().count(), told(each.trial_end),
                      told(each.ended_at), each.default_payment_method.text());
      for (const SubscriptionItem& item : each.items) {
        text += fmt::format("  {} {} {} to {}\n", item.id.text(), item.price.text(),
                            told(item.period_start), told(item.period_end));
      }
    }
    const auto invoices = machine_->store.invoices(history_.customer);
    REQUIRE(invoices.has_value());
    for (const Invoice& each : *invoices) {
      text += fmt::format("{} {} {} {} open {} {}\n", each.id.text(), each.status, each.number,
                          each.total.minor, each.amount_remaining.minor, each.hosted_invoice_url);
      for (const InvoiceLine& line : each.lines) {
        text += fmt::format("  {} {} {} {}\n", line.description, line.quantity, line.amount.minor,
                            line.item.text());
      }
    }
    const auto ends = machine_->data->final_invoices().list();
    REQUIRE(ends.has_value());
    for (const FinalInvoice& each : *ends) {
      text += fmt::format("final invoice of {}, {}\n", each.subscription.text(), name(each.step));
    }
    return text;
  }

  static std::string told(std::optional<Second> second) {
    return second ? std::to_string(second->time_since_epoch().count()) : "never";
  }

  const WebhookHistory& history_;
  const Reads reads_;
  Happenings& tally_;
  SeededEntropy chance_;
  SeededEntropy entropy_;
  VirtualClock clock_;
  Disk disk_;
  ReplayedStripe stripe_;
  Silence silent_;
  std::optional<Machine> machine_;

  const std::size_t lost_of_ten_ = any_of(10);  ///< How many events never arrive.
  std::size_t point_ = 0;                       ///< Where the history stands.
  std::size_t happened_ = 0;                    ///< Events so far.
  std::vector<std::size_t> due_;                ///< Those that will arrive.
  std::set<std::size_t> gone_;                  ///< Those that won't.
  std::map<std::string, std::string> carried_;  ///< The last event that arrived, by its object.
  int fuse_ = 0;                                ///< Effects until the machine dies; 0 for never.
  int depth_ = 0;
  bool settling_ = false;
};

}  // namespace

TEST_CASE("Whatever order, repetition, loss and crash, webhooks end in one state") {
  const WebhookHistory history = record_history();
  Happenings tally;
  const std::string truth = Schedule(history, 0, Reads::stripe, tally).settle_at_the_end();
  INFO(truth);
  REQUIRE(truth.find(" canceled ") != std::string::npos);
  REQUIRE(truth.find(" ended never") == std::string::npos);
  const auto end = truth.find("final invoice of ");
  REQUIRE(end != std::string::npos);
  REQUIRE(end == truth.rfind("final invoice of "));
  REQUIRE(truth.find(" open 6000") == std::string::npos);

  // Two threads with every other seed each.
  const auto play = [&](std::uint64_t first, Happenings& seen) {
    for (std::uint64_t seed = first; seed <= schedules; seed += 2) {
      CAPTURE(seed);
      CHECK(Schedule(history, seed, Reads::stripe, seen).play() == truth);
    }
  };
  Happenings others;
  {
    const std::jthread odd([&] { play(1, others); });
    play(2, tally);
  }
  for (const auto& [what, times] : others) tally[what] += times;
  for (const char* what : {"crashed", "dropped", "last-dropped", "overtaken", "repeated", "put-off",
                           "refused", "meanwhile", "healed", "paid"}) {
    CAPTURE(what);
    CHECK(tally[what] >= 100);
  }
  CHECK_MESSAGE(tally["declined"] == 0, "the card that failed is not tried again");
}

TEST_CASE("Trusting what events carry does not end in one state") {
  const WebhookHistory history = record_history();
  Happenings tally;
  const std::string truth = Schedule(history, 0, Reads::stripe, tally).settle_at_the_end();
  std::uint64_t astray = 0;
  for (std::uint64_t seed = 1; seed <= trusting_schedules; ++seed) {
    if (Schedule(history, seed, Reads::payload, tally).play() != truth) ++astray;
  }
  MESSAGE(astray, " of ", trusting_schedules, " went astray");
  CHECK(astray > trusting_schedules / 4);
}

}  // namespace billing::tests
