// Many clicks at once: each is counted, each has a record of its own, and a repeated one is one.
import assert from 'node:assert/strict';
import { click, eventually, scene, subscribe, summary, timed } from './support.mjs';

const customers = 20;
const clicks_each = 5;

// The subscriptions are seconds old, so that seconds of their own are scarce: the hardest case.
scene('A hundred concurrent clicks of twenty customers are a hundred units and records',
  async (world) => {
    const { shop, stripe } = await world.carrying_server();
    const users = await Promise.all(Array.from({ length: customers }, (_, i) =>
      subscribe(shop, `person${i}@example.com`)));
    const clicking = [];
    for (let i = 0; i < clicks_each; ++i) {
      for (const user of users) clicking.push(timed(click(shop, user, `click-${i}`)));
    }
    const answers = await Promise.all(clicking);
    console.log(`answers ${summary(answers)}`);
    const settled = answers.filter((answer) => answer.status === 200);
    assert.ok(settled.length >= 99, `${settled.length} of 100 were answered 200`);
    for (const answer of answers) assert.ok([200, 202].includes(answer.status), answer.text);
    const records = new Set(settled.map((answer) => answer.json().usageRecord));
    assert.equal(records.size, settled.length);
    for (const record of records) assert.match(record, /^mbur_\w+$/);
    assert.equal(new Set(answers.map((answer) => answer.json().event)).size, 100);

    const total = customers * clicks_each;
    await eventually('all units at Stripe', 10_000, async () =>
      (await stripe.total() === total ? total : undefined));
    const totals = await stripe.totals();
    assert.equal(totals.size, customers);
    for (const user of users) assert.equal(totals.get(await stripe.item_of(user)), clicks_each);
  });

scene('One Idempotency-Key sent twenty times at once is one unit and one answer', async (world) => {
  const { shop, stripe } = await world.carrying_server();
  const user = await subscribe(shop);
  const volley = () => Promise.all(Array.from({ length: 20 }, () =>
    click(shop, user, 'the-click')));
  const first = await volley();
  for (const answer of first) assert.ok([200, 202].includes(answer.status), answer.text);
  assert.equal(new Set(first.map((answer) => answer.json().event)).size, 1);

  const settled = await eventually('the click settled', 10_000, async () => {
    const answer = await click(shop, user, 'the-click');
    return answer.status === 200 ? answer : undefined;
  });
  for (const answer of [...await volley(), ...first.filter((each) => each.status === 200)]) {
    assert.equal(answer.status, 200);
    assert.equal(answer.text, settled.text);
  }
  assert.equal(await stripe.total(), 1);
});
