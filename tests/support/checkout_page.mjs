// The hosted pages on which something is paid, as a person uses them.

/** Fills the hosted checkout page as public browser tests of it do, and presses its button. */
export async function pay(page, card, email) {
  if (email) await page.locator('#email').fill(email);
  await page.locator('select#billingCountry').selectOption('US');
  await fill_card(page, card);
  await page.locator('input[name="billingName"]').fill('Ada Lovelace');
  await page.locator('[placeholder="ZIP"]').fill('90210');
  await page.locator('[name="enableStripePass"]').setChecked(false);
  await submit(page);
}

/** Pays on the page of an invoice. */
export async function pay_invoice(page, card) {
  await fill_card(page, card);
  await submit(page);
}

async function fill_card(page, card) {
  await page.locator('#cardNumber').click();
  await page.locator('#cardNumber').pressSequentially(card, { delay: 20 });
  await page.locator('[placeholder="MM / YY"]').fill('12 / 34');
  await page.locator('[placeholder="CVC"]').fill('123');
}

const submit = (page) => page.locator('[data-testid="hosted-payment-submit-button"]').click();
