// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/final_invoice_store.hpp>
#include <billing/stripe_objects.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace billing {

/// The metadata by which a final invoice, and its line of usage, are found again.
inline constexpr const char* final_invoice_mark = "final_invoice_of";

/// A workshop as a line of the final invoice.
struct WorkshopLine {
  std::string event;
  PriceId price;
  std::int64_t quantity = 0;
  std::string description;  ///< Empty: Stripe's.
};

/// The next thing to do about a frozen final invoice; each is one write at Stripe, or the end.
struct Move {
  enum class Kind {
    create_invoice,
    add_usage,
    add_workshop,
    delete_item,
    delete_draft,
    finalize,
    pay,
    let_collect,  ///< Leaves it to Stripe's schedule, and to its page.
    finish,
  };
  Kind kind = Kind::finish;
  InvoiceId invoice = {};      ///< Of all but the first.
  InvoiceItemId item = {};     ///< To be deleted.
  WorkshopLine workshop = {};  ///< To be added.
  std::string outcome = {};    ///< Of the finish …
  std::string reason = {};     ///< … and what is odd about it.
};

/// All that Stripe and the disk know of a frozen final invoice.
struct FinalView {
  const FinalInvoice& row;
  std::span<const stripe::Invoice> invoices;           ///< The customer's, newest first.
  std::span<const stripe::InvoiceItem> invoice_items;  ///< Likewise.
  std::span<const RecordedEvent> workshops;            ///< Those that are marked as on it.
  bool payment_refused = false;                        ///< Stripe would not even try it.
};

/// Depends on nothing but what was just read, so that a step whose answer was lost, or that
/// somebody else took, is seen as taken. Of two drafts the older stays. Where somebody else had a
/// hand in it, it ends, and the reason says how things stand.
Move next_move(const FinalView& view);

}  // namespace billing
