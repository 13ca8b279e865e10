// Three books that have to agree: what people were promised, the ledger, and Stripe's usage.
import assert from 'node:assert/strict';
import { click, eventually, for_each } from '../e2e/support.mjs';

const second_of = (row) => `${row.subscription_item} ${Date.parse(row.usage_at) / 1_000}`;

/** What is undelivered on disk, and which of that Stripe has counted though: it is in doubt. */
export async function undelivered(world, sandbox) {
  const pending = await world.usage_rows('--state', 'pending');
  const counted = await sandbox.seconds();
  const in_doubt = pending.filter((row) => row.usage_at && counted.has(second_of(row)));
  return { pending, in_doubt };
}

/** Awaits that each event on disk has arrived. */
export async function all_delivered(world, time_ms = 60_000) {
  await eventually('nothing is pending', time_ms, async () =>
    ((await world.usage_rows('--state', 'pending')).length === 0 ? true : undefined));
}

/**
 * Each acknowledged press is one delivered row and one second of usage at Stripe, there are no
 * others of either, and each press answers the same when it is sent again.
 */
export async function check_books(world, sandbox, shop, acknowledged) {
  const rows = await world.usage_rows();
  assert.ok(rows.every((row) => row.state === 'delivered' && row.quantity === 1));
  assert.deepEqual(sorted(rows, (row) => `${row.event} ${row.customer}`),
    sorted(acknowledged, (each) => `${each.event} ${each.user}`), 'presses and ledger');
  assert.deepEqual(sorted(rows, (row) => `${second_of(row)}: 1`),
    sorted(await sandbox.seconds(), ([second, units]) => `${second}: ${units}`),
    'ledger and Stripe');

  const record_of = new Map(rows.map((row) => [row.event, row.usage_record]));
  await for_each(acknowledged, async ({ user, key, event }) => {
    const again = await click(shop, user, key);
    assert.equal(again.status, 200, again.text);
    assert.deepEqual(again.json(), { usageRecord: record_of.get(event), event });
  });
  const { length } = await world.usage_rows();
  assert.equal(length, rows.length, 'pressing again adds nothing');
}

const sorted = (list, line) => Array.from(list, line).sort();
