// SPDX-License-Identifier: Apache-2.0
// However a run is disturbed, and wherever: in the end there is one final invoice over what was
// used.
#include "simulation/crash.hpp"
#include "unit/final/ended_subscription.hpp"

#include <functional>
#include <limits>

namespace billing::tests {
namespace {

using simulation::Crash;
using simulation::Effect;
using simulation::Fate;
using simulation::Network;
using simulation::Passage;

constexpr int never = std::numeric_limits<int>::max();

enum class Card { works, declines };
enum class Workshop { none, registered };

/// Ended with two sessions that are on no invoice, and learnt of: the run is about to begin.
class DisturbedRun : public EndedSubscription {
 public:
  explicit DisturbedRun(Card card = Card::works, Workshop workshop = Workshop::none) {
    if (workshop == Workshop::registered) register_workshop();
    use(2);
    if (card == Card::declines) decline_from_now_on();
    end();
    learn();
    pass(std::chrono::minutes(10));
  }

  /// The passage of the run's `nth` call, counted from one.
  void befalls(int nth, Passage passage) {
    world.weather = [this, nth, passage](const HttpRequest&, auto) {
      return ++calls_ == nth ? passage : Passage(Network::carries);
    };
  }

  /// Until all is done, and until keys of a disturbed call are gone at Stripe.
  void play(std::chrono::milliseconds pause) {
    while (!over()) {
      try {
        if (!world.is_on()) world.boot();
        while (world.step_final_invoices()) {
        }
      } catch (const Crash&) {
        world.crash();
      }
      if (!over()) pass(pause);
    }
  }

  int calls() const { return calls_; }

 private:
  bool over() { return world.is_on() && row().step == FinalStep::done; }
  int calls_ = 0;
};

constexpr std::chrono::hours key_gone(25);
constexpr std::chrono::minutes soon(6);

int undisturbed_calls() {
  DisturbedRun run;
  run.befalls(never, Network::carries);
  run.play(soon);
  run.check_two_sessions_billed("paid");
  return run.calls();
}

}  // namespace

TEST_CASE("Whichever answer is lost, and however late it goes on, one final invoice is paid") {
  const int calls = undisturbed_calls();
  REQUIRE(calls > 10);
  for (const Network network : {Network::loses_answer, Network::loses_request, Network::refuses}) {
    for (const std::chrono::milliseconds pause :
         {std::chrono::milliseconds(soon), std::chrono::milliseconds(key_gone)}) {
      for (int nth = 1; nth <= calls; ++nth) {
        CAPTURE(nth);
        DisturbedRun run;
        run.befalls(nth, network);
        run.play(pause);
        REQUIRE(run.calls() > nth);
        run.check_two_sessions_billed("paid");
      }
    }
  }
}

TEST_CASE("Whichever answer is lost, a card that declines is tried once, and the invoice is open") {
  for (int nth = 1;; ++nth) {
    CAPTURE(nth);
    DisturbedRun run(Card::declines);
    run.befalls(nth, Network::loses_answer);
    run.play(soon);
    run.check_two_sessions_billed("open");
    CHECK(run.final_invoices()[0]["attempt_count"] == 1);
    if (run.calls() < nth) break;
    REQUIRE(nth < 100);
  }
}

TEST_CASE("Whichever answer is lost, a workshop that waits is moved to the final invoice once") {
  for (const std::chrono::milliseconds pause :
       {std::chrono::milliseconds(soon), std::chrono::milliseconds(key_gone)}) {
    for (int nth = 1;; ++nth) {
      CAPTURE(nth);
      DisturbedRun run(Card::works, Workshop::registered);
      run.befalls(nth, Network::loses_answer);
      run.play(pause);
      const auto found = run.final_invoices();
      REQUIRE(found.size() == 1);
      CHECK(found[0]["status"] == "paid");
      CHECK(found[0]["total"] == (2 + 6) * 8'000);
      CHECK(run.invoice_items().size() == 2);
      CHECK(run.row().reason.empty());
      if (run.calls() < nth) break;
      REQUIRE(nth < 100);
    }
  }
}

TEST_CASE("A failure that Stripe keeps under the key holds a final invoice up for a moment only") {
  const int calls = undisturbed_calls();
  for (int nth = 1; nth <= calls; ++nth) {
    CAPTURE(nth);
    DisturbedRun run;
    Passage passage;
    passage.fault = R"({"operation": "*", "kind": "stored_500", "times": 1})";
    run.befalls(nth, passage);
    const Instant before = run.world.clock().now();
    run.play(std::chrono::seconds(10));
    REQUIRE(run.calls() > nth);
    run.check_two_sessions_billed("paid");
    CHECK(run.world.clock().now() - before < std::chrono::minutes(2));
  }
}

TEST_CASE("Wherever the machine dies in between, one final invoice is paid") {
  int effects = never;
  for (const std::chrono::milliseconds pause :
       {std::chrono::milliseconds(soon), std::chrono::milliseconds(key_gone)}) {
    for (int nth = 1; nth <= effects; ++nth) {
      CAPTURE(nth);
      DisturbedRun run;
      int met = 0;
      int deaths = 0;
      const auto strikes = [&] {
        if (++met != nth) return false;
        ++deaths;
        return true;
      };
      run.world.dies = [&](std::string_view) { return strikes(); };
      run.world.wear = [&](Effect, std::string_view) {
        return strikes() ? Fate::dies_before : Fate::happens;
      };
      run.play(pause);
      if (deaths == 0) effects = nth - 1;
      run.check_two_sessions_billed("paid");
    }
    CHECK(effects > 30);
  }
}

TEST_CASE("A request that arrives long after it was given up bills nothing twice") {
  const int calls = undisturbed_calls();
  for (int nth = 1; nth <= calls; ++nth) {
    // Before one of the calls that follow, or once all is done.
    for (const int later : {nth + 1, nth + 2, nth + 3, nth + 5, never}) {
      CAPTURE(nth);
      CAPTURE(later);
      DisturbedRun run;
      int met = 0;
      run.world.weather = [&](const HttpRequest&, auto) -> Passage {
        if (++met == later) run.world.network().deliver_late();
        return met == nth ? Network::delays : Network::carries;
      };
      run.play(soon);
      REQUIRE(met > nth);
      run.world.network().deliver_late();
      run.check_two_sessions_billed("paid");
    }
  }
}

TEST_CASE("Two who work at one final invoice at once make one") {
  const int calls = undisturbed_calls();
  for (int nth = 1; nth <= calls; ++nth) {
    CAPTURE(nth);
    DisturbedRun run;
    int answered = 0;
    int others = 0;
    run.world.meanwhile = [&] {
      if (++answered != nth) return;
      // The other one takes all the steps there are, while the first waits for its answer.
      while (run.world.step_final_invoices()) ++others;
    };
    run.play(soon);
    CHECK(others > 0);
    run.check_two_sessions_billed("paid");
  }
}

}  // namespace billing::tests
