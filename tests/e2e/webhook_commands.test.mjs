// `billing webhooks` beside a running server, which Stripe does not reach.
import assert from 'node:assert/strict';
import { scene, send, subscribe, version } from './support.mjs';

/** Ends what a customer bought, at Stripe; answers the subscription. */
async function cancel_at_stripe(stripe, customer) {
  const { data: [{ id }] } = await stripe.get(`/v1/subscriptions?customer=${customer}`);
  const ended = await send(stripe.url, 'DELETE', `/v1/subscriptions/${id}`,
    { headers: { Authorization: 'Bearer sk_test_sandbox', 'Stripe-Version': version } });
  assert.equal(ended.status, 200, ended.text);
  return id;
}

const gaps = async (world, stripe) => {
  const { code, out, err } = await world.billing(stripe.url, 'webhooks', 'gaps', '--json');
  return { code, err, ...JSON.parse(out) };
};

scene('gaps finds what never arrived, and the running server learns it', async (world) => {
  const stripe = await world.sandbox();
  const { shop } = await world.server(stripe.url);
  const customer = await subscribe(shop);
  const subscription = await cancel_at_stripe(stripe, customer);
  const healed = await gaps(world, stripe);
  assert.equal(healed.code, 0, healed.err);
  assert.equal(healed.healed, true);
  assert.equal(healed.events.length, healed.missing);
  assert.ok(healed.events.every(({ origin, state }) => origin === 'gap' && state === 'done'));
  const [end] = healed.events.filter(({ type }) => type === 'customer.subscription.deleted');
  assert.equal(end.object, subscription);
  const again = await gaps(world, stripe);
  assert.deepEqual([again.code, again.missing, again.listed], [0, 0, healed.listed]);

  await stripe.stop();
  const { user } = (await send(shop, 'GET', `/users?user_id=${customer}`)).json();
  assert.equal(user.subscription.status, 'canceled', 'known without asking Stripe');
});

scene('replay has the running server act once more, and says so', async (world) => {
  const stripe = await world.sandbox();
  const { shop } = await world.server(stripe.url);
  const customer = await subscribe(shop);
  const { events } = await gaps(world, stripe);
  const { event } = events.find(({ type }) => type === 'customer.subscription.created');
  await cancel_at_stripe(stripe, customer);
  const replayed = await world.billing(stripe.url, 'webhooks', 'replay', event, '--json');
  assert.equal(replayed.code, 0, replayed.err);
  assert.equal(JSON.parse(replayed.out).events[0].state, 'done');
  const listed = await world.billing(stripe.url, 'webhooks', 'list', '--state', 'received');
  assert.equal(listed.out, 'No events.\n');
  const unknown = await world.billing(stripe.url, 'webhooks', 'replay', 'evt_unknown');
  assert.equal(unknown.code, 2);

  await stripe.stop();
  const { user } = (await send(shop, 'GET', `/users?user_id=${customer}`)).json();
  assert.equal(user.subscription.status, 'canceled');
});
