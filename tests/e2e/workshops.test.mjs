// Workshops over sockets: one press is one invoice item, whatever becomes of Stripe or the server.
import assert from 'node:assert/strict';
import { FaultProxy, answer, down, fair, lose, pass, work_then } from './fault_proxy.mjs';
import { click, eventually, post_json, scene, subscribe } from './support.mjs';

const customers = 5;
const healed_within_ms = 30_000;
const broken = answer('500', 500, { type: 'api_error', message: 'Something went wrong.' });

const press = (shop, user, key, attendees) => post_json(
  shop, `/offerings/workshop?user_id=${user}`, { attendees }, { 'Idempotency-Key': key });

scene('A workshop is answered with its invoice item, twenty times the same', async (world) => {
  const { shop, stripe } = await world.carrying_server();
  const user = await subscribe(shop);
  const first = await press(shop, user, 'the-press', 6);
  assert.equal(first.status, 200, first.text);
  const { subscription, event, invoiceItem } = first.json();
  assert.match(event, /^use_\w+$/);
  const again = await Promise.all(
    Array.from({ length: 20 }, () => press(shop, user, 'the-press', 6)));
  for (const each of again) assert.equal(each.text, first.text);
  const [item, ...more] = await stripe.invoice_items(user);
  assert.deepEqual(more, []);
  assert.equal(item.id, invoiceItem);
  assert.equal(item.subscription, subscription);
  assert.equal(item.metadata.event, event);
  assert.deepEqual([item.quantity, item.price.unit_amount, item.amount], [6, 8000, 48000]);

  assert.equal((await press(shop, user, 'the-press', 7)).status, 409);
  assert.equal((await press(shop, user, 'other', '6')).status, 400);
  assert.equal((await stripe.invoice_items(user)).length, 1);
});

// What befalls Stripe, and the calls that add invoice items, while a workshop is pressed.
const rounds = [
  { fault: { kind: 'reset_after', times: 3 } },
  { weather: down },
  { fault: { status: 500, stored: true, after: true, times: 3 } },
  { weather: [pass, lose] },
  { fault: { status: 500, stored: true, after: false, times: 3 } },
  { weather: [pass, broken, work_then(broken)] },
  { fault: { kind: 'half_answer', times: 3 }, kill: true },
  {},
];

scene('None is lost or doubled while Stripe fails and the server is killed', async (world) => {
  const sandbox = await world.sandbox();
  const proxy = world.keep(await FaultProxy.before(sandbox.url));
  const start = () => world.server(proxy.url, { args: ['--settle-wait', '0'] });
  let server = await start();
  const users = await Promise.all(Array.from({ length: customers }, (_, i) =>
    subscribe(server.shop, `person${i}@example.com`)));

  for (const [i, { fault, weather, kill }] of rounds.entries()) {
    if (fault) await sandbox.fault({ operation: 'POST /v1/invoiceitems', ...fault });
    await proxy.turn(weather ?? fair);
    for (const user of users) {
      const answered = await press(server.shop, user, `press-${i}`, 1 + i);
      assert.equal(answered.status, 202, answered.text);
      assert.equal((await click(server.shop, user, `click-${i}`)).status, 202);
    }
    if (fault) {
      await eventually(`the fault of round ${i}`, 20_000, async () =>
        (await sandbox.fault_used() === fault.times ? true : undefined));
      await sandbox.clear_faults();
    }
    if (kill) {
      await server.kill();
      server = await start();
    }
  }
  assert.ok(proxy.resets > 0);
  await eventually('all settled', healed_within_ms, async () =>
    ((await world.usage_rows('--state', 'pending')).length === 0 ? true : undefined));

  for (const user of users) {
    const items = await sandbox.invoice_items(user);
    const attendees = items.map((each) => each.quantity).sort((a, b) => a - b);
    assert.deepEqual(attendees, rounds.map((_, i) => 1 + i));
  }
  assert.equal(await sandbox.total(), customers * rounds.length);
});
