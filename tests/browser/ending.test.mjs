// The end of a subscription: what was used is billed once, and the person can come back.
import assert from 'node:assert/strict';
import { cancel, go_back } from '../support/portal_page.mjs';
import { arrange, buy, desktop, fits, none_of, phone, scene, subscribe_on_demand,
  text_of } from './support.mjs';

const eleven_minutes = 11 * 60;

const ended = (page) => page.locator('.ended');

/** Ends the subscription in the portal, with two sessions that are on no invoice yet. */
async function end_with_two_sessions(page, shop) {
  const customer = await subscribe_on_demand(page, shop);
  await arrange(page);
  await arrange(page);
  await page.locator('.used').getByText('2 sessions').waitFor();
  await page.locator('#manage-subscription').click();
  await cancel(page);
  await go_back(page);
  await page.waitForURL(`${shop}/dashboard`);
  await ended(page).getByText('Your last 2 sessions ($160.00) will be on a final invoice').waitFor();
  await none_of(page, '.ended a');
  return customer;
}

const final_invoices = async (sandbox, customer) =>
  (await sandbox.get(`/v1/invoices?customer=${customer}`)).data.filter(({ total }) => total > 0);

for (const [where, viewport, next] of [['a phone', phone, 'monthly'],
  ['a desktop', desktop, 'ondemand']]) {
  scene(`Two unbilled sessions come on one final invoice, and ${next} is bought next, on ${where}`,
    viewport, async ({ page, shop, sandbox }) => {
      const customer = await end_with_two_sessions(page, shop);
      await fits(page);
      assert.deepEqual(await final_invoices(sandbox, customer), []);

      await sandbox.advance(eleven_minutes);
      await ended(page).getByText('Your final invoice of $160.00 is paid').waitFor();
      await fits(page);
      const made = await final_invoices(sandbox, customer);
      assert.equal(made.length, 1);
      assert.equal(made[0].status, 'paid');
      assert.equal(made[0].amount_paid, 16_000);
      const link = ended(page).getByRole('link');
      assert.equal(await link.getAttribute('href'), made[0].hosted_invoice_url);
      assert.equal(await text_of(link), `invoice ${made[0].number}`);

      assert.equal(await buy(page, next), customer);
      await page.locator('#subscription-status')
        .getByText(next === 'monthly' ? 'trialing' : 'active').waitFor();
      if (next === 'ondemand') {
        await arrange(page);
        await page.locator('.used').getByText('1 session ').waitFor();
        assert.equal(await sandbox.usage_of(customer), 1);
      }
      await page.locator('.invoices').getByText('$160.00').waitFor();
      assert.equal((await final_invoices(sandbox, customer)).length, 1);
    });
}

scene('A final invoice that could not be charged is linked, to be paid', desktop,
  async ({ page, shop, sandbox }) => {
    const customer = await end_with_two_sessions(page, shop);
    const { data: [card] } = await sandbox.get(`/v1/payment_methods?customer=${customer}`);
    await sandbox.post(`/v1/payment_methods/${card.id}/detach`, {});
    await sandbox.advance(eleven_minutes);
    await ended(page).getByText('Your final invoice of $160.00 could not be charged').waitFor();
    const [made] = await final_invoices(sandbox, customer);
    assert.equal(made.status, 'open');
    assert.equal(await page.getByRole('link', { name: 'pay $160.00 now' }).getAttribute('href'),
      made.hosted_invoice_url);
  });
