// A month that ends in a decline, as its owner sees it.
import assert from 'node:assert/strict';
import { pay_invoice } from '../support/checkout_page.mjs';
import { add_card, go_back } from '../support/portal_page.mjs';
import { buy, desktop, fits, phone, scene, sign_up, text_of } from './support.mjs';

const attaches_and_then_fails = '4000000000000341';
/** The trial, and the hour in which the invoice at its end is a draft. */
const trial_and_draft_seconds = 3 * 86_400 + 2 * 3_600;

const status = (page) => page.locator('#subscription-status');

/** Signed up for the monthly package with a card that fails, and turned to again when it has. */
async function past_due(page, shop, sandbox) {
  await sign_up(page, shop);
  const customer = await buy(page, 'monthly', attaches_and_then_fails);
  assert.equal(await text_of(status(page)), 'trialing');
  await page.locator('.story').getByText(/Your trial runs until .* Then the first \$60\.00 is due/)
    .waitFor();
  await sandbox.advance(trial_and_draft_seconds);
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await status(page).getByText('past_due').waitFor();
  await page.locator('.story').getByText('$60.00 is open').waitFor();
  return customer;
}

const invoices_of = async (sandbox, customer) =>
  (await sandbox.get(`/v1/invoices?customer=${customer}`)).data;

for (const [where, viewport] of Object.entries({ 'a phone': phone, 'a desktop': desktop })) {
  scene(`A month that ends in a decline is shown, and repaired by a new card, on ${where}`, viewport,
    async ({ page, shop, sandbox }) => {
      const customer = await past_due(page, shop, sandbox);
      await fits(page);
      assert.equal(await page.locator('#manage-subscription').count(), 1);
      await page.locator('.invoices').getByText('to be paid').waitFor();

      await page.getByRole('button', { name: 'Update card' }).click();
      await add_card(page, '4242424242424242');
      await page.getByText('Your card was saved').waitFor();
      await go_back(page);
      await page.waitForURL(`${shop}/dashboard`);
      await status(page).getByText('active').waitFor();
      await page.locator('.story').getByText(/Next payment: \$60\.00 on /).waitFor();
      await page.locator('.invoices').getByText('to be paid').waitFor({ state: 'detached' });
      assert.equal(await page.getByRole('button', { name: 'Update card' }).count(), 0);
      const [newest] = await invoices_of(sandbox, customer);
      assert.equal(newest.status, 'paid');
      assert.equal(newest.amount_paid, 6000);
    });
}

scene('A declined month can be paid on its invoice instead', desktop,
  async ({ page, shop, sandbox }) => {
    const customer = await past_due(page, shop, sandbox);
    const [open] = await invoices_of(sandbox, customer);
    const link = page.getByRole('link', { name: 'Pay $60.00 now' });
    assert.equal(await link.getAttribute('href'), open.hosted_invoice_url);
    await link.click();
    await pay_invoice(page, '4242424242424242');
    await page.locator('[data-testid="invoice-status"][data-status="paid"]').waitFor();
    await page.goto(`${shop}/dashboard`);
    await status(page).getByText('active').waitFor();
    assert.equal((await invoices_of(sandbox, customer))[0].status, 'paid');
  });
