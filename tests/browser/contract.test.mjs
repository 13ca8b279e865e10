// The page table of the web contract, walked through by its elements alone.
import assert from 'node:assert/strict';
import { pay } from '../support/checkout_page.mjs';
import { cancel, go_back } from '../support/portal_page.mjs';
import { desktop, each_once, none_of, phone, scene, text_of } from './support.mjs';

const card = '4242424242424242';
const ended = 'you have ended your /dev/chat subscription';
const offers = ['#monthly-subscription', '#ondemand-subscription'];

async function shows(page, texts) {
  for (const [selector, text] of Object.entries(texts)) {
    await page.locator(selector).getByText(text).first().waitFor();
    assert.equal(await text_of(page.locator(selector)), text);
  }
}

async function subscribed(page, type, text) {
  const other = type === 'monthly' ? 'ondemand' : 'monthly';
  await shows(page, { '#subscription-type': text });
  await each_once(page, `[data-subscription-id][data-${type}-price-id][data-customer-id]`,
    '[data-subscription-id]', `[data-${type}-price-id]`, '[data-customer-id]',
    '#subscription-type', '#manage-subscription', '[data-workshop-price-id]',
    'input[name="attendees"]', '#register-workshop');
  await none_of(page, ...offers, `[data-${other}-price-id]`, '#subscription-ended',
    '#session-registered', '#workshop-notification');
}

async function register_workshop(page, attendees) {
  await page.locator('input[name="attendees"]').fill(String(attendees));
  await page.locator('#register-workshop').click();
  await shows(page, { '#workshop-notification': 'Workshop registered.' });
  await each_once(page, '#workshop-notification');
}

async function end(page) {
  await page.locator('#manage-subscription').click();
  await cancel(page);
  await go_back(page);
  await page.waitForURL('**/dashboard');
  await shows(page, { '#subscription-ended': ended });
  await each_once(page, '#subscription-ended', ...offers, '[data-monthly-price-id]',
    '[data-ondemand-price-id]');
  await none_of(page, '#subscription-type', '#manage-subscription', '#arrange-session',
    '#register-workshop', '[data-subscription-id]');
}

for (const [where, viewport] of Object.entries({ 'a phone': phone, 'a desktop': desktop })) {
  scene(`Every element of the contract does what it is there for on ${where}`, viewport,
    async ({ page, shop }) => {
      await page.goto(shop);
      await shows(page, { '[data-monthly-price-id] #monthly-subscription': '60 USD per month',
        '[data-ondemand-price-id] #ondemand-subscription': '80 USD per session', '#login': 'Login' });
      await each_once(page, ...offers, '#login', '[data-monthly-price-id]',
        '[data-ondemand-price-id]', 'text=Login');
      for (const lead of [...offers, '#login']) {
        await page.goto(shop);
        await page.locator(lead).click();
        await page.waitForURL(`${shop}/login`);
      }
      await each_once(page, 'form input[name="email"]');
      await page.locator('input[name="email"]').fill('ada@example.com');
      await page.locator('input[name="email"]').press('Enter');
      await page.waitForURL(`${shop}/dashboard`);

      await page.locator('#monthly-subscription').click();
      await pay(page, card);
      await page.waitForURL(`${shop}/dashboard**`);
      await subscribed(page, 'monthly', 'You are subscribed to the monthly package');
      await shows(page, { '#subscription-status': 'trialing' });
      await none_of(page, '#arrange-session');
      await register_workshop(page, 3);
      await end(page);

      await page.locator('#ondemand-subscription').click();
      await pay(page, card);
      await page.waitForURL(`${shop}/dashboard**`);
      await subscribed(page, 'ondemand', 'You are subscribed to the on-demand package.');
      await each_once(page, '#arrange-session');
      await page.locator('#arrange-session').click();
      await shows(page, { '#session-registered': 'Session registered' });
      await each_once(page, '#session-registered');
      await register_workshop(page, 100);
      await end(page);
    });
}
