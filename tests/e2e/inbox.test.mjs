// Webhooks as the server takes them: what it believes, what it learns from them, and from nothing.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { eventually, pay, post_json, scene, send, sign_up } from './support.mjs';

const secret = 'whsec_of_this_test';
const day = 86_400;
const credentials = { Authorization: 'Bearer sk_test_sandbox' };

async function made(answering) {
  const answer = await answering;
  assert.equal(answer.status, 200, answer.text);
  return answer.json();
}
const read = (stripe, path) => made(send(stripe.url, 'GET', path, { headers: credentials }));
const write = (stripe, path, fields) => made(send(stripe.url, 'POST', path, {
  body: new URLSearchParams(fields).toString(),
  headers: { ...credentials, 'Content-Type': 'application/x-www-form-urlencoded' } }));

/** Buys a package and closes the browser: the server hears nothing of it from there. */
async function buy(shop, user, price) {
  const { pairCode } = await made(send(shop, 'GET', '/offerings'));
  const { url } = await made(
    post_json(shop, `/offerings/paircode?user_id=${user}`, { price: pairCode[price].id }));
  return () => pay(new URL(url));
}

/** From now on `GET /users` tells only what the server has stored. */
const hide_lists = (stripe) =>
  stripe.fault({ operation: 'GET /v1/subscriptions', status: 500, times: -1 });
const stored_status = async (shop, user) =>
  (await made(send(shop, 'GET', `/users?user_id=${user}`))).user.subscription?.status;

function signed(body, { time = Math.floor(Date.now() / 1000), key = secret } = {}) {
  return `t=${time},v1=${createHmac('sha256', key).update(`${time}.${body}`).digest('hex')}`;
}
const deliver = (shop, body, signature) => send(shop, 'POST', '/webhook', { body,
  headers: { 'Content-Type': 'application/json; charset=utf-8',
    ...(signature === undefined ? {} : { 'Stripe-Signature': signature }) } });

async function use_card(stripe, user, subscription, card) {
  const { id } = await write(stripe, `/v1/payment_methods/${card}/attach`, { customer: user });
  await write(stripe, `/v1/customers/${user}`, { 'invoice_settings[default_payment_method]': id });
  await write(stripe, `/v1/subscriptions/${subscription}`, { default_payment_method: id });
}

scene('What its own stand-in sends is signed, answered, and known', async (world) => {
  const { shop, stripe } = await world.carrying_server();
  const user = await sign_up(shop, 'ada@example.com');
  await (await buy(shop, user, 'onDemandPrice'))();
  const delivered = await eventually('all delivered', 10_000, async () => {
    const { data } = await read(stripe, '/v1/events?delivery_success=true&limit=100');
    const waiting = await read(stripe, '/v1/events?delivery_success=false');
    return waiting.data.length === 0 && data.length > 0 ? data : undefined;
  });
  assert.ok(delivered.some((each) => each.type === 'checkout.session.completed'));
  await hide_lists(stripe);
  assert.equal(await stored_status(shop, user), 'active');
});

scene('A signature that is bad, old or missing is refused in the SDKs\' words, and nothing is stored',
  async (world) => {
    const sandbox = await world.sandbox();
    const { shop } = await world.server(sandbox.url, { env: { STRIPE_WEBHOOK_SECRET:
      `whsec_that_goes,${secret}` } });
    const user = await sign_up(shop, 'ada@example.com');
    await (await buy(shop, user, 'onDemandPrice'))();
    await hide_lists(sandbox);
    const { data } = await read(sandbox, '/v1/events?type=checkout.session.completed');
    const body = JSON.stringify(data[0], null, 2);
    const no_match = 'No signatures found matching the expected signature for payload. Are you '
      + 'passing the raw request body you received from Stripe? \n If a webhook request is being '
      + 'forwarded by a third-party tool, ensure that the exact request body, including JSON '
      + 'formatting and new line style, is preserved.\n\nLearn more about webhook signing and '
      + 'explore webhook integration examples for various frameworks at '
      + 'https://docs.stripe.com/webhooks/signature\n';
    const old = Math.floor(Date.now() / 1000) - 301;
    for (const [signature, message] of [
      [undefined, 'No stripe-signature header value was provided.'],
      ['v1=00', 'Unable to extract timestamp and signatures from header'],
      ['t=1', 'No signatures found with expected scheme'],
      [signed(body, { key: 'whsec_wrong' }), no_match],
      [signed(`${body} `), no_match],
      [signed(body, { time: old, key: 'whsec_wrong' }), no_match],
      [signed(body, { time: old }), 'Timestamp outside the tolerance zone'],
    ]) {
      const refused = await deliver(shop, body, signature);
      assert.equal(refused.status, 400, refused.text);
      assert.equal(refused.json().error.message, message);
    }
    assert.equal(await stored_status(shop, user), undefined);
    for (const key of [secret, 'whsec_that_goes']) {
      const taken = await deliver(shop, body, signed(body, { key }));
      assert.equal(taken.status, 200, taken.text);
      assert.deepEqual(taken.json(), { received: true });
    }
    assert.equal(await stored_status(shop, user), 'active');
  });

scene('A trial that ends with a bad card is past due at once, and active once the card is fixed',
  async (world) => {
    const { shop, stripe } = await world.carrying_server();
    const user = await sign_up(shop, 'ada@example.com');
    await (await buy(shop, user, 'monthlyPrice'))();
    const subscription = (await read(stripe, `/v1/subscriptions?customer=${user}`)).data[0].id;
    await use_card(stripe, user, subscription, 'pm_card_chargeCustomerFail');
    await hide_lists(stripe);
    await eventually('the trial known', 10_000, async () =>
      (await stored_status(shop, user) === 'trialing' ? true : undefined));

    await made(send(stripe.url, 'POST', '/_sandbox/clock',
      { body: JSON.stringify({ advance: 3 * day + 7_200 }) }));
    await eventually('past due', 2_000, async () =>
      (await stored_status(shop, user) === 'past_due' ? true : undefined));

    await use_card(stripe, user, subscription, 'pm_card_visa');
    await eventually('active again', 10_000, async () =>
      (await stored_status(shop, user) === 'active' ? true : undefined));
    const { data } = await read(stripe, `/v1/invoices?customer=${user}`);
    assert.deepEqual(data.map((each) => [each.status, each.amount_paid]),
      [['paid', 6_000], ['paid', 0]]);
  });

scene('Where no webhook arrives, Stripe\'s list is read at start', async (world) => {
  const sandbox = await world.sandbox();
  const first = await world.server(sandbox.url);
  const user = await sign_up(first.shop, 'ada@example.com');
  const finish = await buy(first.shop, user, 'onDemandPrice');
  await first.stop();
  await finish();
  await hide_lists(sandbox);
  const second = await world.server(sandbox.url);
  await eventually('the subscription known', 10_000, async () =>
    (await stored_status(second.shop, user) === 'active' ? true : undefined));
  const warnings = second.log.filter((line) => line.includes('"webhook_secret_missing"'));
  assert.equal(warnings.length, 1, second.log.join('\n'));
  const refused = await deliver(second.shop, '{}', signed('{}'));
  assert.equal(refused.status, 400);
  assert.equal(refused.json().error.message,
    'No webhook secret value was provided. It should start with `whsec_`');
});
