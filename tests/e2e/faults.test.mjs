// What the stand-in's faults do to a client's connection, and its limits, over sockets.
import assert from 'node:assert/strict';
import net from 'node:net';
import { scene, send, version } from './support.mjs';

const customers = '/v1/customers';
const headers = { Authorization: 'Bearer sk_test_sandbox', 'Stripe-Version': version };
const with_key = (key) => ({ ...headers, 'Idempotency-Key': key,
  'Content-Type': 'application/x-www-form-urlencoded' });
const create = (stripe, key) =>
  send(stripe.url, 'POST', customers, { headers: with_key(key), body: 'name=Ada' });
const count = async (stripe) =>
  (await send(stripe.url, 'GET', customers, { headers })).json().data.length;

/** All that comes over one connection that asks once, and how it ended. */
function raw(url, method, path, body = '') {
  const { hostname, port, host } = new URL(url);
  return new Promise((resolve) => {
    const parts = [];
    const done = (how) => resolve({ how, text: Buffer.concat(parts).toString() });
    const socket = net.connect(port, hostname, () => socket.write(
      `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer sk_test_sandbox\r\n`
      + `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n`
      + `Idempotency-Key: k1\r\n\r\n${body}`));
    socket.on('data', (part) => parts.push(part));
    socket.on('error', (error) => done(error.code));
    socket.on('end', () => done('end'));
  });
}

for (const [kind, made] of [['reset_before', 0], ['reset_after', 1]]) {
  scene(`${kind}: the client's connection is reset with nothing sent`, async (world) => {
    const stripe = await world.sandbox();
    await stripe.fault({ operation: `POST ${customers}`, kind });
    assert.deepEqual(await raw(stripe.url, 'POST', customers, 'name=Ada'),
      { how: 'ECONNRESET', text: '' });
    assert.equal(await stripe.fault_used(), 1);
    assert.equal(await count(stripe), made);
    const again = await create(stripe, 'k1');
    assert.equal(again.status, 200);
    assert.equal(again.headers['idempotent-replayed'], made ? 'true' : undefined);
    assert.equal(await count(stripe), 1);
  });
}

scene('half_answer: the connection ends in the middle of the body', async (world) => {
  const stripe = await world.sandbox();
  await stripe.fault({ operation: `POST ${customers}`, kind: 'half_answer' });
  const { how, text } = await raw(stripe.url, 'POST', customers, 'name=Ada');
  assert.equal(how, 'end');
  const [head, body] = text.split('\r\n\r\n');
  assert.match(head, /^HTTP\/1\.1 200 /);
  const whole = (await create(stripe, 'k1')).text;
  assert.match(head, new RegExp(`\r\nContent-Length: ${whole.length}\r\n`, 'i'));
  assert.equal(body, whole.slice(0, Math.floor(whole.length / 2)));
  await stripe.fault({ operation: `GET ${customers}`, kind: 'half_answer' });
  await assert.rejects(send(stripe.url, 'GET', customers, { headers }), /aborted/);
});

scene('stall: others are answered meanwhile, save for its key', async (world) => {
  const stripe = await world.sandbox();
  await stripe.fault({ operation: `POST ${customers}`, kind: 'stall', milliseconds: 600_000 });
  // Rejected when the stand-in is stopped, unless it answers before.
  const stalled = create(stripe, 'k1').then(({ status }) => status, (error) => error.code);
  while (await stripe.fault_used() === 0) await new Promise(setImmediate);
  assert.equal(await count(stripe), 0);
  assert.equal((await create(stripe, 'k2')).status, 200);
  const in_use = await create(stripe, 'k1');
  assert.equal(in_use.status, 409);
  assert.equal(in_use.json().error.code, 'idempotency_key_in_use');
  const began = performance.now();
  assert.equal(await stripe.stop(), 0);
  assert.ok(performance.now() - began < 9_000, 'to stop, a stalled call is let go');
  assert.equal(await stalled, 200);
});

scene('stall: the answer comes when its time is over', async (world) => {
  const stripe = await world.sandbox();
  await stripe.fault({ operation: `POST ${customers}`, kind: 'stall', milliseconds: 300 });
  const began = performance.now();
  assert.equal((await create(stripe, 'k1')).status, 200);
  assert.ok(performance.now() - began >= 300);
});

scene('--faults draws the same for the same calls again', async (world) => {
  const counted = [];
  for (const seed of ['7', '7', '8']) {
    const stripe = await world.sandbox('--faults', '0.5', '--seed', seed);
    for (let i = 0; i < 25; ++i) await create(stripe, `k${i}`).catch(() => {});
    const faults = await send(stripe.url, 'GET', '/_sandbox/faults');
    counted.push(faults.json().drawn);
  }
  assert.deepEqual(counted[0], counted[1]);
  assert.notDeepEqual(counted[0], counted[2]);
  assert.equal(counted[0].calls, 25);
});

scene('--rate-limit answers 429 with a reason, and only where it is on', async (world) => {
  const limited = await world.sandbox('--rate-limit=5');
  const free = await world.sandbox();
  const reasons = async (stripe) => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => send(stripe.url, 'GET', customers, { headers })));
    return answers.filter(({ status }) => status === 429)
      .map((answer) => answer.headers['stripe-rate-limited-reason']);
  };
  // Sixty calls may take more than a second, but hardly eleven.
  assert.ok((await reasons(limited)).includes('endpoint-rate'));
  assert.deepEqual(await reasons(free), []);
});
