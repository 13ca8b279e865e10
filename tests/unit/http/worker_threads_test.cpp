// SPDX-License-Identifier: Apache-2.0
#include "http/worker_threads.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <latch>

namespace billing::apps {

TEST_CASE("A thread is started only for a job that no other is free for") {
  WorkerThreads workers(8);
  CHECK(workers.threads() == 0);
  std::latch started(3);
  std::latch end(1);
  // None of them goes on before all three have begun: each needs a thread of its own.
  for (int i = 0; i < 3; ++i) {
    workers.run([&] {
      started.count_down();
      end.wait();
    });
  }
  started.wait();
  CHECK(workers.threads() == 3);
  end.count_down();
  workers.stop();
}

TEST_CASE("Beyond the most threads there may be, jobs wait for their turn") {
  WorkerThreads workers(2);
  std::latch begin(1);
  std::atomic<int> done{0};
  for (int i = 0; i < 50; ++i) {
    workers.run([&] {
      begin.wait();
      ++done;
    });
  }
  CHECK(workers.threads() == 2);
  begin.count_down();
  workers.stop();
  CHECK(done == 50);
}

TEST_CASE("Jobs that come one after the other share threads") {
  WorkerThreads workers(64);
  for (int i = 0; i < 100; ++i) {
    std::latch done(1);
    workers.run([&] { done.count_down(); });
    done.wait();
  }
  // A second one is started when a job comes while the first has not yet come back for it.
  CHECK(workers.threads() < 20);
  workers.stop();
}

}  // namespace billing::apps
