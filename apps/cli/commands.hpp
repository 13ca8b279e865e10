// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/catalog.hpp>

#include <cstdint>
#include <optional>
#include <string>

/// What each command does once its command line is understood. Each prints to stdout, complains on
/// stderr, and answers the exit code.
namespace billing::apps {

enum class OutputFormat { table, json };

struct ProvisionOptions {
  std::string api_base = {};  ///< Empty: as the environment says; so below.
  std::optional<PriceRole> only_price = std::nullopt;
  std::string webhook_url = {};  ///< Empty: no webhook endpoint is asked for.
  bool dry_run = false;
  OutputFormat format = OutputFormat::table;
};
int run(const ProvisionOptions& options);

struct OfferingsOptions {
  std::string api_base = {};
  OutputFormat format = OutputFormat::table;
};
int run(const OfferingsOptions& options);

struct UsageListOptions {
  std::string customer = {};  ///< Empty: all.
  std::string state = {};     ///< Empty: all.
  int limit = 100;
  OutputFormat format = OutputFormat::table;
};
int run(const UsageListOptions& options);

struct WebhooksListOptions {
  std::string state = {};  ///< Empty: all.
  int limit = 100;
  OutputFormat format = OutputFormat::table;
};
int run(const WebhooksListOptions& options);

struct WebhooksReplayOptions {
  std::string event = {};
  std::string api_base = {};
  OutputFormat format = OutputFormat::table;
};
int run(const WebhooksReplayOptions& options);

struct WebhooksGapsOptions {
  std::string api_base = {};
  OutputFormat format = OutputFormat::table;
};
int run(const WebhooksGapsOptions& options);

struct LedgerMigrateOptions {
  bool dry_run = false;
  OutputFormat format = OutputFormat::table;
};
int run(const LedgerMigrateOptions& options);

struct LedgerCopyOptions {
  std::string to = {};  ///< A PostgreSQL URL without a password.
  OutputFormat format = OutputFormat::table;
};
int run(const LedgerCopyOptions& options);

struct LedgerBackupOptions {
  std::string to = {};
  OutputFormat format = OutputFormat::table;
};
int run(const LedgerBackupOptions& options);

struct LedgerRestoredOptions {
  std::string api_base = {};
  OutputFormat format = OutputFormat::table;
};
int run(const LedgerRestoredOptions& options);

struct LedgerReconcileOptions {
  std::string api_base = {};
  OutputFormat format = OutputFormat::table;
};
int run(const LedgerReconcileOptions& options);

struct DoctorOptions {
  std::string api_base = {};
  OutputFormat format = OutputFormat::table;
};
int run(const DoctorOptions& options);

struct SimulateOptions {
  std::uint64_t seed = 1;
  std::int64_t count = 1;
  int days = 25;
  std::string without = {};  ///< A safeguard's name, or `list`; empty: none.
  int threads = 0;           ///< 0: one a processor.
  OutputFormat format = OutputFormat::table;
};
int run(const SimulateOptions& options);

}  // namespace billing::apps
