// Starting, stopping, and the hours in which Stripe is not there.
import assert from 'node:assert/strict';
import net from 'node:net';
import { FaultProxy, fair, hang } from './fault_proxy.mjs';
import { click, eventually, recording, scene, send, subscribe } from './support.mjs';

/** A start takes a tenth of this; a server that waits for Stripe takes three seconds and more. */
const at_once_ms = 2_500;

async function closed_port() {
  const listener = net.createServer();
  await new Promise((resolve) => { listener.listen(0, '127.0.0.1', resolve); });
  const { port } = listener.address();
  await new Promise((resolve) => { listener.close(resolve); });
  return port;
}

/** Sends the click again until it is settled; nothing else may come in between. */
function settled(shop, user, key) {
  return eventually(`${key} settled`, 30_000, async () => {
    const answer = await click(shop, user, key);
    if (answer.status === 200) return answer.json();
    assert.equal(answer.status, 202, answer.text);
  });
}

scene('A click is taken while Stripe fails, and counted once when it is back', async (world) => {
  // Not the whole default: the first click of an outage waits for all of it.
  const { shop, stripe } = await world.carrying_server('--settle-wait', '500');
  const user = await subscribe(shop);
  await stripe.fault({ operation: recording, status: 503, times: -1 });
  const taken = await click(shop, user, 'the-click');
  assert.equal(taken.status, 202, taken.text);
  assert.equal(taken.json().usageRecord, null);
  assert.match(taken.json().event, /^use_\w+$/);
  assert.equal((await click(shop, user, 'the-click')).text, taken.text);
  await eventually('the fault struck', 10_000, async () =>
    (await stripe.fault_used() > 0 ? true : undefined));
  assert.equal(await stripe.total(), 0);

  await stripe.clear_faults();
  const { event, usageRecord } = await settled(shop, user, 'the-click');
  assert.equal(event, taken.json().event);
  assert.match(usageRecord, /^mbur_\w+$/);
  assert.equal(await stripe.total(), 1);
});

scene('A click whose answers from Stripe are lost is counted once', async (world) => {
  const { shop, stripe } = await world.carrying_server('--settle-wait', '500');
  const user = await subscribe(shop);
  await stripe.fault({ operation: recording, status: 500, times: 2, after: true });
  await settled(shop, user, 'the-click');
  assert.equal(await stripe.fault_used(), 2);
  assert.equal(await stripe.total(), 1);
});

scene('The server lives by its sandbox\'s time: a click after the clock was moved is usage of then',
  async (world) => {
    const { shop, stripe } = await world.carrying_server();
    const user = await subscribe(shop);
    await settled(shop, user, 'before');
    const week = 7 * 86_400;
    const moved = await send(stripe.url, 'POST', '/_sandbox/clock',
      { body: JSON.stringify({ advance: week }) });
    assert.equal(moved.status, 200, moved.text);
    await settled(shop, user, 'after');
    const { items } = (await send(stripe.url, 'GET', '/_sandbox/usage')).json();
    const seconds = items.flatMap((item) => Object.keys(item.timestamps).map(Number));
    const [before, after] = seconds.sort();
    assert.ok(after - before >= week && after - before < week + 60, `${before}, ${after}`);
  });

scene('A click that Stripe refuses is refused for its key for ever, and the next is taken',
  async (world) => {
    const { shop, stripe } = await world.carrying_server();
    const user = await subscribe(shop);
    await stripe.fault({ operation: recording, status: 400, message: 'No more sessions today.' });
    const refused = await click(shop, user, 'the-click');
    assert.ok(refused.status >= 400 && refused.status < 500, `${refused.status} ${refused.text}`);
    assert.match(refused.json().error.message, /No more sessions today\./);
    assert.equal(await stripe.fault_used(), 1);
    for (let i = 0; i < 3; ++i) {
      const again = await click(shop, user, 'the-click');
      assert.equal(again.status, refused.status);
      assert.equal(again.text, refused.text);
    }
    assert.equal((await click(shop, user, 'another-click')).status, 200);
    assert.equal(await stripe.total(), 1);
  });

scene('The server starts, serves its page and stops while nobody listens at Stripe\'s address',
  async (world) => {
    const server = await world.server(`http://127.0.0.1:${await closed_port()}`);
    const offerings = await send(server.shop, 'GET', '/offerings');
    assert.equal(offerings.status, 200);
    assert.deepEqual(offerings.json(), { pairCode: null, workshop: null });
    for (const path of ['/', '/login', '/dashboard']) {
      const page = await send(server.shop, 'GET', path);
      assert.equal(page.status, 200);
      assert.match(page.headers['content-type'], /^text\/html/);
      assert.match(page.headers['content-security-policy'], /frame-ancestors 'none'/);
      assert.match(page.text, /<!doctype html>/i);
    }
    assert.equal(await server.stop(), 0);
  });

scene('A server that knows its customers takes clicks while Stripe is gone', async (world) => {
  const sandbox = await world.sandbox();
  const before = await world.server(sandbox.url);
  const user = await subscribe(before.shop);
  assert.equal(await before.stop(), 0);

  const gone = `http://127.0.0.1:${await closed_port()}`;
  const meanwhile = await world.server(gone, { args: ['--settle-wait', '300'] });
  const taken = await click(meanwhile.shop, user, 'the-click');
  assert.equal(taken.status, 202, taken.text);
  assert.equal(await meanwhile.stop(), 0);

  const after = await world.server(sandbox.url);
  assert.equal((await settled(after.shop, user, 'the-click')).event, taken.json().event);
  assert.equal(await sandbox.total(), 1);
});

scene('SIGTERM while clicks wait ends with exit 0, and what was answered is delivered later',
  async (world) => {
    const clicks = 8;
    const sandbox = await world.sandbox();
    const server = await world.server(sandbox.url);
    const user = await subscribe(server.shop);
    // Of a subscription this young, most have to wait for seconds of their own.
    const keys = Array.from({ length: clicks }, (_, i) => `click-${i}`);
    const waiting = Promise.all(keys.map((key) => click(server.shop, user, key)));
    await eventually('all clicks on disk', 10_000, async () => {
      const on_disk = await world.usage_rows('--state', 'pending');
      const done = await world.usage_rows('--state', 'delivered');
      return on_disk.length + done.length === clicks && on_disk.length > 0 ? true : undefined;
    });
    assert.equal(await server.stop(), 0);
    const answers = await waiting;
    for (const answer of answers) assert.ok([200, 202].includes(answer.status), answer.text);
    assert.ok((await world.usage_rows('--state', 'pending')).length > 0, 'some were undelivered');

    const next = await world.server(sandbox.url);
    for (const [i, key] of keys.entries()) {
      assert.equal((await settled(next.shop, user, key)).event, answers[i].json().event);
    }
    assert.equal(await sandbox.total(), clicks);
    assert.equal(await next.stop(), 0);
  });

scene('A data file of one Stripe account is refused with the key of another', async (world) => {
  const sandbox = await world.sandbox();
  const of = (key) => ({ env: { STRIPE_SECRET_KEY: key } });
  assert.equal(await (await world.server(sandbox.url, of('sk_test_one'))).stop(), 0);
  await assert.rejects(world.server(sandbox.url, of('sk_test_two')), (error) => {
    assert.match(error.message, /did not start \(2\)/);
    assert.match(error.message, /belongs to Stripe account acct_\w+ .*, not to acct_\w+/);
    return true;
  });
  assert.equal(await (await world.server(sandbox.url, of('sk_test_one'))).stop(), 0);
});

scene('A server started while Stripe hangs takes a click at once, and delivers it later',
  async (world) => {
    const sandbox = await world.sandbox();
    const proxy = world.keep(await FaultProxy.before(sandbox.url));
    const before = await world.server(proxy.url);
    const user = await subscribe(before.shop);
    assert.equal(await before.stop(), 0);

    await proxy.turn([hang]);
    const started = performance.now();
    const { shop } = await world.server(proxy.url);
    const answer = await click(shop, user, 'click-while-stripe-hangs');
    const took = Math.round(performance.now() - started);
    assert.equal(answer.status, 202, answer.text);
    assert.ok(took < at_once_ms, `the click was answered ${took} ms after the start`);
    assert.ok(proxy.count(hang) > 0, 'Stripe was asked');
    assert.equal(await sandbox.total(), 0);

    await proxy.turn(fair);
    await eventually('the click delivered', 30_000, async () =>
      (await sandbox.total() === 1 ? true : undefined));
  });
