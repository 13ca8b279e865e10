// The disk under the ledger runs full while people press, and somebody makes room.
import assert from 'node:assert/strict';
import { for_each, scene, send, subscribe } from '../e2e/support.mjs';
import { all_delivered, check_books } from './books.mjs';
import { Crowd } from './crowd.mjs';
import { dice } from './dice.mjs';
import { SmallDisk } from './small_disk.mjs';

// The ledger's log alone takes 16 MB before its room is used again.
const disk_bytes = 32 << 20;
const people = 30;
const presses_at_once = 16;
const acknowledged_between = 100;
const refused_min = 50;
const day_s = 24 * 60 * 60;

/** People who press at a server that has its data on a small disk. */
async function press_on_small_disk(world) {
  const disk = await SmallDisk.in(world, disk_bytes);
  world.data_url = `sqlite:${disk.folder}/billing.db`;
  const sandbox = await world.sandbox();
  const crowd = world.keep(new Crowd(dice()));
  const start = async () => {
    const server = await world.server(sandbox.url, { args: ['--settle-wait', '100'] });
    crowd.open(server.shop);
    return server;
  };
  const server = await start();
  const emails = Array.from({ length: people }, (_, i) => `person${i}@example.com`);
  await for_each(emails, async (email) => crowd.join([await subscribe(server.shop, email)]));
  // Their items have a day's seconds to choose from, of which the server hears by another call.
  await sandbox.advance(day_s);
  await subscribe(server.shop);
  crowd.begin(presses_at_once);
  await crowd.acknowledgements(acknowledged_between);
  return { disk, sandbox, crowd, server, start };
}

/** Fills the disk, and awaits that presses are refused for it. */
async function run_full({ disk, crowd, server }) {
  await disk.fill();
  await refusals(crowd, server);
}

async function refusals(crowd, server) {
  const enough = crowd.refused.length + refused_min;
  await crowd.until(() => crowd.refused.length >= enough);
  assert.ok(server.log.some((line) => line.includes('database or disk is full')));
  assert.equal((await send(server.shop, 'GET', '/offerings')).status, 200, 'reading goes on');
}

/** What was acknowledged before, while or after the disk was full is counted once. */
async function check({ world, sandbox, crowd, server }) {
  await crowd.acknowledgements(acknowledged_between);
  await crowd.stop();
  console.log(crowd.story);
  await all_delivered(world);
  await check_books(world, sandbox, server.shop, crowd.acknowledged);
}

scene('While the disk is full presses are refused, nothing is lost, and with room it goes on',
  async (world) => {
    const pressing = await press_on_small_disk(world);
    await run_full(pressing);
    await pressing.disk.make_room();
    await check({ world, ...pressing });
    assert.ok(pressing.server.running);
  }, { time_ms: 120_000 });

scene('A server killed on a full disk starts there, and loses nothing that it had acknowledged',
  async (world) => {
    const pressing = await press_on_small_disk(world);
    await run_full(pressing);
    const { crowd, disk } = pressing;
    crowd.shut(pressing.server.shop);
    assert.equal(await pressing.server.kill(), 'SIGKILL');
    const server = await pressing.start();
    await refusals(crowd, server);
    await disk.make_room();
    await check({ world, ...pressing, server });
  }, { time_ms: 120_000 });
