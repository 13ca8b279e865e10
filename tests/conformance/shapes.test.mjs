// Every object that the stand-in shows, in answers and in webhooks, against Stripe's own samples.
import assert from 'node:assert/strict';
import test from 'node:test';
import { allowed } from './differences.mjs';
import { Comparison, sample_of, samples_of, world_of } from './shapes.mjs';
import { acacia, caller, eventually, newest, receiver, scene, send } from './support.mjs';
import { stations, Traveller } from './tour.mjs';

/** All that the stand-in can be asked, which it tells whoever orders a fault for something else. */
async function operations(url) {
  const { error } = (await send(url, 'POST', '/_sandbox/faults',
    { body: JSON.stringify({ operation: 'none', status: 503 }) })).json();
  const known = error.message.match(/(GET|POST|DELETE) \/v\d\/[a-z_/:\d]+/g);
  assert.ok(known?.length > 30, error.message);
  return known;
}

/** Those of them that none of the calls went to. */
function untouched(known, calls) {
  const patterns = known.map((operation) => ({ operation, ids: operation.split(':').length,
    matches: new RegExp(`^${operation.replace(/:\w+/g, '[^/]+')}$`) }));
  // A literal path stands before one with `:id`.
  patterns.sort((a, b) => a.ids - b.ids);
  const touched = new Set(calls.map((call) => (
    patterns.find(({ matches }) => matches.test(call))?.operation)));
  return known.filter((operation) => !touched.has(operation));
}

/** Plays every station; answers those that failed. */
async function travel(url, version, { comparison, calls, hooks, known }) {
  const failed = [];
  const api = caller(url, version, (method, path, body) => {
    calls.push(`${method} ${path}`);
    comparison.look(body, version);
  });
  const visit = async (name, visiting) => {
    await visiting.catch((error) => failed.push(`${version}, ${name}: ${error.message}`));
  };
  await visit('a webhook endpoint', api.post('/v1/webhook_endpoints',
    { url: `${hooks.url}/${version}`, enabled_events: ['*'], api_version: version }));
  const traveller = new Traveller(api, world_of(version), hooks.url, known);
  for (const [name, station] of Object.entries(stations)) await visit(name, station(traveller));
  await visit('the webhooks', eventually('as many webhooks as events', 10_000, async () => {
    const delivered = hooks.received.filter((each) => each.path === `/${version}`).length;
    return (delivered > 0 && delivered >= traveller.events) || undefined;
  }));
  return failed;
}

/** What was found, and what the list expects but was not. */
function judged(found) {
  const listed = Object.keys(allowed).flatMap((line) => (line.startsWith('both ')
    ? [line.replace('both', 'acacia'), line.replace('both', 'newest')] : [line]));
  return { 'not on the list': found.filter((line) => !listed.includes(line)),
    'only on the list': listed.filter((line) => !found.includes(line)) };
}

scene('Every object has the fields of its official sample, with their types', async (world) => {
  const { url } = await world.sandbox();
  const hooks = world.keep(await receiver());
  const comparison = new Comparison();
  const calls = [];
  const known = await operations(url);
  const failed = [];
  for (const version of [acacia, newest]) {
    failed.push(...await travel(url, version, { comparison, calls, hooks, known }));
  }
  for (const { raw, path } of hooks.received) comparison.look(JSON.parse(raw), path.slice(1));

  assert.deepEqual({
    failed,
    'operations without a call': untouched(known, calls),
    'samples without an object': samples_of().filter((name) => !comparison.compared.has(name)),
    ...judged(comparison.differences()),
  }, { failed: [], 'operations without a call': [], 'samples without an object': [],
    'not on the list': [], 'only on the list': [] });
}, { time_ms: 60_000 });

const lines_of = (change) => {
  const comparison = new Comparison();
  const customer = sample_of('acacia', 'customer');
  change(customer);
  comparison.look({ object: 'list', url: '/', has_more: false, data: [customer] }, acacia);
  return comparison.differences();
};

test('A field that is missing, null or of another type is noticed however deep it stands', () => {
  assert.deepEqual(lines_of(() => {}), []);
  assert.deepEqual(lines_of((customer) => { delete customer.balance; }),
    ['acacia customer.balance: missing always']);
  assert.deepEqual(lines_of((customer) => { customer.balance = '0'; }),
    ['acacia customer.balance: string instead of number always']);
  assert.deepEqual(lines_of((customer) => { customer.currency = null; }),
    ['acacia customer.currency: null always']);
  assert.deepEqual(lines_of((customer) => { delete customer.invoice_settings.footer; }),
    ['acacia customer.invoice_settings.footer: missing always']);
  assert.deepEqual(lines_of((customer) => { customer.shipping = { object: 'parcel' }; }),
    ['acacia parcel: has no sample always']);
});

test('A field that a version no longer has is noticed', () => {
  const comparison = new Comparison();
  const price = sample_of('newest', 'price');
  comparison.look(price, newest);
  assert.deepEqual(comparison.differences(), []);
  price.recurring.aggregate_usage = null;
  comparison.look(price, newest);
  assert.deepEqual(comparison.differences(),
    ['newest price.recurring.aggregate_usage: removed in this version always']);
});
