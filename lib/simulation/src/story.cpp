// SPDX-License-Identifier: Apache-2.0
#include "simulation/story.hpp"

#include <billing/result.hpp>

#include "courier.hpp"
#include "housekeeping.hpp"
#include "oracle.hpp"
#include "people.hpp"
#include "simulation/crash.hpp"
#include "simulation/world.hpp"
#include "weather.hpp"
#include "witness.hpp"
#include "workers.hpp"

#include <algorithm>
#include <stdexcept>

namespace simulation {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int steps_between_bursts_max = 60;
/// How deep things happen while other things happen.
constexpr int depth_max = 2;

class Story {
 public:
  explicit Story(const StoryOptions& options)
      : options_(options),
        chance_(options.seed * 31 + 7),
        world_({.seed = options.seed,
                .stripe_rate = one_in(2) ? 20.0 : 0.0,
                .servers = one_in(3) ? 2 : 1,
                .without = options.without}),
        weather_(options.seed * 31 + 8, world_.clock(), report_.tally),
        people_(options.seed * 31 + 9, world_, weather_, report_.tally, report_.complaints),
        workers_(options.seed * 31 + 10, world_, report_.tally, report_.complaints),
        courier_(options.seed * 31 + 11, world_, report_.tally, report_.complaints),
        housekeeping_(options.seed * 31 + 12, world_, report_.tally) {
    report_.seed = options.seed;
  }

  StoryReport play() {
    try {
      begin();
      live();
      end();
    } catch (const std::exception& error) {
      report_.complaints.emplace_back(error.what());
    }
    return std::move(report_);
  }

 private:
  bool one_in(std::uint64_t n) { return chance_.next() % n == 0; }
  milliseconds up_to(milliseconds most) {
    return milliseconds(chance_.next() % static_cast<std::uint64_t>(most.count() + 1));
  }

  void begin() {
    world_.network().witness = [this](const auto& request, const auto& answer) {
      witness_.saw(request, answer);
    };
    world_.boot();
    people_.settle_in();
    world_.weather = [this](const auto& request, auto timeout) {
      courier_.saw_call();
      return weather_.passage(request, timeout);
    };
    world_.wear = [this](Effect effect, std::string_view file) {
      return weather_.fate(effect, file);
    };
    world_.dies = [this](std::string_view point) { return weather_.dies(point); };
    world_.meanwhile = [this] { meanwhile(); };
  }

  /// Bursts of doings, spread over the days, and over the ends of billing periods; in between only
  /// the machine is at work.
  void live() {
    const billing::Moment start = world_.clock().moment();
    const milliseconds days = hours(24) * options_.days;
    std::vector<milliseconds> bursts(6 + chance_.next() % 7);
    for (milliseconds& each : bursts) each = up_to(days);
    std::ranges::sort(bursts);
    for (const milliseconds burst : bursts) {
      live_until(start + burst);
      const std::uint64_t doings = 10 + chance_.next() % 20;
      for (std::uint64_t i = 0; i < doings; ++i) {
        survive([this] { do_something(); });
        pass_time();
      }
    }
    live_until(start + days);
  }

  void live_until(billing::Moment target) {
    while (true) {
      const auto end = world_.next_period_end();
      if (!end || *end >= target) break;
      if (one_in(4)) {
        deliver_until(*end - up_to(minutes(40)));
        live_over(*end);
      } else {
        deliver_until(*end + up_to(seconds(10)));
      }
    }
    deliver_until(target);
  }

  /// People go on around a period's end, click by click; often enough while Stripe is down.
  void live_over(billing::Moment end) {
    report_.tally.count("clicks-over-period-end");
    if (one_in(3)) {
      report_.tally.count("outage-over-period-end");
      weather_.begin_outage(end + up_to(minutes(45)));
    }
    const billing::Moment over = end + up_to(minutes(45));
    while (world_.clock().moment() < over) {
      survive([this] { do_something(); });
      // In ever smaller steps towards the end, and in larger ones behind it.
      const milliseconds distance = std::chrono::abs(end - world_.clock().moment());
      world_.clock().advance(milliseconds(1) + up_to(distance / 2 + seconds(5)));
      if (one_in(4)) world_.network().deliver_late();
    }
    survive([this] { deliver_until(world_.clock().moment() + up_to(minutes(10))); });
  }

  void end() {
    weather_.heal();
    world_.meanwhile = nullptr;
    world_.network().deliver_late();
    if (!world_.is_on() && !world_.power_on()) throw std::runtime_error("the data file is spoilt");
    if (!world_.is_ready() && !world_.get_ready()) {
      throw std::runtime_error("with everything healed, the machine does not get ready");
    }
    workers_.finish();
    people_.presses().ask_again();
    settle();
    people_.presses().check_answers();
    settle();  // That took time, too.
    Books books = compare(world_, people_, witness_);
    for (std::string& each : books.complaints) report_.complaints.push_back(std::move(each));
    report_.clicks = static_cast<std::int64_t>(people_.presses().all().size());
    report_.delivered = books.delivered;
    report_.invoiced = books.invoiced;
    report_.refused = books.refused;
    report_.tally.add(books.tally);
    const auto rows = world_.ledger().list({.limit = 1'000'000});
    billing::require(rows.has_value());
    for (const billing::RecordedEvent& row : *rows) workers_.check(row);
  }

  /// Until nothing is under way, and nothing happened at Stripe that could be unknown.
  void settle() {
    const billing::Moment give_up = world_.clock().moment() + hours(24);
    while (true) {
      world_.drain();
      const std::string newest = world_.newest_event_at_stripe();
      courier_.finish();
      housekeeping_.finish();
      const auto due = world_.next_chore();
      if (!due && world_.newest_event_at_stripe() == newest) return;
      const billing::Moment now = world_.clock().moment();
      if (now > give_up) throw std::runtime_error("a day later, there is still something to do");
      if (due) world_.clock().advance(std::max<milliseconds>(*due - now, milliseconds(1)));
    }
  }

  void do_something() {
    keep_on();
    const std::uint64_t choice = chance_.next() % 40;
    if (choice == 0 && world_.is_on() && weather_.dies("between-steps")) throw Crash{};
    if (choice == 1 && world_.is_on() && one_in(4)) {
      report_.tally.count("stop-in-order");
      vanish();
      world_.stop();
    } else if (choice < 22) {
      people_.act();
    } else if (choice < 26) {
      courier_.step();
    } else if (choice < 29) {
      housekeeping_.step();
    } else if (world_.is_on()) {
      for (int i = 0; i < 4; ++i) workers_.step();
    }
  }

  /// What was in the machine's memory.
  void vanish() {
    workers_.vanish();
    courier_.vanish();
    housekeeping_.vanish();
  }

  /// What others do while a call is on its way.
  void meanwhile() {
    if (depth_ >= depth_max || !one_in(8)) return;
    ++depth_;
    for (std::uint64_t i = 1 + chance_.next() % 3; i > 0; --i) {
      if (one_in(3)) people_.act();
      workers_.step();
      if (one_in(3)) courier_.step();
      if (one_in(3)) housekeeping_.step();
      if (one_in(4)) world_.clock().advance(up_to(seconds(90)));
    }
    --depth_;
  }

  /// Runs what a crash may end.
  template <class Doing>
  void survive(Doing doing) {
    try {
      doing();
    } catch (const Crash&) {
      depth_ = 0;
      if (world_.crash()) report_.tally.count("unsynced-bytes-gone");
      vanish();
      // Mostly somebody or something starts it again at once.
      off_until_ = world_.clock().moment() + (one_in(4) ? up_to(hours(6)) : up_to(seconds(2)));
    }
  }

  /// Starts the machine if it is time to, and reads the catalog as it does in the background.
  void keep_on() {
    if (world_.clock().moment() < off_until_) return;
    if (!world_.is_on() && !world_.power_on()) return;
    if (!world_.is_ready() && one_in(3)) world_.get_ready();
  }

  void pass_time() {
    weather_.turn();
    switch (chance_.next() % 16) {
      case 0: world_.clock().advance(up_to(hours(3))); break;
      case 1:
      case 2:
      case 3: world_.clock().advance(up_to(minutes(2))); break;
      case 4:
      case 5:
      case 6:
      case 7: world_.clock().advance(up_to(seconds(2))); break;
      default: break;
    }
    if (one_in(4)) world_.network().deliver_late();
  }

  /// The machine is at work now and then; in between, time passes at Stripe too.
  void deliver_until(billing::Moment target) {
    while (world_.clock().moment() < target) {
      work_for_a_while(target);
      world_.network().deliver_late();
      const auto rest = target - world_.clock().moment();
      if (rest.count() > 0) world_.clock().advance(std::min(rest, hours(1) + up_to(hours(36))));
      weather_.turn();
    }
  }

  void work_for_a_while(billing::Moment target) {
    for (int i = 0; i < steps_between_bursts_max && world_.clock().moment() < target; ++i) {
      bool busy = false;
      survive([&] {
        keep_on();
        if (one_in(3)) courier_.step();
        if (world_.is_on() && one_in(2)) busy = housekeeping_.step();
        for (int tries = 0; tries < 6 && world_.is_on(); ++tries) busy = workers_.step() || busy;
      });
      if (!busy) world_.clock().advance(up_to(seconds(10)));
    }
  }

  StoryOptions options_;
  StoryReport report_;
  billing::SeededEntropy chance_;
  World world_;
  Weather weather_;
  People people_;
  Workers workers_;
  Courier courier_;
  Housekeeping housekeeping_;
  Witness witness_;
  int depth_ = 0;
  billing::Moment off_until_ = billing::Moment::min();
};

}  // namespace

StoryReport play(const StoryOptions& options) {
  billing::require(options.days >= 1 && options.days <= story_days_max);
  return Story(options).play();
}

}  // namespace simulation
