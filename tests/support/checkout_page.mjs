// The hosted checkout page, as a person uses it.

/** Fills the hosted checkout page as public browser tests of it do, and presses its button. */
export async function pay(page, card, email) {
  if (email) await page.locator('#email').fill(email);
  await page.locator('select#billingCountry').selectOption('US');
  await page.locator('#cardNumber').click();
  await page.locator('#cardNumber').pressSequentially(card, { delay: 20 });
  await page.locator('[placeholder="MM / YY"]').fill('12 / 34');
  await page.locator('[placeholder="CVC"]').fill('123');
  await page.locator('input[name="billingName"]').fill('Ada Lovelace');
  await page.locator('[placeholder="ZIP"]').fill('90210');
  await page.locator('[name="enableStripePass"]').setChecked(false);
  await page.locator('[data-testid="hosted-payment-submit-button"]').click();
}
