// A fresh server with its own sandbox, a fresh browser context, and what a person does with them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { pay } from '../support/checkout_page.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { chromium } = await import('playwright-core').catch(() => {
  throw new Error('playwright-core is not installed in tests/browser: run scripts/setup');
});

export const phone = { width: 390, height: 844 };
export const desktop = { width: 1280, height: 800 };

/** One `test` in a world of its own: `story(world)` gets its page, its server and its sandbox. */
export function scene(name, viewport, story) {
  test(name, { timeout: 90_000 }, async () => {
    const server = await start_server();
    let browser;
    try {
      browser = await chromium.launch({
        executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
        args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu', '--no-first-run',
          '--disable-component-update', '--disable-sync'],
      });
      await play(name, browser, viewport, (page) => story({ page, ...server }));
    } finally {
      await browser?.close();
      await server.stop();
    }
  });
}

/** Runs the story on a new page; if it fails, a screenshot and a trace stay in artifacts/. */
async function play(name, browser, viewport, story) {
  const context = await browser.newContext({ viewport });
  context.setDefaultTimeout(20_000);
  await context.tracing.start({ screenshots: true, snapshots: true });
  const page = await context.newPage();
  const mishaps = [];
  page.on('pageerror', (error) => mishaps.push(error));
  try {
    await story(page);
    if (mishaps.length) throw mishaps[0];
    await context.tracing.stop();
  } catch (error) {
    const kept = here(`artifacts/${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`);
    await mkdir(here('artifacts'), { recursive: true });
    await page.screenshot({ path: `${kept}.png`, fullPage: true }).catch(() => {});
    await context.tracing.stop({ path: `${kept}.trace.zip` });
    throw error;
  }
}

/** Starts the server on free ports, in a folder of its own so that no `.env` is read. */
async function start_server() {
  const binary = process.env.BILLING_SERVER || here('../../build/release/bin/billing-server');
  const folder = await mkdtemp(join(tmpdir(), 'billing-browser-'));
  const env = { PATH: process.env.PATH, HOME: folder };
  const server = spawn(binary, ['--sandbox', '--port', '0', '--sandbox-port', '0'],
    { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = [];
  server.stderr.on('data', (text) => log.push(text));
  const ended = new Promise((resolve) => {
    server.once('error', (error) => resolve(error.message));
    server.once('exit', (code, signal) => resolve(`exit ${code ?? signal}`));
  });

  async function stop() {
    server.kill('SIGTERM');
    const patience = setTimeout(() => server.kill('SIGKILL'), 10_000);
    const how = await ended;
    clearTimeout(patience);
    await rm(folder, { recursive: true, force: true });
    if (how === 'exit SIGKILL') throw new Error(`${binary} did not stop within 10 s of SIGTERM`);
  }

  const url = {};
  const ready = (async () => {
    for await (const line of createInterface({ input: server.stdout })) {
      const [, who, where] = /^(\S+) listening on (http:\/\/\S+)$/.exec(line) ?? [];
      if (who) url[who] = where;
      if (url['billing-server'] && url.sandbox) return;
    }
    throw new Error(`${binary} did not start (${await ended}): ${log.join('')}`);
  })();
  await Promise.race([ready, ended.then((how) => {
    throw new Error(`${binary} did not start (${how}): ${log.join('')}`);
  })]).catch(async (error) => {
    await stop();
    throw error;
  });
  server.stdout.resume();
  return { shop: url['billing-server'], sandbox: sandbox_at(url.sandbox), stop };
}

/** Asks the stand-in for Stripe over its HTTP interface. */
function sandbox_at(base) {
  async function ask(path, options) {
    const answer = await fetch(base + path, { ...options, headers: {
      Authorization: 'Bearer sk_test_sandbox', 'Stripe-Version': '2025-02-24.acacia' } });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
  const get = (path) => ask(path);

  return {
    url: base,
    get,
    post: (path, fields) => ask(path, { method: 'POST', body: new URLSearchParams(fields) }),
    /** Lets time pass, at the stand-in and at the server that carries it. */
    advance: (seconds) => ask('/_sandbox/clock', { method: 'POST',
      body: JSON.stringify({ advance: seconds }) }),
    fail: (fault) => ask('/_sandbox/faults', { method: 'POST', body: JSON.stringify(fault) }),
    faults: async () => (await get('/_sandbox/faults')).faults,
    heal: () => ask('/_sandbox/faults', { method: 'DELETE' }),
    /** The units on the customer's only subscription item, in the open period. */
    async usage_of(customer) {
      const { data: [subscription] } = await get(`/v1/subscriptions?customer=${customer}`);
      const item = subscription.items.data[0].id;
      const summaries = await get(`/v1/subscription_items/${item}/usage_record_summaries`);
      return summaries.data[0].total_usage;
    },
  };
}

/** Kept in artifacts/ for whoever wants to look. */
export async function picture(page, name) {
  await mkdir(here('artifacts'), { recursive: true });
  await page.screenshot({ path: here(`artifacts/${name}.png`), fullPage: true });
}

/** Nothing is wider than the window. */
export async function fits(page) {
  const { content, window } = await page.evaluate(() => (
    { content: document.documentElement.scrollWidth, window: innerWidth }));
  assert.ok(content <= window, `${page.url()} is ${content} wide in a window of ${window}`);
}

/** Signs up on the way from the landing page and ends on the dashboard. */
export async function sign_up(page, shop, email = 'ada@example.com') {
  await page.goto(shop);
  await page.locator('#ondemand-subscription').click();
  await page.waitForURL('**/login');
  await page.locator('input[name="email"]').fill(email);
  await page.locator('input[name="email"]').press('Enter');
  await page.waitForURL('**/dashboard');
}

/** Buys `monthly` or `ondemand` from a dashboard that offers it; answers the customer's id. */
export async function buy(page, type, card = '4242424242424242') {
  await page.locator(`#${type}-subscription`).click();
  await pay(page, card);
  await page.locator('[data-subscription-id]').waitFor();
  return page.locator('[data-customer-id]').getAttribute('data-customer-id');
}

/** From the landing page to a dashboard with the on-demand package; answers the customer's id. */
export async function subscribe_on_demand(page, shop) {
  await sign_up(page, shop);
  return buy(page, 'ondemand');
}

/** Arranges a session, and waits until that is confirmed. */
export async function arrange(page) {
  await page.locator('#arrange-session').click();
  await page.locator('#arrange-session:enabled').waitFor();
  assert.equal(await text_of(page.locator('#session-registered')), 'Session registered');
}

export async function each_once(page, ...selectors) {
  for (const selector of selectors) {
    assert.equal(await page.locator(selector).count(), 1, `elements that match ${selector}`);
  }
}

export async function none_of(page, ...selectors) {
  for (const selector of selectors) {
    assert.equal(await page.locator(selector).count(), 0, `elements that match ${selector}`);
  }
}

/** The text that a person reads, with white space folded. */
export async function text_of(locator) {
  return (await locator.innerText()).replace(/\s+/g, ' ').trim();
}
