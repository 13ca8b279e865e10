// One story told through Stripe's Node SDK, at the last version with usage records and at the newest
// that runs on Node 18. The SDKs are used as they come: only the address is ours. What differs between
// the versions stands in `sdks`.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import Stripe17 from 'stripe-17';
import Stripe22 from 'stripe-22';
import { pay } from '../support/checkout_page.mjs';
import { browser, day, eventually, receiver, scene, send } from './support.mjs';

const hour = 3600;
const month = { interval: 'month' };
const sdks = {
  'stripe 17': {
    Stripe: Stripe17,
    async metered(stripe, product) {
      const price = await stripe.prices.create({ product, currency: 'usd', unit_amount: 8000,
        recurring: { ...month, usage_type: 'metered', aggregate_usage: 'sum' } });
      assert.equal(price.recurring.aggregate_usage, 'sum');
      return { price };
    },
    async use(stripe, _, { items: { data: [{ id }] } }) {
      await stripe.subscriptionItems.createUsageRecord(id, { quantity: 1, timestamp: 'now' });
    },
    async usage(stripe, _, { items: { data: [{ id }] } }) {
      const { data } = await stripe.subscriptionItems.listUsageRecordSummaries(id);
      return data[0].total_usage;
    },
    async preview(stripe, subscription) {
      return stripe.invoices.retrieveUpcoming({ subscription });
    },
    period_end: (subscription) => subscription.current_period_end,
    subscription_of: (invoice) => invoice.subscription,
    price_of: (line) => line.price.id,
    assert_paid(invoice) {
      assert.equal(invoice.paid, true);
      assert.match(invoice.payment_intent, /^pi_/);
      assert.match(invoice.charge, /^ch_/);
    },
  },
  'stripe 22': {
    Stripe: Stripe22,
    async metered(stripe, product) {
      const meter = await stripe.billing.meters.create({ display_name: 'Sessions',
        event_name: 'sessions', default_aggregation: { formula: 'sum' } });
      const price = await stripe.prices.create({ product, currency: 'usd', unit_amount: 8000,
        recurring: { ...month, usage_type: 'metered', meter: meter.id } });
      assert.equal(price.recurring.meter, meter.id);
      return { price, meter };
    },
    async use(stripe, { meter }, { customer }) {
      await stripe.billing.meterEvents.create({ event_name: meter.event_name,
        payload: { stripe_customer_id: customer, value: '1' } });
    },
    async usage(stripe, { meter }, { customer }) {
      const minute = Math.floor(Date.now() / 60_000) * 60;
      const { data } = await stripe.billing.meters.listEventSummaries(meter.id,
        { customer, start_time: minute - hour, end_time: minute + hour });
      return data[0]?.aggregated_value;
    },
    async preview(stripe, subscription) {
      return stripe.invoices.createPreview({ subscription });
    },
    period_end: (subscription) => subscription.items.data[0].current_period_end,
    subscription_of: (invoice) => invoice.parent.subscription_details.subscription,
    price_of: (line) => line.pricing.price_details.price,
    async assert_paid(invoice, stripe) {
      const { payments } = await stripe.invoices.retrieve(invoice.id, { expand: ['payments'] });
      assert.equal(payments.data[0].status, 'paid');
      assert.equal(payments.data[0].amount_paid, invoice.amount_paid);
    },
  },
};

/** The two ways for time to pass: what a customer needs for it, and how to get to a time. */
const times = {
  'a test clock': {
    async customer(stripe) {
      const frozen_time = Math.floor(Date.now() / 1000);
      return { test_clock: (await stripe.testHelpers.testClocks.create({ frozen_time })).id };
    },
    async reach({ stripe }, customer, frozen_time) {
      const { test_clock } = await stripe.customers.retrieve(customer);
      await stripe.testHelpers.testClocks.advance(test_clock, { frozen_time });
      await eventually('the clock to be ready', 20_000, async () => {
        const { status } = await stripe.testHelpers.testClocks.retrieve(test_clock);
        assert.notEqual(status, 'internal_failure');
        return status === 'ready' || undefined;
      });
    },
  },
  'the time of the stand-in': {
    async customer() {
      return {};
    },
    async reach({ url }, _, now) {
      const moved = await send(url, 'POST', '/_sandbox/clock', { body: JSON.stringify({ now }) });
      assert.equal(moved.status, 200, moved.text);
    },
  },
};

let chromium;
after(() => chromium?.close());

/** A shop that works with that SDK: its client, its webhooks, a browser's page. */
async function open_shop(world, sdk) {
  const { url } = await world.sandbox();
  const { hostname: host, port } = new URL(url);
  const stripe = new sdk.Stripe('sk_test_conformance', { protocol: 'http', host, port });
  const hooks = world.keep(await receiver());
  const endpoint = await stripe.webhookEndpoints.create({ url: `${hooks.url}/hooks`,
    enabled_events: ['*'], api_version: stripe.getApiField('version') });
  chromium ??= await browser();
  const context = world.keep(await chromium.newContext());
  context.setDefaultTimeout(10_000);
  return { url, stripe, hooks, endpoint, page: await context.newPage(), ...sdk };
}

/** Buys on the hosted page; answers the subscription. */
async function buy(shop, customer, line_item, card, subscription_data) {
  const { stripe, page, hooks } = shop;
  const session = await stripe.checkout.sessions.create({ mode: 'subscription', customer,
    line_items: [line_item], subscription_data, cancel_url: `${hooks.url}/back`,
    success_url: `${hooks.url}/done?session={CHECKOUT_SESSION_ID}` });
  assert.equal(session.status, 'open');
  await page.goto(session.url);
  await pay(page, card);
  await page.waitForURL(`${hooks.url}/done?session=${session.id}`);
  const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription'] });
  assert.equal(done.status, 'complete');
  assert.equal(done.url, null);
  return done.subscription;
}

/** Everything that happened, as the webhooks told it: each signed, each once at least. */
async function heard(shop) {
  const { stripe, hooks, endpoint } = shop;
  const events = new Map();
  await eventually('every event to be delivered', 20_000, async () => {
    for (const { raw, signature } of hooks.received) {
      const event = stripe.webhooks.constructEvent(raw, signature, endpoint.secret);
      assert.equal(event.api_version, stripe.getApiField('version'));
      events.set(event.id, event);
    }
    for await (const { id } of stripe.events.list({ limit: 100 })) {
      if (!events.has(id)) return undefined;
    }
    return true;
  });
  return [...events.values()];
}

function assert_heard(events, ...types) {
  const told = new Set(events.map((event) => event.type));
  assert.deepEqual(types.filter((type) => !told.has(type)), [], `of ${[...told].join(', ')}`);
}

/** Three sessions in a month, and the invoice for them. */
async function metered_month(shop, time) {
  const { stripe } = shop;
  const product = await stripe.products.create({ name: 'Pair Coding' });
  const metered = await shop.metered(stripe, product.id);
  const { id: customer } = await stripe.customers.create(
    { email: 'ada@example.com', ...await time.customer(stripe) });
  const subscription = await buy(shop, customer, { price: metered.price.id }, '4242424242424242');
  assert.equal(subscription.status, 'active');

  for (let i = 0; i < 3; i += 1) await shop.use(stripe, metered, subscription);
  await eventually('three sessions to be counted', 5_000, async () => (
    await shop.usage(stripe, metered, subscription) === 3 || undefined));
  assert.equal((await shop.preview(stripe, subscription.id)).total, 24_000);

  await time.reach(shop, customer, shop.period_end(subscription) + 2 * hour);
  const invoice = await eventually('the invoice of the month', 10_000, async () => {
    const { data } = await stripe.invoices.list({ subscription: subscription.id });
    return data.find((each) => each.billing_reason === 'subscription_cycle');
  });
  assert.deepEqual([invoice.status, invoice.total, invoice.amount_paid, invoice.amount_remaining],
    ['paid', 24_000, 24_000, 0]);
  assert.equal(shop.subscription_of(invoice), subscription.id);
  await shop.assert_paid(invoice, stripe);
  const { data: lines } = await stripe.invoices.listLineItems(invoice.id);
  assert.deepEqual(lines.map((line) => [line.quantity, line.amount, shop.price_of(line)]),
    [[3, 24_000, metered.price.id]]);
  assert.equal(shop.period_end(await stripe.subscriptions.retrieve(subscription.id))
    > shop.period_end(subscription), true);
  return { customer, subscription };
}

for (const [sdk_name, sdk] of Object.entries(sdks)) {
  for (const [time_name, time] of Object.entries(times)) {
    scene(`${sdk_name}: a metered month by ${time_name} costs what was used`, async (world) => {
      const shop = await open_shop(world, sdk);
      await metered_month(shop, time);
      const events = await heard(shop);
      assert_heard(events, 'product.created', 'price.created', 'customer.created',
        'checkout.session.completed', 'payment_method.attached', 'customer.subscription.created',
        'customer.subscription.updated', 'invoice.created', 'invoice.finalized', 'invoice.paid',
        'invoice.payment_succeeded', 'payment_intent.succeeded', 'charge.succeeded');
      const paid = events.filter((event) => event.type === 'invoice.paid'
        && event.data.object.billing_reason === 'subscription_cycle');
      assert.deepEqual(paid.map((event) => event.data.object.amount_paid), [24_000]);
    });
  }

  scene(`${sdk_name}: a card that fails leads to past_due`, async (world) => {
    const shop = await open_shop(world, sdk);
    const { stripe } = shop;
    const time = times['a test clock'];
    const product = await stripe.products.create({ name: 'Pair Coding' });
    await stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 6000,
      recurring: month, lookup_key: 'monthly' });
    const { data: [price] } = await stripe.prices.list(
      { lookup_keys: ['monthly'], expand: ['data.product'] });
    assert.equal(price.product.name, 'Pair Coding');
    const { id: customer } = await stripe.customers.create(
      { email: 'ada@example.com', ...await time.customer(stripe) });
    const { id, status, trial_end } = await buy(shop, customer, { price: price.id, quantity: 1 },
      '4000000000000341', { trial_period_days: 7 });
    assert.equal(status, 'trialing');

    await time.reach(shop, customer, trial_end + 2 * hour);
    const subscription = await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
    assert.equal(subscription.status, 'past_due');
    const { latest_invoice: invoice } = subscription;
    assert.deepEqual([invoice.status, invoice.amount_due, invoice.attempted, invoice.attempt_count],
      ['open', 6000, true, 1]);
    assert.ok(invoice.next_payment_attempt > trial_end, 'it will be tried again');
    await assert.rejects(stripe.invoices.pay(invoice.id), (error) => (
      error instanceof sdk.Stripe.errors.StripeCardError && error.code === 'card_declined'));
    const events = await heard(shop);
    assert_heard(events, 'customer.subscription.trial_will_end', 'invoice.payment_failed',
      'charge.failed', 'payment_intent.payment_failed');
    assert.ok(events.some((event) => event.type === 'customer.subscription.updated'
      && event.data.object.status === 'past_due'
      && event.data.previous_attributes.status !== undefined));
  });

  scene(`${sdk_name}: a customer cancels in the portal`, async (world) => {
    const shop = await open_shop(world, sdk);
    const { stripe, page, hooks } = shop;
    const time = times['a test clock'];
    const product = await stripe.products.create({ name: 'Pair Coding' });
    const price = await stripe.prices.create({ product: product.id, currency: 'usd',
      unit_amount: 6000, recurring: month });
    const { id: customer } = await stripe.customers.create(
      { email: 'ada@example.com', ...await time.customer(stripe) });
    const { id } = await buy(shop, customer, { price: price.id, quantity: 1 }, '4242424242424242');
    const configuration = await stripe.billingPortal.configurations.create({
      features: { subscription_cancel: { enabled: true, mode: 'at_period_end' } } });
    const portal = await stripe.billingPortal.sessions.create({ customer,
      configuration: configuration.id, return_url: `${hooks.url}/account` });
    await page.goto(portal.url);
    await page.locator('[data-test="cancel-subscription"]').click();
    await page.locator('[data-testid="confirm"]').click();
    await page.locator('[data-testid="return-to-business-link"]').click();
    await page.waitForURL(`${hooks.url}/account`);

    const leaving = await stripe.subscriptions.retrieve(id);
    assert.deepEqual([leaving.status, leaving.cancel_at], ['active', shop.period_end(leaving)]);
    await time.reach(shop, customer, leaving.cancel_at + day);
    const left = await stripe.subscriptions.retrieve(id);
    assert.deepEqual([left.status, left.ended_at, left.cancellation_details.reason],
      ['canceled', leaving.cancel_at, 'cancellation_requested']);
    assert_heard(await heard(shop), 'billing_portal.configuration.created',
      'billing_portal.session.created', 'customer.subscription.updated',
      'customer.subscription.deleted');
  });
}
