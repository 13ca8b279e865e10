// Webhooks over real sockets: what a receiver that trusts nobody gets from the stand-in.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import http from 'node:http';
import { eventually, scene, send } from './support.mjs';

const patience_ms = 15_000;

/** Listens on a free port; keeps each request, and answers with the status it is told. */
async function receiver(world, answer = () => 200) {
  const got = [];
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      const hook = { body, path: request.url, headers: request.headers, event: JSON.parse(body) };
      got.push(hook);
      const status = answer(hook, got.length);
      // 0: never.
      if (status) response.writeHead(status, { Location: '/elsewhere' }).end('thank you');
    });
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  world.keep({ close: () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  }) });
  return { got, url: `http://127.0.0.1:${server.address().port}/hook?of=mine` };
}

/** As Stripe's libraries check it: over the raw bytes, and not older than five minutes. */
function assert_signed({ body, headers }, secret) {
  const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers['stripe-signature']);
  assert.equal(createHmac('sha256', secret).update(`${t}.`).update(body).digest('hex'), v1);
  assert.ok(Math.abs(Date.now() / 1000 - t) < 300, `signed at ${t}`);
}

const credentials = { Authorization: 'Bearer sk_test_sandbox' };
function form(url, path, fields = {}) {
  return send(url, 'POST', path, { body: new URLSearchParams(fields).toString(), headers: {
    ...credentials, 'Content-Type': 'application/x-www-form-urlencoded' } });
}
async function made(answering) {
  const answer = await answering;
  assert.equal(answer.status, 200, answer.text);
  return answer.json();
}
const endpoint = (url, to) => made(form(url, '/v1/webhook_endpoints',
  { url: to, 'enabled_events[]': 'customer.created' }));
const customer = (url, name) => made(form(url, '/v1/customers', { name }));
function advance(url, seconds) {
  const body = JSON.stringify({ advance: seconds });
  return made(send(url, 'POST', '/_sandbox/clock', { body, headers: {} }));
}
const when_there = (what, got, count) =>
  eventually(what, patience_ms, () => (got.length >= count ? got : undefined));

scene('A receiver gets signed webhooks, again after a 500 when the clock moves, and by replay',
  async (world) => {
    const { url } = await world.sandbox();
    const { got, url: hook } = await receiver(world, (_, count) => (count === 1 ? 500 : 200));
    const { secret, id } = await endpoint(url, hook);
    await customer(url, 'Zoë "<script>"');
    await when_there('the first try', got, 1);
    assert.equal(got[0].path, '/hook?of=mine');
    assert.equal(got[0].headers['content-type'], 'application/json; charset=utf-8');
    assert.match(got[0].headers['user-agent'], /^Stripe\/1\.0 /);
    assert.equal(got[0].event.type, 'customer.created');
    assert.equal(got[0].event.data.object.name, 'Zoë "<script>"');
    const retried = got[0].event.id;
    const waiting = `/v1/events?delivery_success=false`;
    await eventually('the 500 noted', patience_ms, async () => (
      (await made(send(url, 'GET', waiting, { headers: credentials }))).data.length === 1
        ? true : undefined));
    // The receiver's clock stays where it is, and a signature that looks old would be refused.
    await eventually('the retry', patience_ms, async () => {
      await advance(url, 3600);
      return got.length > 1 ? true : undefined;
    });
    await eventually('its success noted', patience_ms, async () => (
      (await made(send(url, 'GET', waiting, { headers: credentials }))).data.length === 0
        ? true : undefined));
    await made(form(url, `/v1/events/${retried}/retry`, { webhook_endpoint: id }));
    await when_there('the replay', got, 3);
    for (const each of got) {
      assert_signed(each, secret);
      assert.equal(each.event.id, retried);
    }
    assert.equal(got.length, 3);
  });

scene('A slow receiver holds up neither the API nor the others, and a redirect is not followed',
  async (world) => {
    const { url } = await world.sandbox();
    const slow = await receiver(world, () => 0);
    const moved = await receiver(world, () => 307);
    const quick = await receiver(world);
    for (const each of [slow, moved, quick]) await endpoint(url, each.url);
    const begun = performance.now();
    for (let i = 0; i < 20; ++i) await customer(url, `c${i}`);
    await when_there('all at the quick one', quick.got, 20);
    await when_there('all at the redirecting one', moved.got, 20);
    assert.ok(performance.now() - begun < 8_000, 'the slow one answers nothing for ten seconds');
    assert.deepEqual(quick.got.map((each) => each.event.data.object.name),
      Array.from({ length: 20 }, (_, i) => `c${i}`));
    assert.ok(moved.got.every((each) => each.path === '/hook?of=mine'));
    assert.equal(slow.got.length, 1);
  });

scene('--forward-to gets all that happens, signed with the secret that is printed at start',
  async (world) => {
    const { got, url: hook } = await receiver(world);
    const sandbox = world.launch('sandbox', ['--port', '0', '--now', '1600000000',
      '--forward-to', hook, '--webhook-secret', 'whsec_given'], {});
    const said = [];
    sandbox.child.stdout.on('data', (text) => said.push(text));
    const { sandbox: url } = await sandbox.listening(['sandbox']);
    await customer(url, 'early');
    await when_there('the webhook', got, 1);
    assert_signed(got[0], 'whsec_given');
    assert.equal(got[0].event.api_version, '2025-02-24.acacia');
    await eventually('the secret', patience_ms, () => /whsec_given/.exec(said.join('')) ?? undefined);
    assert.match(said.join(''), /inspector: http:\/\/127\.0\.0\.1:\d+\/_sandbox\/\n/);
  });
