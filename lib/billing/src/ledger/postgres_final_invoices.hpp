// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/final_invoice_store.hpp>

#include "ledger/postgres_database.hpp"

#include <string>

namespace billing::postgres {

/// The FinalInvoiceStore on PostgreSQL. `session` must outlive it. It changes no event that is
/// pending: whose turn those have is the ledger's alone.
///
/// What `to_do` answers is this server's for some minutes: other servers leave it alone, so that
/// no two of them write to one invoice at Stripe.
class PostgresFinalInvoices final : public FinalInvoiceStore {
 public:
  /// `worker` tells this server from others.
  PostgresFinalInvoices(Session& session, std::string worker)
      : session_(session), worker_(std::move(worker)) {}

  Result<std::vector<FinalInvoice>> to_do() override;
  Result<std::vector<FinalInvoice>> list() override;
  Result<std::optional<FinalInvoice>> find(const SubscriptionId& subscription) override;
  Result<bool> advance(const FinalInvoice& after, FinalStep from,
                       std::span<const ReckonedEvent> events) override;
  Result<std::vector<RecordedEvent>> strays(int limit) override;
  Result<void> refuse_stray(std::int64_t sequence, const std::string& reason) override;

 private:
  Session& session_;
  const std::string worker_;
};

}  // namespace billing::postgres
