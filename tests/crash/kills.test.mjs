// kill -9 of the server again and again while people press: what was acknowledged is counted, once.
import assert from 'node:assert/strict';
import { hang, only } from '../e2e/fault_proxy.mjs';
import { scene } from '../e2e/support.mjs';
import { all_delivered, check_books } from './books.mjs';
import { Battlefield, slow, usage } from './kills.mjs';

const rounds = 120;
const people_at_first = 200;
// Those who come later are short of past seconds, so that their events wait for one.
const newcomers = 5;
const rounds_between_newcomers = 10;
// So often the server is killed before it listens, too: in the midst of bringing its file in order.
const rounds_between_false_starts = 4;
const start_ms = 30;

scene('A server killed 150 times while people press loses nothing and counts nothing twice',
  async (world) => {
    const field = await Battlefield.of(world, slow(2));
    let server = await field.server();
    await field.people(server, people_at_first);
    // Their items have a day's seconds to choose from, of which the server hears by another call.
    await field.sandbox.advance(24 * 60 * 60);
    await field.people(server, newcomers);
    await field.begin();
    for (let round = 1; round <= rounds; ++round) {
      await field.moment_of_delivery();
      await field.kill(server);
      if (round % rounds_between_false_starts === 0) await false_start(field);
      server = await field.server();
      if (round % rounds_between_newcomers === 0) await field.people(server, newcomers);
    }
    await field.end();
    assert.ok(field.kills >= rounds);
    assert.ok(field.in_doubt.size >= 20, `${field.in_doubt.size} events were in doubt`);

    await all_delivered(world);
    await check_books(world, field.sandbox, server.shop, field.crowd.acknowledged);
  }, { time_ms: 280_000 });

/** What the last kill left undelivered stays so: Stripe answers none of it. */
async function false_start(field) {
  await field.proxy.turn([only(usage, hang)]);
  const server = field.world.server(field.proxy.url).catch(() => {});
  const program = field.world.started.at(-1);
  await new Promise((now) => { setTimeout(now, field.random() * start_ms); });
  assert.equal(await program.kill(), 'SIGKILL');
  await server;
  await field.count(1);
  await field.proxy.turn(field.weather);
}
