// axe finds nothing serious on any view, in any state.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { bill, days, invoice, open_desk, upcoming, usd } from './canned.mjs';
import { arrange, buy, desktop, phone, picture, scene, sign_up } from './support.mjs';

const axe = await readFile(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

async function check(page, name) {
  await page.evaluate(axe);
  const { passes, violations } = await page.evaluate(() => globalThis.axe.run());
  assert.ok(passes.length > 10, `axe has looked at ${name}`);
  const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target)}`);
  assert.deepEqual(bad, [], `axe on ${name}`);
  await picture(page, name);
}

for (const [where, viewport] of Object.entries({ phone, desktop })) {
  scene(`axe finds nothing serious on the way to a first session on a ${where}`, viewport,
    async ({ page, shop }) => {
      await page.goto(shop);
      await page.locator('#ondemand-subscription').waitFor();
      await check(page, `page-${where}-landing`);
      await page.goto(`${shop}/login`);
      await page.locator('input[name="email"]').waitFor();
      await check(page, `page-${where}-login`);
      await sign_up(page, shop);
      await page.locator('#ondemand-subscription').waitFor();
      await check(page, `page-${where}-none`);
      await buy(page, 'ondemand');
      await arrange(page);
      await page.locator('.upcoming').getByText('1 × $80.00').waitFor();
      await check(page, `page-${where}-ondemand`);
    });

  scene(`axe finds nothing serious on a desk in any state on a ${where}`, viewport,
    async ({ page, shop }) => {
      const month = { description: '1 × /dev/chat Pair Coding (at $60.00 / month)', quantity: 1,
        unit: usd(6000), amount: usd(6000) };
      const open = invoice('open', 6000);
      const paid = invoice('paid', 16_000);
      const end = { endedAt: days(0) };
      const used = { sessions: 2, amount: usd(16_000) };
      const states = {
        trialing: ['monthly', bill('trialing', { upcoming: upcoming(month) })],
        monthly: ['monthly', bill('active', { upcoming: upcoming(month),
          invoices: [invoice('paid', 6000)] })],
        offline: ['ondemand', bill('active', { fresh: false, pending: 2, usage: used })],
        past_due: ['monthly', bill('past_due', { open, invoices: [open],
          upcoming: upcoming(month) })],
        preparing: ['ondemand', bill('canceled', { subscription: end, usage: used,
          final: { invoice: null } })],
        canceled: ['ondemand', bill('canceled', { subscription: end, usage: used, invoices: [paid],
          final: { invoice: paid } })],
        declined: ['ondemand', bill('canceled', { subscription: end, usage: used, open,
          invoices: [open], final: { invoice: open } })],
      };
      const desk = {};
      for (const [state, [type, told]] of Object.entries(states)) {
        Object.assign(desk, { type, bill: told });
        await open_desk(page, shop, desk);
        const words = type === 'ondemand' && state !== 'offline' ? '.ended .standing' : '.story';
        await page.locator(words).getByText(/\w/).waitFor();
        await check(page, `page-${where}-${state}`);
      }
    });
}
