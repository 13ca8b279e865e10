// SPDX-License-Identifier: Apache-2.0
#include <billing/api.hpp>
#include <billing/cached_store.hpp>
#include <billing/curl_sender.hpp>
#include <billing/curl_transport.hpp>
#include <billing/data.hpp>
#include <billing/delivery.hpp>
#include <billing/error_codes.hpp>
#include <billing/final_invoices.hpp>
#include <billing/group_commit.hpp>
#include <billing/webhooks.hpp>

#include "http/http_listener.hpp"
#include "sandbox/sandbox_host.hpp"
#include "server/catalog_keeper.hpp"
#include "server/chores.hpp"
#include "server/file_limit.hpp"
#include "server/front.hpp"
#include "server/housekeeper.hpp"
#include "server/log_observer.hpp"
#include "server/server_clock.hpp"
#include "server/server_settings.hpp"
#include "server/temporary_folder.hpp"
#include "signals/stop_signals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <thread>

namespace billing::apps {
namespace {

constexpr std::size_t body_bytes_max = 64 * 1024;
constexpr std::size_t webhook_bytes_max = 1024 * 1024;
/// Customers kept in memory, about a kilobyte each.
constexpr std::size_t customers_kept_max = 20'000;

Result<ServerSettings> read_settings_of(const ServerFlags& flags) {
  const Result<Environment> environment = Environment::read();
  if (!environment) return tl::unexpected(environment.error());
  return server_settings(read_settings(*environment, flags.overrides), flags);
}

/// What was named, or a file that goes with the process.
struct OpenedData {
  std::optional<TemporaryFolder> folder;
  std::unique_ptr<Data> data;
};

Result<OpenedData> open_data_of(const ServerSettings& settings, const Clock& clock) {
  OpenedData opened;
  std::string url;
  if (settings.database_url) {
    url = *settings.database_url;
  } else {
    Result<TemporaryFolder> folder = TemporaryFolder::make();
    if (!folder) return failure(std::move(folder));
    url = "sqlite:" + (folder->path() / "billing.db").string();
    opened.folder.emplace(std::move(*folder));
  }
  Result<std::unique_ptr<Data>> data = open_data(url, DataAccess::owner, clock);
  if (!data) return failure(std::move(data));
  opened.data = std::move(*data);
  return opened;
}

/// The store as clicks read it: in memory, where nobody else writes to it.
class QuickStore {
 public:
  explicit QuickStore(Data& data) : store_(data.store()) {
    if (!data.shared()) cached_.emplace(store_, customers_kept_max);
  }
  Store& get() { return cached_ ? static_cast<Store&>(*cached_) : store_; }

 private:
  Store& store_;
  std::optional<CachedStore> cached_;
};

Front::Deliverers deliverers_of(const Data& data) {
  return data.shared() ? Front::Deliverers::several_servers : Front::Deliverers::this_server;
}

Result<StaticFiles> open_page(const ServerSettings& settings) {
  if (settings.static_dir) {
    return StaticFiles::open(*settings.static_dir, PagePolicy::frames_refused);
  }
  return StaticFiles::open(own_page_folder(), PagePolicy::own_files_only);
}

/// As it stands in a URL: an IPv6 address needs brackets there.
std::string authority(const std::string& host, int port) {
  const bool bare_ipv6 = host.find(':') != std::string::npos && !host.starts_with('[');
  return fmt::format("{}{}{}:{}", bare_ipv6 ? "[" : "", host, bare_ipv6 ? "]" : "", port);
}

Doors doors_of(const ServerSettings& settings, int port) {
  Doors doors{.own_names = loopback_names(port),
              .allowed_origins = settings.allowed_origins,
              .open_paths = {"/webhook"}};
  doors.own_names.push_back(authority(settings.host, port));
  if (settings.public_url) {
    const Result<BaseUrl> url = parse_base_url(*settings.public_url);
    require(url.has_value());  // Checked when the settings were.
    doors.own_names.push_back(url->authority);
  }
  return doors;
}

std::size_t body_limit(const std::string& path) {
  return path == "/webhook" ? webhook_bytes_max : body_bytes_max;
}

/// Where Stripe is a stand-in, which speaks no HTTP/2, each has a connection of its own: the one
/// carried along has a thread for each, and a file too many would be missing elsewhere.
std::size_t room_for_deliveries(const ServerSettings& settings) {
  constexpr std::size_t sandbox_connections = 48;
  constexpr std::size_t other_files = 100;
  const std::size_t files = raise_file_limit();
  const std::size_t taken = settings.threads + other_files;
  const std::size_t room = settings.sandbox ? sandbox_connections : settings.deliveries;
  return std::clamp<std::size_t>(files > taken ? files - taken : 1, 1,
                                 std::min(room, settings.deliveries));
}

/// To Stripe: for calls that somebody waits for, and for deliveries.
struct Ways {
  std::unique_ptr<CurlTransport> one_by_one;
  std::unique_ptr<CurlSender> many;
  std::size_t at_once = 0;
};

Result<Ways> open_ways(const std::string& api_base, const ServerSettings& settings,
                       const Clock& clock) {
  const std::size_t at_once = room_for_deliveries(settings);
  auto one_by_one = CurlTransport::open(api_base, settings.secret_key);
  if (!one_by_one) {
    return failure(one_by_one.error().code, "STRIPE_API_BASE: " + one_by_one.error().message);
  }
  auto many = CurlSender::open(api_base, settings.secret_key, at_once, clock);
  if (!many) return failure(std::move(many));
  return Ways{.one_by_one = std::move(*one_by_one), .many = std::move(*many), .at_once = at_once};
}

/// Stripe itself, or a stand-in that is carried along.
struct StripeSide {
  std::unique_ptr<SandboxHost> sandbox = nullptr;
  std::string api_base;
  std::vector<std::string> webhook_secrets;
};

Result<StripeSide> find_stripe(const ServerSettings& settings, const std::string& own_name,
                               std::uint64_t seed, const Clock& machine) {
  if (!settings.sandbox) {
    return StripeSide{.api_base = settings.stripe_api_base,
                      .webhook_secrets = settings.webhook_secrets};
  }
  auto started = SandboxHost::start({.port = settings.sandbox_port,
                                     .seed = seed,
                                     .forward_to = "http://" + own_name + "/webhook",
                                     .receivers_follow = true},
                                    machine);
  if (!started) return failure(std::move(started));
  const std::string url = (*started)->url();
  const std::string secret = (*started)->webhook_secret();
  return StripeSide{.sandbox = std::move(*started), .api_base = url, .webhook_secrets = {secret}};
}

/// What scripts wait for: one line a listener, once it answers.
void announce(const SandboxHost* sandbox, const std::string& own_url) {
  if (sandbox != nullptr) {
    fmt::print("sandbox listening on {}\n", sandbox->url());
    fmt::print("inspector: {}/_sandbox/\n", sandbox->url());
  }
  fmt::print("billing-server listening on {}\n", own_url);
  std::fflush(stdout);
}

/// Everything is wired here, in the order of need, and goes in the reverse order.
Result<void> serve(const ServerSettings& settings, StopSignals& signals) {
  const SystemClock machine;
  ServerClock clock;
  SystemEntropy entropy;
  LogObserver log(clock);
  const Result<Catalog> catalog = devchat_catalog(settings.challenge_id);
  if (!catalog) return tl::unexpected(catalog.error());
  Result<StaticFiles> page = open_page(settings);
  if (!page) return failure(std::move(page));
  auto listener = HttpListener::bind(
      {.host = settings.host, .port = settings.port, .threads = settings.threads});
  if (!listener) return failure(std::move(listener));
  Result<OpenedData> opened = open_data_of(settings, clock);
  if (!opened) return failure(std::move(opened));
  Data& data = *opened->data;

  const std::string own_name = authority(settings.host, (*listener)->port());
  Result<StripeSide> there = find_stripe(settings, own_name, entropy.next(), machine);
  if (!there) return failure(std::move(there));
  if (there->sandbox) clock.follow(*there->sandbox);
  auto ways = open_ways(there->api_base, settings, clock);
  if (!ways) return failure(std::move(ways));
  RateLimit limit(clock, settings.stripe_rate);
  stripe::Client stripe(*ways->one_by_one, clock, entropy, log,
                        {.secret_key = settings.secret_key, .limit = &limit});
  StripeHealth health(clock, entropy);

  Doors doors = doors_of(settings, (*listener)->port());

  GroupCommit ledger(data.ledger());
  QuickStore quick_store(data);
  Store& store = quick_store.get();
  if (there->webhook_secrets.empty()) log.observe(missing_webhook_secret());
  Webhooks webhooks(data.inbox(), ledger, store, stripe, health, clock, log,
                    there->webhook_secrets);
  FinalInvoices final_invoices(
      {ledger, data.final_invoices(), store, stripe, health, clock, log, settings.challenge_id});
  Api api(ledger, store, data.final_invoices(), stripe, health, webhooks, clock, entropy, log,
          {.public_url = settings.public_url,
           .catalog = *catalog,
           .settle_wait = settings.settle_wait});
  if (auto resumed = api.resume(); !resumed) return resumed;
  Delivery delivery(ledger, stripe, health, limit, clock, entropy, log,
                    {.challenge_id = settings.challenge_id});
  SettlementBoard board(settings.threads / 2);
  Deliveries deliveries({delivery, *ways->many, health, board, clock, log}, ways->at_once);
  Front front(api, *page, board, deliveries, clock, deliverers_of(data));
  Housekeeper housekeeper(
      clock, log,
      {gap_chore(webhooks, clock), webhook_chore(webhooks), final_invoice_chore(final_invoices)});

  std::optional<Error> foreign;
  CatalogKeeper keeper(stripe, health, store, api, log, *catalog, /*livemode=*/false,
                       {.on_ready =
                            [&] {
                              deliveries.start();
                              webhooks.begin();
                              housekeeper.start();
                            },
                        .on_foreign =
                            [&](const Error& error) {
                              foreign = error;
                              StopSignals::raise();
                            }});
  if (auto started = keeper.start(); !started) return started;

  std::thread answering([&] {
    (*listener)->run(std::move(doors), body_limit,
                     [&](const Incoming& incoming) { return front.answer(incoming.request); });
  });
  announce(there->sandbox.get(), "http://" + own_name);
  signals.wait();
  (*listener)->stop();
  answering.join();
  keeper.stop();
  housekeeper.stop();
  deliveries.stop();
  if (foreign) return tl::unexpected(*foreign);
  return {};
}

}  // namespace
}  // namespace billing::apps

int main(int argc, char** argv) {
  billing::apps::StopSignals signals;
  const billing::apps::CommandLine line = billing::apps::read_command_line(argc, argv);
  if (line.exit_code) return *line.exit_code;
  const auto settings = billing::apps::read_settings_of(line.flags);
  billing::Result<void> served;
  if (settings) {
    served = billing::apps::serve(*settings, signals);
  } else {
    served = tl::unexpected(settings.error());
  }
  if (served) return 0;
  fmt::print(stderr, "billing-server: {}\n", served.error().message);
  return billing::exit_code(served.error());
}
