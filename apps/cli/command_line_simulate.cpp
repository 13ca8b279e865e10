// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.hpp"
#include "simulation/story.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace billing::apps {
namespace {

constexpr std::int64_t count_max = 100'000'000;

constexpr const char* simulate_footer =
    R"(Each seed is a story: people sign up, buy either package, click, register for
workshops, let their cards be declined, cancel and come back for some days,
while their Stripe, its webhooks, the network, the disk, the clock and the
machine fail in every way that is known. Then all heals, and each click and
workshop has to be on a bill exactly once, and what is known of Stripe has to be
what Stripe has. It is the real product, on a disk and a Stripe in memory; it
needs no key, touches no file, and the same seed plays the same story.

Examples:
  billing simulate --seed 7 --days 25
  billing simulate --seed 1 --count 1000 --days 25
  billing simulate --break list
  billing simulate --seed 1 --count 200 --days 25 --break fence
                                 fails, since the fence is needed

Exit codes: 0 all hold, 1 a story failed, 2 usage)";

}  // namespace

void add_simulate_command(CLI::App& app, int& exit_status) {
  CLI::App* command =
      app.add_subcommand("simulate", "Look for what is lost or billed twice, by seeds");
  command->footer(simulate_footer);
  auto options = std::make_shared<SimulateOptions>();
  command->add_option("--seed", options->seed, "The first story (1)")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber)
      ->option_text("N");
  command->add_option("--count", options->count, "How many stories, seeds N to N+K-1 (1)")
      ->type_name("K")
      ->check(CLI::Range(std::int64_t{1}, count_max))
      ->option_text("K");
  command->add_option("--days", options->days, "How long each lasts, up to 730 (25)")
      ->type_name("D")
      ->check(CLI::Range(1, simulation::story_days_max))
      ->option_text("D");
  command
      ->add_option("--break", options->without,
                   "Take this safeguard away; `list` names them, one a line")
      ->type_name("RULE");
  command->add_option("--threads", options->threads, "Stories at once (one a processor)")
      ->type_name("T")
      ->check(CLI::Range(1, 1'024))
      ->option_text("T");
  add_json(*command, options->format);
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

}  // namespace billing::apps
