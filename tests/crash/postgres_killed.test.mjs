// PostgreSQL dies under the servers while people press, and comes back.
import assert from 'node:assert/strict';
import { scene } from '../e2e/support.mjs';
import { all_delivered, check_books } from './books.mjs';
import { Battlefield, slow } from './kills.mjs';
import { Postgres } from './postgres.mjs';

const day_s = 24 * 60 * 60;
const rounds = 20;
const people = 100;
const refused_min = 10;
const leases_over_ms = 150_000;

scene('PostgreSQL is killed 20 times under two servers: presses are refused, and none is lost',
  async (world) => {
    const postgres = await Postgres.in(world);
    world.data_url = postgres.url;
    const field = await Battlefield.of(world, slow(5));
    const { crowd } = field;
    const servers = [await field.server(), await field.server()];
    await field.people(servers[0], people);
    // Their items have a day's seconds to choose from, of which the servers hear by another call.
    await field.sandbox.advance(day_s);
    for (const server of servers) await field.people(server, 1);
    await field.begin();
    for (let round = 0; round < rounds; ++round) {
      await field.moment_of_delivery();
      await postgres.kill();
      const enough = crowd.refused.length + refused_min;
      await crowd.until(() => crowd.refused.length >= enough);
      await postgres.start();
      await field.count(1);
    }
    await field.end();
    assert.equal(field.kills, rounds);
    for (const server of servers) assert.ok(server.running, 'the servers go on by themselves');

    await all_delivered(world, leases_over_ms);
    await check_books(world, field.sandbox, servers[0].shop, crowd.acknowledged);
  }, { time_ms: 280_000 });
