// kill -9 of the server, ten times, while clicks run: what was answered is counted, and once.
import assert from 'node:assert/strict';
import { click, counts, eventually, for_each, recording, scene, subscribe } from './support.mjs';

const rounds = 10;
const customers_a_round = 10;
const clicks_each = 10;
// At which answer of a round's hundred clicks the server is killed: while most of them are being
// recorded, while most wait for Stripe, and among the burst of answers to those that waited enough.
const killed_at_answer = [1, 50, 5, 60, 90, 20, 70, 2, 40, 80];
// In this round Stripe does the work and the answers are lost: those events are sent again.
const round_of_lost_answers = 4;
const lost_answers = 10;

/** Fires one round's clicks and answers once enough of them were answered, the others in flight. */
async function fire(server, clicks, enough) {
  let answered = 0;
  let arrived;
  const reached = new Promise((resolve) => { arrived = resolve; });
  const ended = clicks.map((each) => click(server.shop, each.user, each.key).then((answer) => {
    each.answer = answer;
    answered += 1;
    if (answered === enough) arrived();
  }, () => {}));  // Cut off by the kill: not answered.
  await Promise.race([reached, Promise.all(ended)]);
  return async () => { await Promise.all(ended); };
}

function sessions_of(users) {
  const clicks = [];
  for (let i = 0; i < clicks_each; ++i) {
    for (const user of users) clicks.push({ user, key: `${user}-${i}` });
  }
  return clicks;
}

/** With new customers in each round: they are short of past seconds, so that a backlog arises. */
async function round(world, sandbox, server, number) {
  const users = await Promise.all(Array.from({ length: customers_a_round }, (_, i) =>
    subscribe(server.shop, `person${number}-${i}@example.com`)));
  if (number === round_of_lost_answers) {
    await sandbox.fault({ operation: recording, status: 500, times: lost_answers, after: true });
  }
  const clicks = sessions_of(users);
  const rest = await fire(server, clicks, killed_at_answer[number]);
  assert.equal(await server.kill(), 'SIGKILL');
  await rest();
  const pending = (await world.usage_rows('--state', 'pending')).length;
  const answered = counts(clicks.map((each) => each.answer?.status ?? 'cut off'));
  console.log(`kill ${number + 1}: ${pending} pending on disk; answers of this round: `
    + [...answered].map(([how, n]) => `${n} × ${how}`).join(', '));
  assert.ok(pending > 0, 'the kill struck while events were undelivered');
  return clicks;
}

/** Sends a click until Stripe's record for it is known. */
function settled(server, { user, key }) {
  return eventually(`${key} settled`, 60_000, async () => {
    const answer = await click(server.shop, user, key);
    assert.ok([200, 202].includes(answer.status), answer.text);
    return answer.status === 200 ? answer.json() : undefined;
  });
}

scene('Ten kills while a thousand clicks run lose none and count none twice', async (world) => {
  const sandbox = await world.sandbox();
  const start = () => world.server(sandbox.url, { args: ['--settle-wait', '300'] });
  let server = await start();
  const clicks = [];
  for (let number = 0; number < rounds; ++number) {
    clicks.push(...await round(world, sandbox, server, number));
    server = await start();
  }
  assert.equal(clicks.length, 1_000);
  const answered = clicks.filter((each) => each.answer);
  const cut_off = clicks.filter((each) => !each.answer);
  assert.ok(cut_off.length > 0 && answered.length > 0);
  for (const each of answered) assert.ok([200, 202].includes(each.answer.status));

  // What was answered is not sent again: it has to arrive by itself.
  const events_answered = new Set(answered.map((each) => each.answer.json().event));
  assert.equal(events_answered.size, answered.length);
  await eventually('all that is on disk delivered', 60_000, async () =>
    ((await world.usage_rows('--state', 'pending')).length === 0 ? true : undefined));
  const delivered = await world.usage_rows('--state', 'delivered');
  const events_delivered = new Set(delivered.map((row) => row.event));
  for (const event of events_answered) assert.ok(events_delivered.has(event), `${event} is lost`);
  assert.equal(await sandbox.total(), delivered.length);

  await for_each(cut_off, (each) => settled(server, each));
  await check_books(world, sandbox, server, clicks);
  assert.equal(await sandbox.fault_used(), lost_answers);
}, { time_ms: 200_000 });

/** Keys = ledger = Stripe for each customer, and each click's answer names its own row. */
async function check_books(world, sandbox, server, clicks) {
  const rows = await world.usage_rows();
  assert.equal(rows.length, clicks.length);
  const by_event = new Map(rows.map((row) => [row.event, row]));
  const named = new Set();
  await for_each(clicks, async (each) => {
    const { event, usageRecord } = await settled(server, each);
    const first = each.answer?.json();
    if (first) assert.equal(event, first.event);
    if (first?.usageRecord) assert.equal(usageRecord, first.usageRecord);
    const row = by_event.get(event);
    assert.equal(row.customer, each.user);
    assert.equal(row.state, 'delivered');
    assert.equal(row.usage_record, usageRecord);
    named.add(event);
  });
  assert.equal(named.size, clicks.length);

  const totals = await sandbox.totals();
  const rows_of = counts(rows.map((row) => `${row.customer} ${row.subscription_item}`));
  const keys_of = counts(clicks.map((each) => each.user));
  assert.equal(totals.size, keys_of.size);
  for (const [user, keys] of keys_of) {
    const item = await sandbox.item_of(user);
    assert.equal(rows_of.get(`${user} ${item}`), keys, `rows of ${user}`);
    assert.equal(totals.get(item), keys, `units of ${user} at Stripe`);
  }
}
