// Days pass for server and stand-in together, by the machine's date, while people press.
import assert from 'node:assert/strict';
import { for_each, scene, subscribe } from '../e2e/support.mjs';
import { all_delivered, check_books } from './books.mjs';
import { Crowd } from './crowd.mjs';
import { between, dice } from './dice.mjs';
import { FakedDate } from './faked_date.mjs';

// Well inside one billing period.
const days = 12;
const hour = 3_600;
const presses_an_hour = 5;
const people = 30;
const presses_at_once = 4;

scene('Twelve days go by and the server dies on each of them: all that was pressed is counted once',
  async (world) => {
    const random = dice();
    const date = FakedDate.of(world);
    const sandbox = await world.sandbox();
    const crowd = world.keep(new Crowd(random));
    const start = async () => {
      const server = await world.server(sandbox.url, { args: ['--settle-wait', '100'] });
      crowd.open(server.shop);
      return server;
    };
    let server = await start();
    const emails = Array.from({ length: people }, (_, i) => `person${i}@example.com`);
    await for_each(emails, async (email) => crowd.join([await subscribe(server.shop, email)]));
    const began = await sandbox.get('/_sandbox/clock');
    crowd.begin(presses_at_once);
    for (let day = 0; day < days; ++day) {
      const last_hour = between(random, 0, 23);
      for (let each = 0; each < 24; ++each) {
        await crowd.acknowledgements(presses_an_hour);
        date.move(hour);
        if (each !== last_hour) continue;
        crowd.shut(server.shop);
        assert.equal(await server.kill(), 'SIGKILL');
        server = await start();
      }
    }
    await crowd.stop();
    const ended = await sandbox.get('/_sandbox/clock');
    assert.ok(ended.now - began.now >= days * 24 * hour, 'the days went by for the stand-in');

    await all_delivered(world);
    const dates = new Set((await world.usage_rows()).map((row) => row.usage_at.slice(0, 10)));
    assert.ok(dates.size >= days, `usage is of ${dates.size} days`);
    await check_books(world, sandbox, server.shop, crowd.acknowledged);
    console.log(`${crowd.story}; on ${dates.size} dates`);
  }, { time_ms: 120_000 });
