// The final invoice as the server makes it by itself.
import assert from 'node:assert/strict';
import { click, eventually, scene, subscribe } from './support.mjs';

scene('What was used is on one paid invoice ten minutes after the end', async (world) => {
  const { shop, stripe } = await world.carrying_server();
  const user = await subscribe(shop);
  for (const key of ['one', 'two']) assert.equal((await click(shop, user, key)).status, 200);
  const subscription = await stripe.cancel(user);
  assert.equal((await stripe.invoices(user)).length, 1);

  await stripe.advance(600);
  const paid = await eventually('the final invoice', 10_000, async () =>
    (await stripe.invoices(user)).find((each) => each.status === 'paid' && each.total > 0));
  assert.equal(paid.total, 16_000);
  assert.equal(paid.metadata.final_invoice_of, subscription);
  assert.deepEqual(paid.lines.data.map((line) => line.quantity), [2]);

  await stripe.advance(3 * 24 * 3600);
  assert.equal((await click(shop, user, 'three')).status, 409);
  assert.equal((await stripe.invoices(user)).length, 2);
});
