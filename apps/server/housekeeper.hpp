// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/observer.hpp>
#include <billing/result.hpp>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

namespace billing::apps {

/// Something to be done again and again, in small steps. Called from one thread.
struct Chore {
  std::string_view name;  ///< For the log; a literal.
  /// Does one thing, if something is due; false if nothing is left to do just now.
  std::function<Result<bool>()> step;
  /// When it is worth asking again; none if only something else can make it so.
  std::function<Result<std::optional<Moment>>()> next_due;
};

/// Does chores that nobody waits for, in a thread of its own: a step of each in turn, as long as
/// there is something due, and then sleeps, a second at most, since the clock may be moved and
/// anybody may bring something to do. One that fails is left alone for a moment.
class Housekeeper {
 public:
  /// All referred to, by the chores too, must outlive it.
  Housekeeper(const Clock& clock, Observer& observer, std::vector<Chore> chores);
  ~Housekeeper();
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

  void start();
  /// Lets the step that is under way finish.
  void stop();

 private:
  struct Duty {
    Chore chore;
    Moment rests_until = Moment::min();  ///< After a failure.
  };

  void run();
  bool take_a_step(Duty& duty);
  Moment next_turn();

  const Clock& clock_;
  Observer& observer_;
  std::vector<Duty> duties_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace billing::apps
