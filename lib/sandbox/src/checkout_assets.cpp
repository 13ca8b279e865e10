// SPDX-License-Identifier: Apache-2.0
#include "universe.hpp"

namespace sandbox {

std::string_view checkout_css() {
  return R"(*, *::before, *::after { box-sizing: border-box; }
:root {
  --ink: #1a1f36; --soft: #4f566b; --line: #d8dee8; --pale: #f6f8fb; --brand: #1f5fbf;
  --brand-dark: #174a96; --bad: #b3261e;
}
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; color: var(--ink); background: #fff; font-size: 16px; line-height: 1.5;
  font-family: -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial,
    sans-serif;
}
h1, h2, p, ul, dl, dd, fieldset { margin: 0; padding: 0; }
fieldset { border: 0; min-width: 0; }
ul { list-style: none; }
.App { min-height: 100vh; }
.Summary { background: var(--pale); border-bottom: 1px solid var(--line); padding: 20px; }
.Payment { padding: 28px 20px 40px; }
.Summary-inner, .PaymentForm-form, .Payment .Footer { max-width: 440px; margin: 0 auto; }
.Payment .Footer { margin-top: 28px; }
.TopBar { display: flex; align-items: center; gap: 12px; min-height: 32px; margin-bottom: 24px; }
.BackLink { color: var(--soft); text-decoration: none; font-weight: 500; }
.BackLink:hover { color: var(--ink); text-decoration: underline; }
.Badge {
  background: #ffe2b8; color: #6b3c00; border-radius: 4px; padding: 2px 8px; font-size: 12px;
  font-weight: 700; letter-spacing: .04em;
}
.Summary h1 { color: var(--soft); font-size: 17px; font-weight: 500; overflow-wrap: anywhere; }
.Price {
  font-size: 38px; line-height: 1.2; font-weight: 650; letter-spacing: -.02em; margin-top: 4px;
  overflow-wrap: anywhere;
}
.Note { color: var(--soft); margin-top: 6px; }
.Lines { margin-top: 28px; display: grid; gap: 16px; }
.Line { display: flex; justify-content: space-between; gap: 20px; }
.Line > div { min-width: 0; }
.Line-name, .Line-amount { font-weight: 600; overflow-wrap: anywhere; }
.Line-amount { white-space: nowrap; }
.Line-terms { color: var(--soft); font-size: 14px; overflow-wrap: anywhere; }
.Totals { margin-top: 20px; border-top: 1px solid var(--line); }
.Totals div { display: flex; justify-content: space-between; gap: 20px; padding-top: 14px; }
.Totals-due { margin-top: 14px; border-top: 1px solid var(--line); font-weight: 650; }
.PaymentForm-form { display: grid; gap: 18px; }
.PaymentForm-form h2 { font-size: 20px; font-weight: 650; }
.Hint {
  background: #fff7e8; border: 1px solid #f2d9a8; border-radius: 6px; padding: 10px 12px;
  font-size: 14px;
}
.Hint strong { white-space: nowrap; }
.Group { display: grid; gap: 12px; }
.Group legend { font-weight: 600; padding: 0 0 8px; }
.Row { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; align-items: start; }
.Field label, .FieldLabel {
  display: block; font-size: 14px; font-weight: 500; color: var(--soft); margin-bottom: 4px;
}
.Field input, .Field select {
  display: block; width: 100%; height: 44px; padding: 0 12px; font: inherit; color: inherit;
  background: #fff; border: 1px solid #b8c1d1; border-radius: 6px;
  box-shadow: 0 1px 2px rgb(26 31 54 / 6%);
}
.Field input::placeholder { color: #6b7488; opacity: 1; }
.Field input:focus-visible, .Field select:focus-visible, .Check input:focus-visible,
.SubmitButton:focus-visible, a:focus-visible { outline: 3px solid #9cc0f5; outline-offset: 1px; }
.Field input[aria-invalid="true"] { border-color: var(--bad); color: var(--bad); }
.FieldError { color: var(--bad); font-size: 14px; margin-top: 4px; }
.FormError {
  background: #fdecea; border: 1px solid #f3b8b3; color: #8c1d18; border-radius: 6px;
  padding: 10px 12px; overflow-wrap: anywhere;
}
.ReadOnly {
  min-height: 44px; padding: 9px 12px; background: var(--pale); border: 1px solid var(--line);
  border-radius: 6px; overflow-wrap: anywhere;
}
.Check {
  display: grid; grid-template-columns: auto 1fr; gap: 10px; border: 1px solid var(--line);
  border-radius: 6px; padding: 12px; font-size: 14px;
}
.Check input { width: 18px; height: 18px; margin: 2px 0 0; accent-color: var(--brand); }
.Check small { display: block; color: var(--soft); font-size: 13px; }
.SubmitButton {
  width: 100%; min-height: 48px; border: 0; border-radius: 6px; background: var(--brand);
  color: #fff; font: inherit; font-weight: 650; cursor: pointer;
}
.SubmitButton:hover { background: var(--brand-dark); }
.SubmitButton[aria-busy="true"] { opacity: .7; }
.Terms, .Footer { color: var(--soft); font-size: 13px; }
.Footer { margin-top: 28px; padding-top: 16px; border-top: 1px solid var(--line); }
.Closed { max-width: 440px; margin: 0 auto; padding: 15vh 20px 0; }
.Closed h1 { font-size: 26px; line-height: 1.25; margin: 16px 0 8px; }
.Closed + .Footer { max-width: 440px; margin: 40px auto 0; padding: 16px 20px; }
.Onward {
  display: inline-block; margin-top: 20px; padding: 10px 18px; border-radius: 6px;
  background: var(--brand); color: #fff; font-weight: 600; text-decoration: none;
}
.Choice { display: grid; gap: 12px; margin-top: 24px; }
.SecondaryButton, .LinkButton {
  font: inherit; font-weight: 600; cursor: pointer; border-radius: 6px; text-decoration: none;
  display: inline-block; text-align: center;
}
.SecondaryButton {
  min-height: 44px; padding: 9px 16px; background: #fff; color: var(--ink);
  border: 1px solid #b8c1d1;
}
.SecondaryButton:hover { background: var(--pale); }
.LinkButton { padding: 0; min-height: 32px; border: 0; background: none; color: var(--brand); }
.LinkButton:hover { text-decoration: underline; }
.SecondaryButton:focus-visible, .LinkButton:focus-visible, .Option input:focus-visible {
  outline: 3px solid #9cc0f5; outline-offset: 1px;
}
.Portal { max-width: 760px; margin: 0 auto; padding: 24px 16px 40px; }
.Portal-head {
  display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; padding-bottom: 20px;
  border-bottom: 1px solid var(--line);
}
.Portal-head .BackLink { margin-left: auto; }
.Portal h1 { font-size: 24px; line-height: 1.25; margin: 24px 0 4px; overflow-wrap: anywhere; }
.Portal h1 + .Soft + ul { margin-top: 16px; }
.Portal h2 { font-size: 14px; font-weight: 650; color: var(--soft); margin: 32px 0 12px; }
.Portal h3 { margin: 0; font-size: 17px; overflow-wrap: anywhere; }
.Portal .Soft { color: var(--soft); overflow-wrap: anywhere; }
.Notice {
  background: #e7f6ec; border: 1px solid #a9d9b8; color: #14532b; border-radius: 6px;
  padding: 10px 12px; margin-top: 20px;
}
.Panel {
  border: 1px solid var(--line); border-radius: 8px; padding: 16px; margin-bottom: 12px;
  display: flex; flex-wrap: wrap; gap: 12px 24px; justify-content: space-between;
}
.Panel > div:first-child { min-width: 0; flex: 1 1 240px; }
.Panel-actions { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; }
.Status {
  display: inline-block; border-radius: 4px; padding: 1px 8px; font-size: 13px; font-weight: 600;
  background: #e5e9f0; color: #3b4258;
}
.Status-good { background: #d5f1de; color: #14532b; }
.Status-warn { background: #ffe2b8; color: #6b3c00; }
.Status-bad { background: #fbd9d6; color: #8c1d18; }
.Invoices { width: 100%; border-collapse: collapse; }
.Invoices th { text-align: left; font-size: 13px; font-weight: 600; color: var(--soft); }
.Invoices th, .Invoices td { padding: 10px 8px 10px 0; border-bottom: 1px solid var(--line); }
.Invoices td { vertical-align: top; overflow-wrap: anywhere; }
.Invoices .Amount { white-space: nowrap; }
.Invoices small { display: block; color: var(--soft); }
.Portal-form { display: grid; gap: 16px; max-width: 440px; margin-top: 20px; }
.Portal-form form, .Portal-form .PaymentForm-form { display: grid; gap: 16px; }
.Portal-form .SecondaryButton { width: 100%; }
.Option { display: flex; gap: 10px; align-items: center; min-height: 36px; }
.Option input { width: 18px; height: 18px; margin: 0; accent-color: var(--brand); }
.Details { display: grid; grid-template-columns: auto 1fr; gap: 6px 20px; }
.Details dt { color: var(--soft); }
.Details dd { overflow-wrap: anywhere; min-width: 0; }
@media (min-width: 900px) {
  .App { display: grid; grid-template-columns: 1fr 1fr; }
  .Summary { border-bottom: 0; border-right: 1px solid var(--line); padding: 56px 64px; }
  .Payment { padding: 56px 64px; }
  .Summary-inner { margin: 0 0 0 auto; width: 100%; position: sticky; top: 56px; }
  .PaymentForm-form, .Payment .Footer { margin-left: 0; }
}
)";
}

// The page works without it: it only puts spaces into what is typed, words the postal field for
// the country, and keeps an impatient second click from sending the form twice.
std::string_view checkout_js() {
  return R"('use strict';
const digits = (text, most) => text.replace(/\D/g, '').slice(0, most);
const on = (id, event, act) => {
  const element = document.getElementById(id);
  if (element) element.addEventListener(event, () => act(element));
};
const typed = (ids, format) => ids.forEach((id) => on(id, 'input', (input) => {
  // Only while typing at the end, so that the caret stays where it is when correcting.
  if (input.selectionStart === input.value.length) input.value = format(input.value);
}));
typed(['cardNumber', 'number'], (text) => {
  const number = digits(text, 16);
  return /^3[47]/.test(number)
    ? [number.slice(0, 4), number.slice(4, 10), number.slice(10, 15)].filter(Boolean).join(' ')
    : number.replace(/(.{4})(?=.)/g, '$1 ');
});
let expiryBefore = '';
typed(['cardExpiry', 'expiry'], (text) => {
  let date = digits(text, 6);
  if (date.slice(2, 4) !== '20') date = date.slice(0, 4);
  if (/^[2-9]$/.test(date)) date = '0' + date;
  const shrinking = text.length < expiryBefore.length;
  const shown = date.length > 2 ? date.slice(0, 2) + ' / ' + date.slice(2)
    : date.length === 2 && !shrinking ? date + ' / ' : date;
  expiryBefore = shown;
  return shown;
});
typed(['cardCvc', 'cvc'], (text) => digits(text, 4));
on('billingCountry', 'change', (select) => {
  const postal = document.getElementById('billingPostalCode');
  if (postal) postal.placeholder = select.value === 'US' ? 'ZIP' : 'Postal code';
});
const form = document.querySelector('form.PaymentForm-form');
if (form) form.addEventListener('submit', (event) => {
  const button = form.querySelector('.SubmitButton');
  if (button.getAttribute('aria-busy') === 'true') event.preventDefault();
  button.setAttribute('aria-busy', 'true');
});
// Coming back with the browser's own button finds the page as it was left.
window.addEventListener('pageshow', () => {
  const button = document.querySelector('.SubmitButton');
  if (button) button.removeAttribute('aria-busy');
});
)";
}

}  // namespace sandbox
