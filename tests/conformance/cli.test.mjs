// Stripe's own command line against the stand-in.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import Stripe from 'stripe-22';
import { eventually, receiver, scene } from './support.mjs';

const binary = fileURLToPath(
  new URL('node_modules/@stripe/cli-linux-x64/bin/stripe', import.meta.url));

/** `stripe ARGUMENTS` in a home of its own; nothing but the stand-in can be reached. */
function cli_at(world, base, key = 'sk_test_conformance') {
  assert.ok(existsSync(binary), "Stripe's CLI is not installed (it comes for Linux on x64): "
    + 'run scripts/setup test');
  const nowhere = 'http://127.0.0.1:9';
  const env = { PATH: process.env.PATH, HOME: world.folder, XDG_CONFIG_HOME: world.folder,
    STRIPE_API_KEY: key, STRIPE_CLI_TELEMETRY_OPTOUT: '1', HTTPS_PROXY: nowhere,
    HTTP_PROXY: nowhere };
  return (...args) => new Promise((resolve) => {
    const options = { env, cwd: world.folder, timeout: 20_000, maxBuffer: 16 << 20 };
    execFile(binary, [...args, '--api-base', base], options, (error, stdout, stderr) => {
      resolve({ code: error ? error.code ?? error.signal : 0, text: stdout + stderr,
        json: () => JSON.parse(stdout) });
    });
  });
}

/** A command that must end with 0 and print an object that is no error. */
async function object_from(running) {
  const { code, text, json } = await running;
  assert.equal(code, 0, text);
  const body = json();
  assert.equal(body.error, undefined, text);
  return body;
}

async function command_line(world, story) {
  const { url } = await world.sandbox();
  await story(cli_at(world, url), url);
}

scene('The CLI lists, reads, makes and deletes', (world) => command_line(world, async (cli) => {
  const tea = await object_from(cli('post', '/v1/products', '-d', 'name=Tea', '-i', 'once'));
  assert.deepEqual(await object_from(cli('post', '/v1/products', '-d', 'name=Tea', '-i', 'once')),
    tea);
  const price = await object_from(cli('prices', 'create', '--product', tea.id,
    '--unit-amount', '1500', '--currency', 'usd', '--recurring.interval', 'month'));
  assert.equal(price.recurring.interval, 'month');
  const { data } = await object_from(cli('prices', 'list', '--limit', '3'));
  assert.deepEqual(data, [price]);
  assert.deepEqual(await object_from(cli('get', price.id)), price);
  assert.deepEqual(await object_from(cli('get', `/v1/products/${tea.id}`)), tea);
  const customer = await object_from(cli('customers', 'create', '--email', 'ada@example.com'));
  assert.equal((await object_from(cli('delete', `/v1/customers/${customer.id}`, '--confirm')))
    .deleted, true);
  assert.equal((await cli('get', 'price_1MowQVLkdIwHu7ixeRlqHVzs')).json().error.code,
    'resource_missing');
}));

scene('The CLI asks in an older or a newer version', (world) => command_line(world, async (cli) => {
  const { id } = await object_from(cli('products', 'create', '--name', 'Tea'));
  const create = ['post', '/v1/prices', '-d', `product=${id}`, '-d', 'unit_amount=1500',
    '-d', 'currency=usd', '-d', 'recurring[interval]=month', '-d', 'recurring[usage_type]=metered',
    '--stripe-version'];
  assert.equal((await object_from(cli(...create, '2022-11-15'))).recurring.usage_type, 'metered');
  assert.equal((await cli(...create, '2025-03-31.basil')).json().error.message,
    'Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by meters.');
}));

const steps = [
  { name: 'tea', path: '/v1/products', method: 'post', params: { name: 'Tea' } },
  { name: 'price', path: '/v1/prices', method: 'post', params: { product: '${tea:id}',
    unit_amount: 1500, currency: 'usd', recurring: { interval: 'month' }, lookup_key: 'tea' } },
  { name: 'ada', path: '/v1/customers', method: 'post', params: { email: 'ada@example.com' } },
  { name: 'session', path: '/v1/checkout/sessions', method: 'post', params: {
    mode: 'subscription', customer: '${ada:id}', success_url: 'https://example.com/',
    line_items: [{ price: '${price:id}', quantity: 2 }] } },
  { name: 'again', path: '/v1/checkout/sessions/${session:id}', method: 'get' },
];

async function fixture_file(world, name, fixtures) {
  await writeFile(`${world.folder}/${name}`,
    JSON.stringify({ _meta: { template_version: 0 }, fixtures }));
  return name;
}

scene('A fixture file runs to its end, and stops at what is refused', (world) => command_line(world,
  async (cli) => {
    const { code, text } = await cli('fixtures', await fixture_file(world, 'good.json', steps));
    assert.equal(code, 0, text);
    const { data: [session] } = await object_from(cli('get', '/v1/checkout/sessions'));
    assert.equal(session.amount_total, 3000);
    const wrong = { ...steps[0], params: { name: 'Tea', wat: 1 } };
    const refused = await cli('fixtures', await fixture_file(world, 'bad.json', [wrong]));
    assert.equal(refused.code, 1);
    assert.match(refused.text, /Received unknown parameter: wat/);
  }));

/** The newest event of a type. */
async function event_of(cli, type) {
  return eventually(type, 5_000, async () => (
    (await object_from(cli('events', 'list', '--type', type))).data[0]));
}

scene('An event that is resent reaches the endpoint again, signed anew', (world) => command_line(
  world, async (cli) => {
    const hooks = world.keep(await receiver());
    const endpoint = await object_from(cli('post', '/v1/webhook_endpoints',
      '-d', `url=${hooks.url}`, '-d', 'enabled_events[]=customer.created'));
    const customer = await object_from(cli('customers', 'create', '--email', 'ada@example.com'));
    await eventually('the webhook', 10_000, () => hooks.received[0]);
    const event = await event_of(cli, 'customer.created');
    assert.equal(event.data.object.id, customer.id);

    const resent = await object_from(
      cli('events', 'resend', event.id, '--webhook-endpoint', endpoint.id));
    assert.equal(resent.id, event.id);
    await eventually('the second webhook', 10_000, () => hooks.received[1]);
    const { webhooks } = new Stripe('sk_test_conformance');
    for (const { raw, signature } of hooks.received) {
      assert.equal(webhooks.constructEvent(raw, signature, endpoint.secret).id, event.id);
    }
    assert.equal((await object_from(cli('get', event.id))).id, event.id);
    // Without an endpoint it is meant for who listens at the CLI; nobody does.
    assert.equal((await object_from(cli('events', 'resend', event.id))).id, event.id);
    await eventually('the third webhook', 10_000, () => hooks.received[2]);
  }));

scene('An event that is resent without an endpoint goes where all are forwarded', async (world) => {
  const [listener, hooks] = [world.keep(await receiver()), world.keep(await receiver())];
  const secret = 'whsec_conformance';
  const { url } = await world.sandbox('--forward-to', listener.url, '--webhook-secret', secret);
  const cli = cli_at(world, url);
  await object_from(cli('post', '/v1/webhook_endpoints', '-d', `url=${hooks.url}`,
    '-d', 'enabled_events[]=customer.created'));
  const customer = await object_from(cli('customers', 'create', '--email', 'ada@example.com'));
  await eventually('both webhooks', 10_000, () => hooks.received[0] && listener.received[0]);
  const { id } = await event_of(cli, 'customer.created');
  await object_from(cli('events', 'resend', id));
  const { webhooks } = new Stripe('sk_test_conformance');
  const resent = await eventually('the forwarded one again', 10_000, () => {
    const told = listener.received.map(({ raw, signature }) => (
      webhooks.constructEvent(raw, signature, secret))).filter((event) => event.id === id);
    return told[1];
  });
  assert.equal(resent.data.object.id, customer.id);
  assert.equal(hooks.received.length, 1);
});

async function triggered(cli, ...args) {
  const { code, text } = await cli('trigger', ...args);
  assert.equal(code, 0, text);
}

scene('`trigger customer.subscription.created` makes a paid subscription', (world) => command_line(
  world, async (cli) => {
    await triggered(cli, 'customer.subscription.created');
    const { data: { object: { id } } } = await event_of(cli, 'customer.subscription.created');
    const subscription = await object_from(cli('get', id));
    assert.equal(subscription.status, 'active');
    const invoice = await object_from(cli('get', subscription.latest_invoice));
    assert.deepEqual([invoice.status, invoice.amount_paid], ['paid', 1500]);
  }));

scene('`trigger checkout.session.completed` pays a session', (world) => command_line(world,
  async (cli) => {
    await triggered(cli, 'checkout.session.completed');
    const { data: { object: session } } = await event_of(cli, 'checkout.session.completed');
    assert.deepEqual([session.mode, session.status, session.payment_status, session.amount_total],
      ['payment', 'complete', 'paid', 3000]);
  }));

scene('`trigger checkout.session.completed` also finishes a subscription', (world) => command_line(
  world, async (cli) => {
    await triggered(cli, 'checkout.session.completed', '--remove',
      'checkout_session:payment_intent_data', '--override', 'price:recurring.interval=month',
      '--override', 'checkout_session:mode=subscription');
    const { data: { object: session } } = await event_of(cli, 'checkout.session.completed');
    assert.equal(session.status, 'complete');
    assert.equal((await object_from(cli('get', session.subscription))).status, 'active');
  }));

const other_triggers = ['billing_portal.configuration.created',
  'billing_portal.configuration.updated', 'checkout.session.expired', 'customer.created',
  'customer.deleted', 'customer.subscription.deleted', 'customer.subscription.paused',
  'customer.subscription.trial_will_end', 'customer.subscription.updated', 'customer.updated',
  'invoice.created', 'invoice.deleted', 'invoice.finalized', 'invoice.paid',
  'invoice.payment_action_required', 'invoice.payment_failed', 'invoice.payment_succeeded',
  'invoice.updated', 'invoice.voided', 'invoiceitem.created', 'invoiceitem.deleted',
  'payment_method.attached', 'payment_method.detached', 'payment_method.updated', 'price.created',
  'price.updated', 'product.created', 'product.deleted', 'product.updated', 'setup_intent.canceled',
  'setup_intent.created', 'setup_intent.requires_action', 'setup_intent.setup_failed',
  'setup_intent.succeeded', 'test_helpers.test_clock.created', 'test_helpers.test_clock.deleted',
  'test_helpers.test_clock.ready'];

// Not here: payment intents and plans of their own, and `billing_portal.session.created`, which an
// account without saved portal settings refuses.
scene('Every other trigger of an emulated resource leads to its event', async (world) => {
  const { url } = await world.sandbox();
  const failed = [];
  for (const type of other_triggers) {
    // An account each, so that no event stems from another trigger.
    const cli = cli_at(world, url, `sk_test_${type.replace(/\W|_/g, '')}`);
    await triggered(cli, type).then(() => event_of(cli, type)).catch((error) => {
      failed.push(`${type}: ${error.message.split('\n').filter((line) => line.includes('"error"')
        || line.includes('not within'))}`);
    });
  }
  assert.deepEqual(failed, []);
}, { time_ms: 60_000 });
