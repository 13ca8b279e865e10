// One customer an e-mail, ever: however many sign up at once, whatever is lost on the way.
import assert from 'node:assert/strict';
import { eventually, post_json, scene, sign_up } from './support.mjs';

const crowd = 50;
/** The same person, as people write it. */
const spellings = ['Ada.Lovelace@example.com', '  Ada.Lovelace@example.com', 'Ada.Lovelace@EXAMPLE.com\n',
  'Ada.Lovelace@Example.Com '];
const ada = spellings[0];

const rush = (shop) => Promise.all(Array.from({ length: crowd }, (_, i) =>
  post_json(shop, '/users', { email: spellings[i % spellings.length] })));

/** The only customer at Stripe. */
async function only_customer(stripe) {
  const { data } = await stripe.get('/v1/customers');
  assert.equal(data.length, 1, `${data.length} customers at Stripe`);
  return data[0];
}

scene('Fifty sign-ups at once with one e-mail are one user and one customer', async (world) => {
  const { shop, stripe } = await world.carrying_server();
  const answers = await rush(shop);
  for (const answer of answers) assert.equal(answer.status, 200, answer.text);
  const customer = await only_customer(stripe);
  assert.deepEqual([...new Set(answers.map((answer) => answer.text))],
    [JSON.stringify({ id: customer.id, email: ada })]);
  assert.equal(customer.email, ada);
  assert.deepEqual(customer.metadata, { challenge_id: 'sandbox-green-narwhal' });
});

scene('Fifty sign-ups at once of whose customer the answers are lost make one', async (world) => {
  const stripe = await world.sandbox();
  const { shop } = await world.server(stripe.url);
  // What comes again with a key that is known is answered from memory, and meets no fault.
  await stripe.fault({ operation: 'POST /v1/customers', kind: 'reset_after', times: crowd });
  const answers = await rush(shop);
  assert.ok(await stripe.fault_used() >= 1);
  const { id } = await only_customer(stripe);
  for (const answer of answers) {
    assert.ok([200, 503].includes(answer.status), answer.text);
    if (answer.status === 200) assert.equal(answer.json().id, id);
  }
  for (const answer of await rush(shop)) assert.equal(answer.json().id, id);
  assert.equal((await only_customer(stripe)).metadata.challenge_id, 'patient-grey-heron');
});

scene('A server that is killed before it has the answer finds the customer when it is back',
  async (world) => {
    const stripe = await world.sandbox();
    const first = await world.server(stripe.url);
    await stripe.fault({ operation: 'POST /v1/customers', kind: 'reset_after' });
    const unheard = post_json(first.shop, '/users', { email: ada }).catch(() => {});
    await eventually('the lost answer', 10_000, async () =>
      (await stripe.fault_used() === 1 ? true : undefined));
    await first.kill();
    await unheard;
    const { id } = await only_customer(stripe);
    const second = await world.server(stripe.url);
    for (const answer of await rush(second.shop)) assert.equal(answer.json().id, id);
    assert.equal((await only_customer(stripe)).id, id);
  });

scene('With a new data file the customers at Stripe are found again', async (world) => {
  const stripe = await world.sandbox();
  const first = await world.server(stripe.url);
  const id = await sign_up(first.shop, ada);
  await first.stop();
  const second = await world.server(stripe.url,
    { env: { DATABASE_URL: `sqlite:${world.folder}/new.db` } });
  for (const answer of await rush(second.shop)) assert.equal(answer.json().id, id);
  assert.equal((await only_customer(stripe)).id, id);
});

scene('What is no e-mail address is refused with what to do, and makes nothing', async (world) => {
  const { shop, stripe } = await world.carrying_server();
  for (const email of ['', ' ', 'ada', 'ada@', '@example.com', 'a b@example.com', 'ada@localhost',
    7, null, ['ada@example.com']]) {
    const answer = await post_json(shop, '/users', { email });
    assert.equal(answer.status, 400, JSON.stringify(email));
    assert.match(answer.json().error.message, /email/);
  }
  assert.deepEqual((await stripe.get('/v1/customers')).data, []);
});
