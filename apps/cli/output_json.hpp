// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/catalog.hpp>
#include <billing/data.hpp>
#include <billing/data_copy.hpp>
#include <billing/ledger.hpp>
#include <billing/provisioning.hpp>
#include <billing/reconciling.hpp>
#include <billing/restoring.hpp>

#include "cli/doctor_checks.hpp"
#include "cli/event_invoices.hpp"
#include "cli/webhook_acting.hpp"
#include "simulation/story.hpp"

#include <string>
#include <vector>

/// What `--json` prints, for programs: fields are added, never renamed. Each ends with a line end.
namespace billing::apps {

std::string json(const std::vector<ProvisionedObject>& objects);
std::string json(const Offerings& offerings);
std::string json(const std::vector<ListedEvent>& events);
std::string json(const std::vector<InboxRow>& events);
std::string json(const HealedGaps& healed);

/// A copy of the data file, and what is in it.
struct LedgerBackup {
  std::string file;
  LedgerTotals totals;
};
std::string json(const LedgerBackup& backup);
std::string json(const RestoredLedger& restored);
std::string json(const std::vector<ReconciledPeriod>& periods);
std::string json(const std::vector<Finding>& findings);
std::string json(const std::vector<Migration>& migrations, bool applied);
std::string json(const std::vector<CopiedTable>& tables);
std::string json(const simulation::StoriesReport& report);

}  // namespace billing::apps
