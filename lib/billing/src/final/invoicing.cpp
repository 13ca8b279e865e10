// SPDX-License-Identifier: Apache-2.0
#include "final/invoicing.hpp"

#include <billing/refresh.hpp>

#include "final/next_move.hpp"
#include "final/pace.hpp"
#include "final/reckoning.hpp"
#include "final/settling.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace billing {
namespace {

class Invoicing {
 public:
  Invoicing(const FinalInvoiceParts& parts, FinalInvoice row, const Subscription& subscription,
            FinalInvoicePace& pace)
      : parts_(parts), row_(std::move(row)), subscription_(subscription), pace_(pace) {}

  Result<void> step() {
    const Result<Move> move = look();
    if (!move) return tl::unexpected(move.error());
    if (move->kind == Move::Kind::finish) return finish(*move);
    if (pace_.refusals >= refusals_max) return give_up();
    if (auto noted = note_invoice(*move); !noted) return noted;
    auto done = write(*move);
    if (!done) judge(*move, done.error());
    return done;
  }

 private:
  Result<Move> look() {
    const auto invoices = parts_.health.noted(parts_.stripe.invoices(row_.customer, one_try));
    if (!invoices) return tl::unexpected(invoices.error());
    const auto items = parts_.health.noted(parts_.stripe.invoice_items(row_.customer, one_try));
    if (!items) return tl::unexpected(items.error());
    auto events = events_of(parts_.ledger, subscription_);
    if (!events) return failure(std::move(events));
    std::erase_if(*events, [&](const RecordedEvent& each) {
      return each.event->kind != UsageKind::workshop || each.final_invoice_of != row_.subscription;
    });
    return next_move({.row = row_,
                      .invoices = *invoices,
                      .invoice_items = *items,
                      .workshops = *events,
                      .payment_refused = pace_.payment_refused});
  }

  /// The row names the invoice before anything is done to it.
  Result<void> note_invoice(const Move& move) {
    if (move.invoice.empty() || move.invoice == row_.invoice ||
        move.kind == Move::Kind::delete_draft) {
      return {};
    }
    row_.invoice = move.invoice;
    const auto advanced = parts_.rows.advance(row_, FinalStep::frozen, {});
    if (!advanced) return tl::unexpected(advanced.error());
    return {};
  }

  Result<void> write(const Move& move) {
    const auto simple = [&](const char* what) { return key(move.invoice.text(), what); };
    stripe::Client& stripe = parts_.stripe;
    switch (move.kind) {
      case Move::Kind::create_invoice: return create();
      case Move::Kind::add_usage: return add_usage(move.invoice);
      case Move::Kind::add_workshop: return add_workshop(move);
      case Move::Kind::delete_item: return noted(stripe.delete_invoice_item(move.item, one_try));
      case Move::Kind::delete_draft: return delete_draft(move.invoice);
      case Move::Kind::finalize:
        return noted(stripe.finalize_invoice(move.invoice, simple("finalize"), one_try));
      case Move::Kind::pay:
        return noted(stripe.pay_invoice(move.invoice, {}, simple("pay"), one_try));
      case Move::Kind::let_collect:
        return noted(stripe.let_stripe_collect(move.invoice, simple("collect"), one_try));
      case Move::Kind::finish: break;
    }
    return {};
  }

  template <class T>
  Result<void> noted(Result<T> result) {
    auto seen = parts_.health.noted(std::move(result));
    if (!seen) return failure(std::move(seen));
    return {};
  }

  IdempotencyKey key(const std::string& of, const std::string& what) const {
    return IdempotencyKey(fmt::format("final/{}/{}/{}", of, what, pace_.key_number));
  }

  Result<void> create() {
    const Result<bool> deleted = is_deleted(parts_, row_.customer);
    if (!deleted) return tl::unexpected(deleted.error());
    if (*deleted) {
      return finish(
          {.outcome = "customer_deleted",
           .reason = fmt::format("customer {} was deleted at Stripe", row_.customer.text())});
    }
    auto made = parts_.health.noted(parts_.stripe.create_invoice(
        {.customer = row_.customer,
         .currency = row_.unit_amount.currency,
         .default_payment_method =
             pace_.without_card ? PaymentMethodId() : subscription_.default_payment_method,
         .metadata = {{"challenge_id", parts_.challenge_id},
                      {final_invoice_mark, row_.subscription.text()}}},
        key(row_.subscription.text(), "invoice"), one_try));
    if (!made) return failure(std::move(made));
    if (auto noted = note_invoice({.kind = Move::Kind::add_usage, .invoice = made->id}); !noted) {
      return noted;
    }
    tell(parts_.observer, Severity::info, "final_invoice_made", row_);
    return {};
  }

  Result<void> add_usage(const InvoiceId& invoice) {
    const auto what = product_name();
    if (!what) return tl::unexpected(what.error());
    return noted(parts_.stripe.create_invoice_item(
        {.customer = row_.customer,
         .invoice = invoice,
         .unit_amount = row_.unit_amount,
         .product = row_.product,
         .quantity = row_.quantity,
         .description = fmt::format("{} × {} (after the subscription ended)", row_.quantity, *what),
         .period_start = row_.period_start,
         .period_end = row_.ended_at,
         .metadata = {{"challenge_id", parts_.challenge_id},
                      {final_invoice_mark, row_.subscription.text()}}},
        key(invoice.text(), "usage"), one_try));
  }

  Result<std::string> product_name() {
    const auto offerings = parts_.store.offerings();
    if (!offerings) return tl::unexpected(offerings.error());
    const auto found = std::ranges::find(offerings->prices, row_.product, &OfferedPrice::product);
    return found == offerings->prices.end() ? std::string("session") : found->product_name;
  }

  /// By what its price comes to, since one that is no longer sold can't be used itself.
  Result<void> add_workshop(const Move& move) {
    const WorkshopLine& line = move.workshop;
    const auto price = parts_.health.noted(parts_.stripe.price(line.price, one_try));
    if (!price) return tl::unexpected(price.error());
    return noted(parts_.stripe.create_invoice_item(
        {.customer = row_.customer,
         .invoice = move.invoice,
         .unit_amount = {.minor = price->unit_amount.value_or(0), .currency = price->currency},
         .product = price->product,
         .quantity = line.quantity,
         .description = line.description,
         .metadata = {{"challenge_id", parts_.challenge_id},
                      {"event", line.event},
                      {"subscription", row_.subscription.text()}}},
        key(move.invoice.text(), line.event), one_try));
  }

  Result<void> delete_draft(const InvoiceId& draft) {
    if (auto gone = noted(parts_.stripe.delete_draft_invoice(draft, one_try)); !gone) return gone;
    return parts_.store.forget(draft);
  }

  /// What a failed write means for the next.
  void judge(const Move& move, const Error& error) {
    if (is_kept_under_key(error)) ++pace_.key_number;
    if (!is_refusal(error)) return;
    if (move.kind == Move::Kind::pay) {
      pace_.payment_refused = true;
    } else if (error.stripe->param == "default_payment_method") {
      pace_.without_card = true;
    } else {
      count_refusal(pace_, error);
    }
  }

  Result<void> give_up() {
    return finish({.outcome = "refused",
                   .reason = "Stripe does not take it, bill it by hand: " + pace_.refused_by});
  }

  Result<void> finish(const Move& move) {
    FinalInvoice after = row_;
    after.step = FinalStep::done;
    if (!move.invoice.empty()) {
      // For the page, which links it.
      Refresh refresh(parts_.stripe, parts_.store, parts_.health);
      if (auto read = refresh.invoice(move.invoice, one_try); !read)
        return failure(std::move(read));
    }
    if (!move.invoice.empty()) after.invoice = move.invoice;
    after.outcome = move.outcome;
    if (!move.reason.empty()) add_reason(after.reason, move.reason);
    const auto advanced = parts_.rows.advance(after, FinalStep::frozen, {});
    if (!advanced) return tl::unexpected(advanced.error());
    if (!*advanced) return {};
    if (!move.reason.empty()) {
      tell(parts_.observer, Severity::warning, "final_invoice_differs", after);
    } else {
      const bool paid = after.outcome == "paid";
      tell(parts_.observer, paid ? Severity::info : Severity::warning,
           paid ? "final_invoice_paid" : "final_invoice_left_open", after);
    }
    return {};
  }

  const FinalInvoiceParts& parts_;
  FinalInvoice row_;
  const Subscription& subscription_;
  FinalInvoicePace& pace_;
};

}  // namespace

Result<void> invoice_step(const FinalInvoiceParts& parts, FinalInvoice row,
                          const Subscription& subscription, FinalInvoicePace& pace) {
  return Invoicing(parts, std::move(row), subscription, pace).step();
}

}  // namespace billing
