// Two servers over one PostgreSQL, of which now one is killed, now the other, now both.
import assert from 'node:assert/strict';
import { scene } from '../e2e/support.mjs';
import { all_delivered, check_books } from './books.mjs';
import { between } from './dice.mjs';
import { Battlefield, slow } from './kills.mjs';
import { Postgres } from './postgres.mjs';

const day_s = 24 * 60 * 60;
const rounds = 50;
const rounds_between_double_kills = 4;
const people = 400;
// What a server had under way when it died is the other's after a lease of a minute.
const leases_over_ms = 150_000;

scene('Of two servers over one PostgreSQL now one is killed and now the other, and counts are exact',
  async (world) => {
    const postgres = await Postgres.in(world);
    world.data_url = postgres.url;
    // Little of it is slow, for what a kill strikes holds up its item until the lease is over.
    const field = await Battlefield.of(world, slow(10));
    const servers = [await field.server(), await field.server()];
    await field.people(servers[0], people);
    // Their items have a day's seconds to choose from, of which the servers hear by another call.
    await field.sandbox.advance(day_s);
    for (const server of servers) await field.people(server, 1);
    await field.begin();
    for (let round = 1; round <= rounds; ++round) {
      // Later, what dead servers had under way is undelivered for as long as their leases last.
      await (round <= 10 ? field.moment_of_delivery() : field.moment());
      const both = round % rounds_between_double_kills === 0;
      const dying = both ? [0, 1] : [between(field.random, 0, 1)];
      await field.kill(...dying.map((which) => servers[which]));
      for (const which of dying) servers[which] = await field.server();
    }
    await field.end();
    assert.ok(field.kills >= rounds);
    assert.ok(field.in_doubt.size >= 20, `${field.in_doubt.size} events were in doubt`);

    await all_delivered(world, leases_over_ms);
    await check_books(world, field.sandbox, servers[0].shop, field.crowd.acknowledged);
  }, { time_ms: 280_000 });
