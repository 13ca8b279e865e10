// A server that falls asleep over what it is delivering, while another one works on.
import assert from 'node:assert/strict';
import { FaultProxy, fair, hold, only } from '../e2e/fault_proxy.mjs';
import { eventually, for_each, scene, subscribe } from '../e2e/support.mjs';
import { all_delivered, check_books, undelivered } from './books.mjs';
import { Crowd } from './crowd.mjs';
import { dice } from './dice.mjs';
import { usage } from './kills.mjs';
import { Postgres } from './postgres.mjs';

// A lease is a minute.
const leases_over_ms = 150_000;

/** Subscriptions bought at a server, for a crowd that presses there. */
async function crowd_at(world, random, server, emails) {
  const crowd = world.keep(new Crowd(random));
  await for_each(emails, async (email) => crowd.join([await subscribe(server.shop, email)]));
  crowd.open(server.shop);
  return crowd;
}

scene('What a server settles that slept past its leases changes nothing', async (world) => {
  const random = dice();
  const postgres = await Postgres.in(world);
  world.data_url = postgres.url;
  const sandbox = await world.sandbox();
  const proxy = world.keep(await FaultProxy.before(sandbox.url, random));
  const sleeper = await world.server(proxy.url, { args: ['--settle-wait', '0'] });
  const emails = Array.from({ length: 40 }, (_, i) => `person${i}@example.com`);
  const crowd = await crowd_at(world, random, sleeper, emails);
  await proxy.turn([only(usage, hold)]);
  crowd.begin(8);
  await crowd.until(() => proxy.hanging >= 10);
  await crowd.stop();
  sleeper.child.kill('SIGSTOP');

  // All is still the sleeper's.
  const { in_doubt } = await undelivered(world, sandbox);
  assert.ok(in_doubt.length >= 10, `${in_doubt.length} events are in doubt`);
  const other = await world.server(sandbox.url);
  await all_delivered(world, leases_over_ms);
  assert.ok(sleeper.running && proxy.hanging > 0, 'the sleeper has heard nothing yet');
  const rows = await world.usage_rows();
  // What is settled from now on, the sleeper settles.
  assert.equal(await other.stop(), 0);

  const said = sleeper.log.length;
  sleeper.child.kill('SIGCONT');
  await eventually('the sleeper gives its calls up', 60_000, () =>
    (proxy.hanging === 0 ? true : undefined));
  assert.ok(sleeper.log.slice(said).some((line) => line.includes('stripe_call_failed')));
  await proxy.turn(fair);
  const later = await crowd_at(world, random, sleeper, ['late@example.com']);
  later.begin(1);
  await later.acknowledgements(3);
  await later.stop();
  await all_delivered(world);

  const now = new Map((await world.usage_rows()).map((row) => [row.event, row]));
  for (const row of rows) assert.deepEqual(now.get(row.event), row);
  await check_books(world, sandbox, sleeper.shop, [...crowd.acknowledged, ...later.acknowledged]);
}, { time_ms: 280_000 });
