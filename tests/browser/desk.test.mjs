// What the desk says of money, and when it asks.
import assert from 'node:assert/strict';
import { bill, days, invoice, open_desk, upcoming, usd } from './canned.mjs';
import { arrange, desktop, fits, none_of, phone, scene, subscribe_on_demand,
  text_of } from './support.mjs';

const month = { description: '1 × /dev/chat Pair Coding (at $60.00 / month)', quantity: 1,
  unit: usd(6000), amount: usd(6000) };

scene('Each state of a subscription has its words', phone, async ({ page, shop }) => {
  const open = invoice('open', 6000);
  const states = [
    ['monthly', bill('trialing', { upcoming: upcoming(month) }),
      /^Your trial runs until .* Then the first \$60\.00 is due\.$/],
    ['monthly', bill('trialing', { subscription: { cancelAtPeriodEnd: true } }),
      /^Your trial ends on .* Nothing will be charged\.$/],
    ['monthly', bill('active', { upcoming: upcoming(month) }), /^Next payment: \$60\.00 on .*\.$/],
    ['monthly', bill('active', { fresh: false }), /^Paid until .*\.$/],
    ['monthly', bill('active', { subscription: { cancelAtPeriodEnd: true } }),
      /^Your subscription ends on .* Until then everything stays as it is\.$/],
    ['ondemand', bill('active'), /^What you use until .* comes on one invoice then\.$/],
    ['ondemand', bill('active', { period: { start: days(-5), end: null } }), /^$/],
    ['monthly', bill('past_due', { open }), /^Your last payment did not go through: \$60\.00 is open\./],
    ['monthly', bill('unpaid', { open }), /^Your payments did not go through: \$60\.00 is open\./],
    ['monthly', bill('incomplete', { open }), /^Your first payment was not completed: \$60\.00 is /],
    ['monthly', bill('paused'), /^Your trial is over and there is no card to charge\./],
  ];
  const desk = {};
  for (const [type, told, words] of states) {
    Object.assign(desk, { type, bill: told });
    await open_desk(page, shop, desk);
    await page.locator('.bill:not([aria-busy])').waitFor();
    assert.match(await page.locator('.story').textContent(), words);
    const { status } = told.subscription;
    assert.equal(await text_of(page.locator('#subscription-status')), status);
    const owing = ['past_due', 'unpaid', 'incomplete', 'paused'].includes(status);
    assert.equal(await page.getByRole('button', { name: 'Update card' }).count(), owing ? 1 : 0);
    assert.equal(await page.getByRole('link', { name: 'Pay $60.00 now' }).count(),
      told.open ? 1 : 0);
    await fits(page);
  }
});

scene('After the end each state of what is owed has its words', phone, async ({ page, shop }) => {
  const usage = { sessions: 2, amount: usd(16_000) };
  const declined = invoice('open', 16_000);
  const earlier = invoice('open', 6000, { id: 'in_0', number: 'A1B2-0000' });
  const states = [
    [{ final: null }, /^$/],
    [{ final: { invoice: null }, usage }, /^Your last 2 sessions \(\$160\.00\) will be on a final /],
    [{ final: { invoice: null } }, /^Should anything be left to bill, /],
    [{ final: { invoice: invoice('paid', 16_000) } },
      /^Your final invoice of \$160\.00 is paid: invoice A1B2-0001$/, 'invoice A1B2-0001'],
    [{ final: { invoice: declined }, open: declined },
      /^Your final invoice of \$160\.00 could not be charged: pay \$160\.00 now$/, 'pay $160.00 now'],
    [{ final: null, open: earlier },
      /^An earlier invoice is still open: pay \$60\.00 now$/, 'pay $60.00 now'],
  ];
  const desk = { type: 'ondemand' };
  for (const [told, words, linked] of states) {
    desk.bill = bill('canceled', { subscription: { endedAt: days(0) }, ...told });
    const read = page.waitForResponse(/\/users\/bill/);
    await open_desk(page, shop, desk);
    await read;
    if (linked) await page.locator('.ended').getByRole('link', { name: linked }).waitFor();
    await page.locator('.ended .standing').filter({ hasText: words }).waitFor();
    await none_of(page, ...(linked ? [] : ['.ended a']), '#manage-subscription');
    await fits(page);
  }
});

scene('What Stripe says enters the desk as text, and only web addresses as links', desktop,
  async ({ page, shop }) => {
    const nasty = '<img src=x onerror="document.title = 1">';
    const bad = invoice('open', 6000, { number: nasty, url: 'javascript:document.title = 1' });
    await open_desk(page, shop, { type: 'monthly', bill: bill('past_due', { open: bad,
      invoices: [bad, invoice('draft', 100, { number: null, url: null })],
      upcoming: upcoming({ ...month, description: nasty }) }) });
    await page.locator('.invoices').getByText(`Invoice ${nasty}`).waitFor();
    await page.locator('.upcoming').getByText(nasty).waitFor();
    await page.locator('.invoices').getByText('being prepared').waitFor();
    await none_of(page, '.desk a', '.desk img');
  });

scene('While Stripe is down the desk says what is known, and heals by itself', desktop,
  async ({ page, shop, sandbox }) => {
    await subscribe_on_demand(page, shop);
    await arrange(page);
    const fault = await sandbox.fail({ operation: '*', kind: 'reset_before', times: -1 });
    await page.reload();
    await page.locator('.offline').getByText('Stripe can’t be reached just now').waitFor();
    await page.locator('.used').getByText('1 session ').waitFor();
    await arrange(page);
    await page.locator('.used').getByText('2 sessions since').waitFor();
    await page.locator('.waiting').getByText('1 registration still on the way').waitFor();
    assert.match(await page.locator('.used').textContent(), /: \$160\.00\.$/);
    await none_of(page, '.upcoming:visible');
    assert.ok((await sandbox.faults()).find(({ id }) => id === fault.id).used > 0);
    await sandbox.heal();
    await page.locator('.upcoming').getByText('2 × $80.00').waitFor({ timeout: 60_000 });
    for (const place of ['.offline', '.waiting']) {
      assert.equal(await page.locator(place).textContent(), '');
    }
  });

scene('What is under way is looked for after five seconds, then ever less often', desktop,
  async ({ page, shop }) => {
    await page.clock.install();
    const desk = { type: 'ondemand', bill: bill('active', { pending: 1 }) };
    await open_desk(page, shop, desk);
    await page.locator('.waiting').getByText('1 registration').waitFor();
    let looks = 0;
    page.on('request', (request) => { looks += request.url().includes('/users/bill'); });
    for (const pause_ms of [5_000, 7_500, 11_250]) {
      await page.clock.runFor(pause_ms - 500);
      const before = looks;
      const look = page.waitForResponse(/\/users\/bill/);
      await page.clock.runFor(1_000);
      await look;
      assert.equal(looks, before + 1);
    }
    assert.equal(looks, 3);
    desk.bill = bill('active');
    await page.clock.runFor(20_000);
    await page.locator('.waiting').getByText('1 registration').waitFor({ state: 'detached' });
    looks = 0;
    await page.clock.runFor(10 * 60_000);
    assert.equal(looks, 0);
  });

scene('A change is shown when the tab is turned to again, and the keyboard stays where it was',
  desktop, async ({ page, shop }) => {
    const desk = { type: 'ondemand', bill: bill('active') };
    await open_desk(page, shop, desk);
    await page.locator('.bill:not([aria-busy])').waitFor();
    await page.locator('#arrange-session').focus();
    desk.bill = bill('past_due', { open: invoice('open', 16_000) });
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await page.locator('#subscription-status').getByText('past_due').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'arrange-session');
    await page.getByRole('link', { name: 'Pay $160.00 now' }).focus();
    const look = page.waitForResponse(/\/users\/bill/);
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await look;
    await page.evaluate(() => new Promise(requestAnimationFrame));
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Pay $160.00 now');
  });

/** How far down each panel begins. */
const tops = (page) => page.locator('.desk > *:visible').evaluateAll(
  (panels) => panels.map((panel) => Math.round(panel.getBoundingClientRect().top)));

for (const [where, viewport] of Object.entries({ 'a phone': phone, 'a desktop': desktop })) {
  scene(`No panel moves when the bill comes in on ${where}`, viewport, async ({ page, shop }) => {
    await subscribe_on_demand(page, shop);
    let before;
    await page.route(/\/users\/bill/, async (route) => {
      await page.locator('.bill[aria-busy]').waitFor();
      before = await tops(page);
      await route.continue();
    });
    await page.reload();
    await page.locator('.upcoming').waitFor();
    assert.equal(before.length, 4);
    assert.deepEqual((await tops(page)).slice(0, 4), before);
  });
}
