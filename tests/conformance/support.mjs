// What the conformance tests share: a caller without an SDK, a receiver of webhooks, a browser.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { eventually, send } from '../e2e/support.mjs';

export { eventually, scene, send } from '../e2e/support.mjs';

export const day = 86_400;
/** As `Stripe-Version` says it: the last with usage records, and the newest. */
export const acacia = '2025-02-24.acacia';
export const newest = '2026-10-28.endive';

/** `{ a: { b: [1] } }` as `a[b][0]=1`. */
export function form(params) {
  const parts = [];
  const add = (name, value) => {
    if (value === undefined) return;
    if (value !== null && typeof value === 'object') {
      for (const [key, each] of Object.entries(value)) add(name ? `${name}[${key}]` : key, each);
    } else {
      parts.push(`${encodeURIComponent(name)}=${encodeURIComponent(value ?? '')}`);
    }
  };
  add('', params);
  return parts.join('&');
}

/** Calls the API at one version; `seen(method, path, body)` hears of every answer. */
export function caller(url, version, seen = () => {}) {
  const key = `sk_test_${randomUUID().replaceAll('-', '')}`;
  async function call(method, path, params = {}) {
    const query = method === 'POST' ? '' : form(params);
    const answer = await send(url, method, query ? `${path}?${query}` : path, {
      headers: { Authorization: `Bearer ${key}`, 'Stripe-Version': version,
        'Content-Type': 'application/x-www-form-urlencoded' },
      body: method === 'POST' ? form(params) : undefined });
    assert.equal(answer.status, 200, `${method} ${path} ${form(params)}: ${answer.text}`);
    const body = answer.json();
    seen(method, path, body);
    return body;
  }
  return {
    key,
    get: (path, params) => call('GET', path, params),
    post: (path, params) => call('POST', path, params),
    remove: (path, params) => call('DELETE', path, params),
  };
}

/** Moves a test clock and waits until everything up to then has happened. */
export async function advance(api, clock, frozen_time) {
  await api.post(`/v1/test_helpers/test_clocks/${clock}/advance`, { frozen_time });
  await eventually(`the clock at ${frozen_time}`, 20_000, async () => {
    const { status } = await api.get(`/v1/test_helpers/test_clocks/${clock}`);
    return status === 'ready' || undefined;
  });
}

/**
 * Takes webhooks on a free port: `received` has the exact bytes and the signature of each. A page may
 * return here too.
 */
export async function receiver() {
  const received = [];
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      if (request.method === 'POST') {
        received.push({ path: request.url, raw: Buffer.concat(parts),
          signature: request.headers['stripe-signature'] });
      }
      response.end();
    });
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    received,
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}

/** Chromium, once a process; a page has a context of its own. */
export async function browser() {
  const { chromium } = await import('playwright-core').catch(() => {
    throw new Error('playwright-core is not installed in tests/conformance: run scripts/setup');
  });
  return chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu', '--no-first-run',
      '--disable-component-update', '--disable-sync'],
  });
}
