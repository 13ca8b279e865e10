// SPDX-License-Identifier: Apache-2.0
#include "invoice_page.hpp"

#include "calendar.hpp"
#include "html.hpp"
#include "money.hpp"
#include "page_parts.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

std::string line_html(const Invoice& invoice, const InvoiceLine& line) {
  const std::string span =
      line.period.start == line.period.end
          ? long_date(line.period.start)
          : fmt::format("{} to {}", long_date(line.period.start), long_date(line.period.end));
  return fmt::format(R"(<li class="Line">
<div><p class="Line-name">{}</p><p class="Line-terms">{}</p></div>
<p class="Line-amount">{}</p>
</li>
)",
                     escaped(line.description), span,
                     escaped(money_text(line.amount, invoice.currency)));
}

std::string total_html(std::string_view name, std::int64_t amount, const Invoice& invoice,
                       std::string_view more = "") {
  return fmt::format("<div{}><dt>{}</dt><dd>{}</dd></div>\n", more, name,
                     escaped(money_text(amount, invoice.currency)));
}

std::string totals_html(const Invoice& invoice) {
  std::string html = total_html("Total", invoice.total, invoice);
  if (invoice.starting_balance != 0) {
    html += total_html("Applied balance", invoice.due() - invoice.total, invoice);
  }
  const std::int64_t left = invoice.paid() ? 0 : invoice.due();
  return html + total_html("Amount due", left, invoice, R"( class="Totals-due")");
}

// What the state means for who looks at it.
std::string note_of(const Invoice& invoice) {
  if (invoice.paid()) return "Paid on " + long_date(*invoice.paid_at);
  if (invoice.status == "void") return "Void: nothing is to be paid any more";
  if (invoice.due_date) return "Due " + long_date(*invoice.due_date);
  return "To be paid";
}

std::string summary_html(const Invoice& invoice) {
  std::string lines;
  for (const InvoiceLine& line : invoice.lines) lines += line_html(invoice, line);
  const std::string to = invoice.customer_name.value_or(invoice.customer_email.value_or(""));
  return fmt::format(R"(<section class="Summary"><div class="Summary-inner">
<div class="TopBar"><span class="Badge">TEST MODE</span></div>
<h1>Invoice {number}{to}</h1>
<p class="Price">{due}</p>
<p class="Note" data-testid="invoice-status" data-status="{status}">{note}</p>
<ul class="Lines">
{lines}</ul>
<dl class="Totals">
{totals}</dl>
</div></section>
)",
                     fmt::arg("number", escaped(*invoice.number)),
                     fmt::arg("to", to.empty() ? "" : " to " + escaped(to)),
                     fmt::arg("due", escaped(money_text(invoice.due(), invoice.currency))),
                     fmt::arg("status", invoice.status), fmt::arg("note", note_of(invoice)),
                     fmt::arg("lines", lines), fmt::arg("totals", totals_html(invoice)));
}

std::string form_html(const Invoice& invoice, const std::string& at, const CardErrors& errors,
                      std::string_view declined) {
  const std::string card = card_inputs({.number = "cardNumber",
                                        .expiry = "cardExpiry",
                                        .cvc = "cardCvc",
                                        .number_error = errors.number,
                                        .expiry_error = errors.expiry,
                                        .cvc_error = errors.cvc});
  return fmt::format(R"(<form class="PaymentForm-form" method="post" action="{at}" novalidate>
<h2>Pay with card</h2>
<p class="Hint">This is a sandbox: don't type a real card. Test card
<strong>4242 4242 4242 4242</strong>, any future date, any security code.</p>
{declined}
<fieldset class="Group"><legend>Card information</legend>
{card}</fieldset>
<button class="SubmitButton" type="submit" data-testid="hosted-payment-submit-button">Pay
{due}</button>
</form>
)",
                     fmt::arg("at", escaped(at)), fmt::arg("declined", form_error(declined)),
                     fmt::arg("card", card),
                     fmt::arg("due", escaped(money_text(invoice.due(), invoice.currency))));
}

}  // namespace

std::string invoice_page(const Invoice& invoice, const std::string& at, const CardErrors& errors,
                         std::string_view declined) {
  const bool open = invoice.status == "open" || invoice.status == "uncollectible";
  const std::string body = fmt::format(
      R"(<div class="App">
{}<main class="Payment">
{}{}
</main>
</div>)",
      summary_html(invoice), open ? form_html(invoice, at, errors, declined) : "", page_footer());
  return document("Invoice (test mode)", body);
}

}  // namespace sandbox
