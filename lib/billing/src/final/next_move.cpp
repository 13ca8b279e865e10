// SPDX-License-Identifier: Apache-2.0
#include "final/next_move.hpp"

#include "final/reckoning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <ranges>
#include <set>
#include <vector>

namespace billing {
namespace {

std::string text_in(const stripe::Metadata& metadata, const std::string& name) {
  const auto found = metadata.find(name);
  return found == metadata.end() ? std::string() : found->second;
}

/// What is at Stripe of one final invoice, sorted.
class Sorted {
 public:
  explicit Sorted(const FinalView& view) : view_(view) {
    sort_invoices();
    sort_items();
    for (const RecordedEvent& row : view.workshops) wanted_.insert(row.event->id.text());
    for (const stripe::InvoiceItem* each : astray_) {
      const std::string event = text_in(each->metadata, "event");
      if (!event.empty()) wanted_.insert(event);
    }
  }

  const stripe::Invoice* kept() const { return kept_; }
  const stripe::Invoice* voided() const { return voided_; }

  bool usage_missing() const { return view_.row.quantity > 0 && usage_.empty(); }
  bool anything_wanted() const { return view_.row.quantity > 0 || missing_workshop().has_value(); }

  std::optional<WorkshopLine> missing_workshop() const {
    for (const std::string& event : wanted_) {
      if (!invoiced_.contains(event)) return line_of(event);
    }
    return std::nullopt;
  }

  /// Twice on the invoice, or somewhere else though it is on it.
  std::optional<InvoiceItemId> superfluous_item() const {
    if (kept_->status == "draft") {
      if (usage_.size() > 1) return usage_.front()->id;
      if (!twice_.empty()) return twice_.front()->id;
    }
    for (const stripe::InvoiceItem* each : astray_) {
      const std::string event = text_in(each->metadata, "event");
      if (event.empty() ? !usage_missing() : invoiced_.contains(event)) return each->id;
    }
    return std::nullopt;
  }

  /// One with nothing on it: what is on a draft waits for another invoice once that is deleted.
  const stripe::Invoice* superfluous_draft() const {
    for (const stripe::Invoice* draft : drafts_) {
      const bool empty = std::ranges::none_of(
          astray_, [&](const stripe::InvoiceItem* each) { return each->invoice == draft->id; });
      if (empty) return draft;
    }
    return nullptr;
  }

  /// What is not as it was frozen, once the invoice can't be changed any more.
  std::string difference() const {
    std::int64_t billed = 0;
    for (const stripe::InvoiceItem* each : usage_) billed += each->quantity;
    std::string text;
    if (billed != view_.row.quantity) {
      text = fmt::format(
          "{} bills {} sessions where {} are owed: somebody changed it, see to the "
          "rest by hand",
          kept_->id.text(), billed, view_.row.quantity);
    }
    if (missing_workshop()) {
      text += fmt::format("{}{} lacks workshops: bill them by hand", text.empty() ? "" : "; ",
                          kept_->id.text());
    }
    return text;
  }

 private:
  /// Newest first, as they come: so the last of a kind is the oldest.
  void sort_invoices() {
    for (const stripe::Invoice& each : view_.invoices) {
      if (text_in(each.metadata, final_invoice_mark) != view_.row.subscription.text()) continue;
      if (each.status == "void") {
        voided_ = &each;
      } else if (each.status == "draft") {
        drafts_.push_back(&each);
      } else {
        kept_ = &each;
      }
    }
    if (kept_ != nullptr || drafts_.empty()) return;
    kept_ = drafts_.back();
    drafts_.pop_back();
  }

  bool on_superfluous_draft(const stripe::InvoiceItem& item) const {
    return std::ranges::any_of(
        drafts_, [&](const stripe::Invoice* each) { return each->id == item.invoice; });
  }

  void sort_items() {
    const std::string& subscription = view_.row.subscription.text();
    for (const stripe::InvoiceItem& each : view_.invoice_items) {
      const bool usage = text_in(each.metadata, final_invoice_mark) == subscription;
      if (!usage && !is_workshop_of(each, view_.row.subscription)) continue;
      const bool on_kept = kept_ != nullptr && each.invoice == kept_->id;
      if (each.invoice.empty() || on_superfluous_draft(each)) {
        astray_.push_back(&each);
      } else if (usage) {
        if (on_kept) usage_.push_back(&each);
      } else if (!invoiced_.insert(text_in(each.metadata, "event")).second && on_kept) {
        twice_.push_back(&each);
      }
    }
  }

  std::optional<WorkshopLine> line_of(const std::string& event) const {
    for (const stripe::InvoiceItem* each : astray_) {
      if (text_in(each->metadata, "event") != event) continue;
      return WorkshopLine{event, each->price, each->quantity, each->description};
    }
    for (const RecordedEvent& row : view_.workshops) {
      if (row.event->id.text() != event) continue;
      return WorkshopLine{event, row.event->price, row.event->quantity, {}};
    }
    return std::nullopt;
  }

  const FinalView& view_;
  const stripe::Invoice* kept_ = nullptr;
  const stripe::Invoice* voided_ = nullptr;
  std::vector<const stripe::Invoice*> drafts_;     ///< All but the one that is kept.
  std::vector<const stripe::InvoiceItem*> usage_;  ///< On the one that is kept.
  /// Ours, and waiting for an invoice or on a draft that is to go.
  std::vector<const stripe::InvoiceItem*> astray_;
  std::vector<const stripe::InvoiceItem*> twice_;
  std::set<std::string> invoiced_;  ///< Workshops that are on an invoice.
  std::set<std::string> wanted_;    ///< Those that have to be.
};

Move finish(std::string outcome, std::string reason) {
  return {.kind = Move::Kind::finish, .outcome = std::move(outcome), .reason = std::move(reason)};
}

Move without_invoice(const FinalView& view, const Sorted& sorted) {
  if (sorted.voided() != nullptr) {
    return finish("void", sorted.voided()->id.text() +
                              " was voided by hand: if it is owed all the same, bill it by hand");
  }
  if (!view.row.invoice.empty()) {
    return finish("deleted", view.row.invoice.text() +
                                 " was deleted by hand: if it is owed all the same, bill it by "
                                 "hand");
  }
  if (!sorted.anything_wanted()) return finish("nothing_owed", "somebody has invoiced it");
  return {.kind = Move::Kind::create_invoice};
}

/// What the invoice lacks, or what is too much beside it.
std::optional<Move> tidied(const Sorted& sorted) {
  const stripe::Invoice& invoice = *sorted.kept();
  if (invoice.status == "draft") {
    if (sorted.usage_missing()) return Move{.kind = Move::Kind::add_usage, .invoice = invoice.id};
    if (auto workshop = sorted.missing_workshop()) {
      return Move{.kind = Move::Kind::add_workshop,
                  .invoice = invoice.id,
                  .workshop = std::move(*workshop)};
    }
  }
  if (auto item = sorted.superfluous_item()) {
    return Move{.kind = Move::Kind::delete_item, .invoice = invoice.id, .item = std::move(*item)};
  }
  if (const stripe::Invoice* draft = sorted.superfluous_draft()) {
    return Move{.kind = Move::Kind::delete_draft, .invoice = draft->id};
  }
  return std::nullopt;
}

}  // namespace

Move next_move(const FinalView& view) {
  const Sorted sorted(view);
  if (sorted.kept() == nullptr) return without_invoice(view, sorted);
  if (auto move = tidied(sorted)) return std::move(*move);
  const stripe::Invoice& invoice = *sorted.kept();
  if (invoice.status == "draft") return {.kind = Move::Kind::finalize, .invoice = invoice.id};
  if (invoice.status == "open") {
    if (!invoice.attempted && !view.payment_refused) {
      return {.kind = Move::Kind::pay, .invoice = invoice.id};
    }
    if (!invoice.auto_advance) return {.kind = Move::Kind::let_collect, .invoice = invoice.id};
  }
  Move end = finish(invoice.status, sorted.difference());
  end.invoice = invoice.id;
  return end;
}

}  // namespace billing
