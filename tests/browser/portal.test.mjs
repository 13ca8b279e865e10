// The customer portal as a person uses it: cancel, take it back, change the card, on a phone and at
// a desk. There is no shop in it: the stand-in's own pages are what is tried.
import assert from 'node:assert/strict';
import { pay } from '../support/checkout_page.mjs';
import { add_card, cancel, fill_card, go_back } from '../support/portal_page.mjs';
import { desktop, fits, phone, picture, scene } from './support.mjs';

const nasty = '<script>document.title = "broken in"</script>';

/** A subscribed customer and the address of their portal. */
async function portal_of(page, sandbox, settings = {}) {
  const product = await sandbox.post('/v1/products', { name: `Pair coding ${nasty}` });
  const price = await sandbox.post('/v1/prices', { product: product.id, currency: 'usd',
    unit_amount: 6000, 'recurring[interval]': 'month' });
  const customer = await sandbox.post('/v1/customers', { email: '"<img/src=x>"@example.com',
    name: nasty });
  const checkout = await sandbox.post('/v1/checkout/sessions', { mode: 'subscription',
    customer: customer.id, 'line_items[0][price]': price.id, 'line_items[0][quantity]': 1,
    success_url: `${sandbox.url}/_sandbox/requests?paid` });
  await page.goto(checkout.url);
  return { customer, checkout, open: async () => {
    const { id: configuration } = await sandbox.post('/v1/billing_portal/configurations', {
      'features[invoice_history][enabled]': true, 'features[payment_method_update][enabled]': true,
      'features[subscription_cancel][enabled]': true, ...settings });
    const session = await sandbox.post('/v1/billing_portal/sessions', { customer: customer.id,
      configuration, return_url: `${sandbox.url}/_sandbox/requests?returned` });
    await page.goto(session.url);
  } };
}

const subscription_of = async (sandbox, customer) => (await sandbox.get(
  `/v1/subscriptions?status=all&customer=${customer.id}&expand[]=data.default_payment_method`)).data[0];

async function sound(page) {
  await fits(page);
  assert.notEqual(await page.title(), 'broken in');
  assert.equal(await page.locator('script:not([src])').count(), 0);
}

for (const [where, viewport] of Object.entries({ phone: { ...phone, width: 360 }, desktop })) {
  scene(`A person manages a subscription on the portal on a ${where}`, viewport,
    async ({ page, sandbox }) => {
      const { customer, open } = await portal_of(page, sandbox);
      await sound(page);
      await pay(page, '4242424242424242');
      await page.waitForURL('**/requests?paid');
      await open();
      await sound(page);
      await page.getByRole('heading', { name: `Pair coding ${nasty}` }).waitFor();
      await page.getByRole('row', { name: '$60.00 Paid' }).waitFor();
      await picture(page, `portal-${where}-home`);

      await page.locator('[data-test="cancel-subscription"]').click();
      await sound(page);
      await picture(page, `portal-${where}-cancel`);
      await page.locator('[data-testid="confirm"]').click();
      await page.getByRole('status').waitFor();
      assert.equal((await subscription_of(sandbox, customer)).cancel_at_period_end, true);
      await picture(page, `portal-${where}-canceled`);
      await page.getByRole('button', { name: "Don't cancel subscription" }).click();
      await page.getByText('Your subscription goes on.').waitFor();
      assert.equal((await subscription_of(sandbox, customer)).cancel_at_period_end, false);

      await add_card(page, '4000000000000002');
      await page.getByRole('alert').getByText('Your card was declined.').waitFor();
      await sound(page);
      await picture(page, `portal-${where}-declined`);
      await fill_card(page, '5555555555554444');
      await page.getByText('Your card was saved').waitFor();
      const { default_payment_method: { card } } = await subscription_of(sandbox, customer);
      assert.equal(card.brand, 'mastercard');
      await sound(page);
      await picture(page, `portal-${where}-cards`);
      await go_back(page);
      await page.waitForURL('**/requests?returned');
    });
}

scene('A person cancels at once and says why', desktop, async ({ page, sandbox }) => {
  const reason = 'features[subscription_cancel][cancellation_reason]';
  const { customer, open } = await portal_of(page, sandbox, {
    'features[subscription_cancel][mode]': 'immediately', [`${reason}[enabled]`]: true,
    [`${reason}[options][0]`]: 'unused', [`${reason}[options][1]`]: 'too_expensive' });
  await pay(page, '4242424242424242');
  await page.waitForURL('**/requests?paid');
  await open();
  await cancel(page);
  await page.locator('[data-test="cancel-reason-opt-too_expensive"]').click();
  await picture(page, 'portal-reason');
  await page.locator('[data-testid="cancellation_reason_submit"]').click();
  await page.getByText('Your subscription has been canceled.').waitFor();
  const { status, cancellation_details: details } = await subscription_of(sandbox, customer);
  assert.equal(status, 'canceled');
  assert.equal(details.feedback, 'too_expensive');
});

scene('A card that asks for 3-D Secure pays once its owner confirms', phone,
  async ({ page, sandbox }) => {
    const { checkout, customer } = await portal_of(page, sandbox);
    await pay(page, '4000002500003155');
    await page.locator('#test-source-fail-3ds').waitFor();
    await sound(page);
    await picture(page, 'authentication-phone');
    await page.locator('#test-source-fail-3ds').click();
    await page.getByRole('alert').getByText('We are unable to authenticate').waitFor();
    await pay(page, '4000002500003155');
    await page.locator('#test-source-authorize-3ds').click();
    await page.waitForURL('**/requests?paid');
    assert.equal((await sandbox.get(`/v1/checkout/sessions/${checkout.id}`)).status, 'complete');
    assert.equal((await subscription_of(sandbox, customer)).status, 'active');
  });
