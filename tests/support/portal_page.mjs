// The hosted customer portal, as a person uses it.

/** From the portal's first page: adds a card, which then is the one to charge. */
export async function add_card(page, number) {
  await page.locator('[data-test="add-payment-method"]').click();
  await fill_card(page, number);
}

/** Fills the form for a card that is open, and sends it. */
export async function fill_card(page, number) {
  await page.locator('[name="number"]').pressSequentially(number);
  await page.locator('[name="expiry"]').pressSequentially('1234');
  await page.locator('[name="cvc"]').fill('123');
  await page.locator('[name="postalCode"]').fill('90210');
  await page.locator('[data-testid="confirm"]').click();
}

/** From the portal's first page: ends the subscription that it shows. */
export async function cancel(page) {
  await page.locator('[data-test="cancel-subscription"]').click();
  await page.locator('[data-testid="confirm"]').click();
}

export const go_back = (page) => page.locator('[data-testid="return-to-business-link"]').click();
