// A backup taken under load, five hundred clicks that it lacks, a disk that is lost.
import assert from 'node:assert/strict';
import { copyFile, rm } from 'node:fs/promises';
import { click, counts, eventually, for_each, scene, send, subscribe } from './support.mjs';

// Each has one click a second that Stripe can tell from others.
const people = 25;
const clicks_before = 8;
const clicks_after = 20;
const clicks_at_the_end = 3;

/** As many clicks of each user; answers the events that were acknowledged. */
async function click_all(server, users, name, each, when = () => {}) {
  const clicks = users.flatMap((user) =>
    Array.from({ length: each }, (_, i) => ({ user, key: `${name}-${i}` })));
  const events = [];
  await for_each(clicks, async ({ user, key }) => {
    const answer = await click(server.shop, user, key);
    assert.ok([200, 202].includes(answer.status), answer.text);
    events.push(answer.json().event);
    when(events.length);
  });
  return events;
}

async function all_delivered(world) {
  await eventually('all that is on disk delivered', 90_000, async () =>
    ((await world.usage_rows('--state', 'pending')).length === 0 ? true : undefined));
}

async function restored(world, stripe) {
  const { code, out, err } = await world.billing(stripe.url, 'ledger', 'restored', '--json');
  assert.equal(code, 0, `${out} ${err}`);
  return { ...JSON.parse(out), err };
}

/** For each item: what Stripe has, and what the ledger delivered. */
async function check_books(world, stripe, users, clicks_each) {
  const totals = await stripe.totals();
  const delivered = counts((await world.usage_rows('--state', 'delivered'))
    .map((row) => row.subscription_item));
  assert.equal(totals.size, users.length);
  for (const user of users) {
    const item = await stripe.item_of(user);
    assert.equal(totals.get(item), clicks_each, `units of ${user} at Stripe`);
    assert.equal(delivered.get(item), clicks_each, `delivered of ${user}`);
  }
}

scene('A backup taken under load and put back after 500 more clicks is exact, each of them named',
  async (world) => {
    const stripe = await world.sandbox();
    const start = () => world.server(stripe.url, { args: ['--settle-wait', '100'] });
    let server = await start();
    const users = [];
    for (let i = 0; i < people; ++i) {
      users.push(await subscribe(server.shop, `person${i}@example.com`));
    }
    // They come faster than one a second, and their periods have just begun: most wait, without a
    // second, when the backup is taken in their midst.
    const backup = `${world.folder}/backup.db`;
    let backing_up;
    const acknowledged = await click_all(server, users, 'before', clicks_before, (answered) => {
      if (answered === 60) {
        backing_up = world.billing(stripe.url, 'ledger', 'backup', '--to', backup, '--json');
      }
    });
    const backed_up = await backing_up;
    assert.equal(backed_up.code, 0, backed_up.err);
    const in_backup = JSON.parse(backed_up.out);
    assert.ok(in_backup.delivered + in_backup.pending >= 60, 'what was answered is in the backup');
    assert.ok(in_backup.pending > 0, 'it was taken while events were on their way');

    acknowledged.push(...await click_all(server, users, 'after', clicks_after));
    assert.equal(new Set(acknowledged).size, people * (clicks_before + clicks_after));
    await all_delivered(world);
    assert.equal(await stripe.total(), acknowledged.length);

    const beside = await world.billing(stripe.url, 'ledger', 'restored');
    assert.equal(beside.code, 2, 'not beside a running server');
    assert.match(beside.err, /stop that billing-server first/);

    assert.equal(await server.kill(), 'SIGKILL');
    const file = `${world.folder}/billing.db`;
    for (const each of [file, `${file}-wal`, `${file}-shm`]) await rm(each, { force: true });
    await copyFile(backup, file);
    const known = await world.usage_rows();
    const waiting = known.filter((row) => row.state === 'pending');
    const lacking = acknowledged.length - known.length;
    console.log(`the backup has ${known.length} events, ${waiting.length} of them pending, `
      + `${waiting.filter((row) => !row.usage_at).length} without a second; it lacks ${lacking}`);
    assert.ok(lacking >= people * clicks_after);
    assert.ok(waiting.some((row) => !row.usage_at), 'some are in doubt');

    const first = await restored(world, stripe);
    assert.equal(first.exact, true);
    const sum = (of) => first.items.reduce((all, each) => all + each[of], 0);
    assert.equal(sum('sent_again') + sum('found'), waiting.length);
    assert.equal(sum('to_send'), 0);
    assert.equal(first.recovered.length, lacking);
    assert.equal(new Set(first.recovered.map((each) => each.event)).size, lacking);
    const rows = new Map((await world.usage_rows()).map((row) => [row.event, row]));
    for (const each of first.recovered) assert.equal(rows.get(each.event).state, 'delivered');
    await check_books(world, stripe, users, clicks_before + clicks_after);

    const second = await restored(world, stripe);
    assert.deepEqual([second.exact, second.recovered], [true, []]);

    server = await start();
    await stripe.advance(60);
    await send(server.shop, 'GET', `/users?user_id=${users[0]}`);
    await click_all(server, users, 'end', clicks_at_the_end);
    await all_delivered(world);
    await check_books(world, stripe, users, clicks_before + clicks_after + clicks_at_the_end);
  }, { time_ms: 240_000 });

scene('restored says that Stripe is out of reach, and changes nothing', async (world) => {
  const stripe = await world.sandbox();
  const server = await world.server(stripe.url);
  await subscribe(server.shop);
  await server.stop();
  await stripe.stop();
  const { code, out, err } = await world.billing(stripe.url, 'ledger', 'restored');
  assert.deepEqual([code, out], [4, '']);
  assert.match(err, /; try: /);
});
