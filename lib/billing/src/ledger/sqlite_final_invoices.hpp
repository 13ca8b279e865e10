// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/final_invoice_store.hpp>

#include "ledger/sqlite_database.hpp"

#include <mutex>

namespace billing::sqlite {

/// The FinalInvoiceStore on SQLite. `database`, and `mutex`, which guards it, are shared with the
/// ledger. It changes no event that is pending: whose turn those have is the ledger's alone.
class SqliteFinalInvoices final : public FinalInvoiceStore {
 public:
  SqliteFinalInvoices(Database& database, std::mutex& mutex) : database_(database), mutex_(mutex) {}

  Result<std::vector<FinalInvoice>> to_do() override;
  Result<std::vector<FinalInvoice>> list() override;
  Result<std::optional<FinalInvoice>> find(const SubscriptionId& subscription) override;
  Result<bool> advance(const FinalInvoice& after, FinalStep from,
                       std::span<const ReckonedEvent> events) override;
  Result<std::vector<RecordedEvent>> strays(int limit) override;
  Result<void> refuse_stray(std::int64_t sequence, const std::string& reason) override;

 private:
  Result<bool> mark(const SubscriptionId& subscription, const ReckonedEvent& event);

  Database& database_;
  std::mutex& mutex_;
};

}  // namespace billing::sqlite
