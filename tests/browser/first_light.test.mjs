// What a person does, from the landing page to a registered session, on a phone and at a desk.
import assert from 'node:assert/strict';
import { pay } from '../support/checkout_page.mjs';
import { desktop, each_once, fits, phone, scene, sign_up, subscribe_on_demand, text_of } from './support.mjs';

const on_demand = 'You are subscribed to the on-demand package.';

for (const [where, viewport] of Object.entries({ 'a phone': phone, 'a desktop': desktop })) {
  scene(`A person buys on demand and arranges a session on ${where}`, viewport,
    async ({ page, shop, sandbox }) => {
      await page.goto(shop);
      const monthly = page.locator('[data-monthly-price-id] #monthly-subscription');
      const ondemand = page.locator('[data-ondemand-price-id] #ondemand-subscription');
      assert.equal(await text_of(monthly), '60 USD per month');
      assert.equal(await text_of(ondemand), '80 USD per session');
      await each_once(page, '#monthly-subscription', '#ondemand-subscription', '#login',
        '[data-monthly-price-id]', '[data-ondemand-price-id]', 'text=Login');
      assert.equal(await text_of(page.locator('#login')), 'Login');

      await sign_up(page, shop);
      await page.locator('#ondemand-subscription').waitFor();
      await each_once(page, '#monthly-subscription', '#ondemand-subscription');
      await page.locator('#ondemand-subscription').click();
      await pay(page, '4242424242424242');

      await page.waitForURL(`${shop}/dashboard**`);
      assert.equal(await text_of(page.locator('#subscription-type')), on_demand);
      await page.waitForURL(`${shop}/dashboard`);
      await each_once(page, '[data-subscription-id][data-ondemand-price-id][data-customer-id]',
        '[data-subscription-id]', '[data-ondemand-price-id]', '[data-customer-id]',
        '#manage-subscription', '#arrange-session', '[data-workshop-price-id]',
        'input[name="attendees"]', '#register-workshop');
      assert.equal(await page.locator('#session-registered').count(), 0);

      await page.locator('#arrange-session').click();
      assert.equal(await text_of(page.locator('#session-registered')), 'Session registered');
      const customer = await page.locator('[data-customer-id]').getAttribute('data-customer-id');
      assert.equal(await sandbox.usage_of(customer), 1);
    });
}

scene('Who calls the server by another of its names is still signed in after the checkout', desktop,
  async ({ page, shop }) => {
    const customer = await subscribe_on_demand(page, shop.replace('127.0.0.1', 'localhost'));
    assert.match(customer, /^cus_/);
  });

scene('A declined card is named and the person stays at the checkout', desktop,
  async ({ page, shop }) => {
    await sign_up(page, shop);
    await page.locator('#ondemand-subscription').click();
    await page.locator('#cardNumber').waitFor();
    const checkout = new URL(page.url());
    await pay(page, '4000000000000002');
    await page.getByText('Your card was declined.').waitFor();
    const { origin, pathname } = new URL(page.url());
    assert.equal(origin + pathname, checkout.origin + checkout.pathname);
    await each_once(page, '#cardNumber');
  });

scene('No view of the page is wider than a phone', phone, async ({ page, shop }) => {
  await page.goto(shop);
  await page.locator('#ondemand-subscription').waitFor();
  await fits(page);
  await page.goto(`${shop}/login`);
  await page.locator('input[name="email"]').waitFor();
  await fits(page);
  await sign_up(page, shop, `${'a-very-long-name'.repeat(4)}@example.com`);
  await page.locator('#ondemand-subscription').waitFor();
  await fits(page);
  await page.locator('#ondemand-subscription').click();
  await page.locator('#cardNumber').waitFor();
  await fits(page);
  await pay(page, '4242424242424242');
  await page.locator('#arrange-session').click();
  await page.locator('#session-registered').waitFor();
  await fits(page);
});

scene('A loaded dashboard is quiet', desktop, async ({ page, shop }) => {
  await subscribe_on_demand(page, shop);
  await page.clock.install();
  await page.goto(`${shop}/dashboard`, { waitUntil: 'networkidle' });
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.locator('#arrange-session').click();
  await page.locator('.used').getByText('1 session ').waitFor();
  await page.clock.runFor(10 * 60_000);
  assert.deepEqual(asked, ['/offerings/paircode/schedule', '/users', '/users/bill']);
});
