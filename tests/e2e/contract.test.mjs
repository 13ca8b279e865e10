// The web contract's routes, row by row, over sockets, with nothing else: what clients that can't be
// changed rely on. (tests/browser has its elements.)
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { pay, post_json, scene, send } from './support.mjs';

const id = 'thoughtful-green-narwhal';
const day = 24 * 60 * 60;
const carrying = (world, ...args) => world.launch_shop({ CHALLENGE_ID: id }, ...args);

async function ok(answering) {
  const answer = await answering;
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.headers['content-type'], /^application\/json/);
  return answer.json();
}

/** An error as every client reads it. */
async function refused(status, answering) {
  const answer = await answering;
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers['content-type'], /^application\/json/);
  const { message } = answer.json().error;
  assert.equal(typeof message, 'string');
  assert.ok(message.length > 0);
  return message;
}

const get = (shop, path) => send(shop, 'GET', path);
const offerings = (shop) => ok(get(shop, '/offerings'));
const sign_in = (shop, email = 'ada@example.com') => ok(post_json(shop, '/users', { email }));

/** Buys a package by the routes alone; answers the user, the session's id and where it came back. */
async function buy(shop, which) {
  const user = await sign_in(shop);
  const { pairCode } = await offerings(shop);
  const bought = await ok(post_json(shop, `/offerings/paircode?user_id=${user.id}`,
    { price: pairCode[which].id }));
  assert.deepEqual(Object.keys(bought), ['url']);
  const session = await pay(new URL(bought.url));
  const back = await ok(get(shop, `/users?user_id=${user.id}&session_id=${session}`));
  assert.deepEqual(Object.keys(back), ['user']);
  return { id: user.id, session, user: back.user };
}

scene('GET /offerings tells the catalog, and Stripe has it as the tables say', async (world) => {
  const { shop, stripe } = await carrying(world);
  const { data: products } = await stripe.get('/v1/products');
  const { data: prices } = await stripe.get('/v1/prices');
  assert.equal(products.length, 2);
  assert.equal(prices.length, 3);
  const product = (kind) => products.find(({ url }) => url === `https://devchat.stripe/${kind}/${id}`);
  const price = (kind) => prices.find((each) => each.lookup_key === `devchat_${kind}_${id}`);
  for (const [kind, name, unit] of [['paircode', '/dev/chat Pair Coding', 'session'],
    ['workshop', '/dev/chat Workshop', 'attendee']]) {
    assert.equal(product(kind).name, name);
    assert.equal(product(kind).unit_label, unit);
    assert.deepEqual(product(kind).metadata, { challenge_id: id });
  }
  const monthly = { interval: 'month', interval_count: 1 };
  for (const [kind, of, nickname, amount, recurring] of [
    ['paircode_monthly', 'paircode', '/dev/chat Pair Coding Monthly', 6000,
      { ...monthly, usage_type: 'licensed' }],
    ['paircode_ondemand', 'paircode', '/dev/chat Pair Coding On-Demand', 8000,
      { ...monthly, usage_type: 'metered', aggregate_usage: 'sum' }],
    ['workshop', 'workshop', '/dev/chat Workshop', 8000, null]]) {
    const made = price(kind);
    assert.equal(made.nickname, nickname);
    assert.equal(made.product, product(of).id);
    assert.equal(made.currency, 'usd');
    assert.equal(made.unit_amount, amount);
    assert.equal(made.type, recurring ? 'recurring' : 'one_time');
    for (const [field, value] of Object.entries(recurring ?? {})) {
      assert.equal(made.recurring[field], value, `${kind} ${field}`);
    }
    assert.deepEqual(made.metadata, { challenge_id: id });
  }
  const told = ({ id: price_id, nickname, currency, unit_amount, lookup_key }) =>
    ({ id: price_id, nickname, currency, unit_amount, lookup_key });
  assert.deepEqual(await offerings(shop), {
    pairCode: { productId: product('paircode').id, productName: '/dev/chat Pair Coding',
      monthlyPrice: told(price('paircode_monthly')),
      onDemandPrice: told(price('paircode_ondemand')) },
    workshop: { productId: product('workshop').id, productName: '/dev/chat Workshop',
      perSeatPrice: told(price('workshop')) } });
});

scene('POST and GET /users tell one user an e-mail', async (world) => {
  const { shop, stripe } = await carrying(world);
  const user = await sign_in(shop);
  assert.match(user.id, /^cus_/);
  assert.deepEqual(user, { id: user.id, email: 'ada@example.com' });
  assert.deepEqual(await sign_in(shop), user);
  assert.notEqual((await sign_in(shop, 'eve@example.com')).id, user.id);
  assert.deepEqual(await ok(get(shop, `/users?user_id=${user.id}`)), { user });
  assert.deepEqual((await stripe.get(`/v1/customers/${user.id}`)).metadata, { challenge_id: id });
});

scene('POST /offerings/paircode sells the monthly package: once, on trial, with a card',
  async (world) => {
    const { shop, stripe } = await carrying(world);
    const { id: customer, session, user } = await buy(shop, 'monthlyPrice');
    const { data: [subscription] } = await stripe.get(`/v1/subscriptions?customer=${customer}`);
    assert.deepEqual(user.subscription,
      { id: subscription.id, status: 'trialing', type: 'monthly' });
    assert.equal(subscription.items.data[0].quantity, 1);
    assert.equal(subscription.trial_end - subscription.trial_start, 3 * day);
    assert.ok(subscription.default_payment_method);
    assert.deepEqual(subscription.metadata, { challenge_id: id });
    const checkout = await stripe.get(`/v1/checkout/sessions/${session}`);
    assert.equal(checkout.success_url, `${shop}/dashboard?session_id={CHECKOUT_SESSION_ID}`);
    assert.equal(checkout.payment_method_collection, 'always');
    assert.deepEqual(await sign_in(shop), user, 'as when signing in again');
  });

scene('POST /offerings/paircode/schedule records a session of the on-demand package',
  async (world) => {
    const { shop, stripe } = await carrying(world);
    const { id: customer, user } = await buy(shop, 'onDemandPrice');
    const { data: [subscription] } = await stripe.get(`/v1/subscriptions?customer=${customer}`);
    assert.deepEqual(user.subscription, { id: subscription.id, status: 'active', type: 'ondemand' });
    assert.equal(subscription.trial_end, null);
    assert.equal('quantity' in subscription.items.data[0], false);
    const { usageRecord } = await ok(
      send(shop, 'POST', `/offerings/paircode/schedule?user_id=${customer}`,
        { headers: { 'Content-Length': 0 } }));
    assert.match(usageRecord, /^mbur_/);
    assert.equal(await stripe.total(), 1);
  });

for (const which of ['monthlyPrice', 'onDemandPrice']) {
  scene(`POST /offerings/workshop puts seats on the next invoice (${which})`, async (world) => {
    const { shop, stripe } = await carrying(world);
    const { id: customer, user } = await buy(shop, which);
    const path = `/offerings/workshop?user_id=${customer}`;
    const { subscription } = await ok(post_json(shop, path, { attendees: 6 }));
    assert.equal(subscription, user.subscription.id);
    const { workshop } = await offerings(shop);
    const coming = await stripe.get(`/v1/invoices/upcoming?subscription=${subscription}`);
    const seats = coming.lines.data.filter(({ price }) => price.id === workshop.perSeatPrice.id);
    assert.deepEqual(seats.map(({ quantity, amount }) => [quantity, amount]), [[6, 48000]]);
    for (const attendees of [0, 101, 1.5, '6', null, undefined]) {
      await refused(400, post_json(shop, path, { attendees }));
    }
  });
}

scene('POST /offerings/workshop is refused to who has no subscription', async (world) => {
  const { shop } = await carrying(world);
  const user = await sign_in(shop);
  const answer = await post_json(shop, `/offerings/workshop?user_id=${user.id}`, { attendees: 6 });
  assert.ok(answer.status >= 400 && answer.status < 500, answer.text);
  await refused(answer.status, answer);
});

scene('POST /users/portal leads to a portal that ends a subscription at once, and back',
  async (world) => {
    const { shop, stripe } = await carrying(world);
    const { id: customer } = await buy(shop, 'onDemandPrice');
    const path = `/users/portal?user_id=${customer}`;
    const opened = await ok(post_json(shop, path, { priceType: 'ondemand' }));
    assert.deepEqual(Object.keys(opened), ['url', 'configuration']);
    const again = await ok(send(shop, 'POST', path, { headers: { 'Content-Length': 0 } }));
    assert.equal(again.configuration, opened.configuration, 'without a body, too');
    const configuration =
      await stripe.get(`/v1/billing_portal/configurations/${opened.configuration}`);
    assert.equal(configuration.active, true);
    assert.equal(configuration.business_profile.headline, '/dev/chat');
    assert.equal(configuration.features.payment_method_update.enabled, true);
    assert.equal(configuration.features.invoice_history.enabled, true);
    assert.equal(configuration.features.subscription_cancel.enabled, true);
    assert.equal(configuration.features.subscription_cancel.mode, 'immediately');
    assert.deepEqual(configuration.metadata, { challenge_id: id });

    const portal = new URL(opened.url);
    const home = await send(portal.origin, 'GET', portal.pathname + portal.search);
    assert.equal(home.status, 200, home.text);
    const [link] = /<a[^>]*return-to-business-link[^>]*>/.exec(home.text);
    assert.equal(/href="([^"]*)"/.exec(link)[1], `${shop}/dashboard`);
    const [cancel] = /<a[^>]*data-test="cancel-subscription"[^>]*>/.exec(home.text);
    const canceling = new URL(/href="([^"]*)"/.exec(cancel)[1].replaceAll('&amp;', '&'), portal);
    const ended = await send(portal.origin, 'POST', canceling.pathname + canceling.search, { body: '',
      headers: { Origin: portal.origin, 'Content-Type': 'application/x-www-form-urlencoded' } });
    assert.equal(ended.status, 303, ended.text);
    const { user } = await ok(get(shop, `/users?user_id=${customer}`));
    assert.equal(user.subscription.status, 'canceled');
  });

scene('The browser comes back to PUBLIC_URL where that is set', async (world) => {
  const home = 'http://localhost:5555';
  const { shop, stripe } = await carrying(world, '--public-url', home);
  const { id: customer, session } = await buy(shop, 'onDemandPrice');
  const checkout = await stripe.get(`/v1/checkout/sessions/${session}`);
  assert.equal(checkout.success_url, `${home}/dashboard?session_id={CHECKOUT_SESSION_ID}`);
  const { url } = await ok(post_json(shop, `/users/portal?user_id=${customer}`, {}));
  const portal = new URL(url);
  const page = await send(portal.origin, 'GET', portal.pathname + portal.search);
  assert.ok(page.text.includes(`href="${home}/dashboard"`));
});

scene('POST /webhook takes what Stripe signed, and says what is wrong with the rest',
  async (world) => {
    const secret = 'whsec_contract';
    const stripe = await world.sandbox();
    const { shop } = await world.server(stripe.url, { env: { STRIPE_WEBHOOK_SECRET: secret } });
    await sign_in(shop);
    const { data: [event] } = await stripe.get('/v1/events?type=customer.created');
    const body = JSON.stringify(event);
    const deliver = (header, payload = body) => send(shop, 'POST', '/webhook', { body: payload,
      headers: { 'Content-Type': 'application/json; charset=utf-8',
        ...(header === undefined ? {} : { 'Stripe-Signature': header }) } });
    const v1 = (t, with_secret = secret) =>
      createHmac('sha256', with_secret).update(`${t}.${body}`).digest('hex');
    const now = Math.floor(Date.now() / 1000);
    assert.deepEqual(await ok(deliver(`t=${now},v1=${v1(now, 'whsec_old')},v1=${v1(now)}`)),
      { received: true });
    assert.deepEqual(await ok(deliver(`t=${now},v1=${v1(now)}`)), { received: true }, 'a repeat');
    const Host = 'shop.example';
    assert.deepEqual(await ok(send(shop, 'POST', '/webhook', { body,
      headers: { Host, 'Stripe-Signature': `t=${now},v1=${v1(now)}` } })), { received: true },
    'through a tunnel');
    await refused(403, send(shop, 'GET', '/offerings', { headers: { Host } }));
    for (const [header, message] of [
      [undefined, /^No stripe-signature header value was provided/],
      ['nonsense', /^Unable to extract timestamp and signatures from header$/],
      [`t=${now}`, /^No signatures found with expected scheme/],
      [`t=${now},v1=${v1(now, 'whsec_other')}`, /^No signatures found matching the expected/],
      [`t=${now - 301},v1=${v1(now - 301)}`, /^Timestamp outside the tolerance zone/]]) {
      assert.match(await refused(400, deliver(header)), message);
    }
    await refused(400, deliver(`t=${now},v1=${v1(now)}`, `${body} `));
  });

scene('The page is at its three addresses, and beside it the files of the static folder',
  async (world) => {
    const folder = `${world.folder}/build`;
    await mkdir(`${folder}/static/js`, { recursive: true });
    const html = '<!doctype html><title>swapped</title>';
    await writeFile(`${folder}/index.html`, html);
    await writeFile(`${folder}/static/js/main.1a2b.js`, 'run();');
    const own = await carrying(world);
    const swapped = await world.launch_shop({ CHALLENGE_ID: id, STATIC_DIR: folder });
    const pages = async (shop) => Promise.all(['/', '/login', '/dashboard'].map(async (path) => {
      const page = await get(shop, path);
      assert.equal(page.status, 200);
      assert.match(page.headers['content-type'], /^text\/html/);
      return page.text;
    }));
    assert.equal(new Set(await pages(own.shop)).size, 1);
    assert.deepEqual(await pages(swapped.shop), [html, html, html]);
    const file = await get(swapped.shop, '/static/js/main.1a2b.js');
    assert.equal(file.text, 'run();');
    assert.match(file.headers['content-type'], /javascript/);
    await refused(404, get(swapped.shop, '/static/js/other.js'));
  });

scene('Any error is JSON with a message and a fitting status', async (world) => {
  const { shop } = await carrying(world);
  const { id: customer } = await sign_in(shop);
  const as_user = (path) => `${path}?user_id=${customer}`;
  const { workshop } = await offerings(shop);
  for (const [status, method, path, body] of [
    [404, 'GET', '/users/nowhere'],
    [405, 'DELETE', '/users'],
    [405, 'GET', '/offerings/workshop'],
    [400, 'GET', '/users'],
    [404, 'GET', '/users?user_id=cus_unknown'],
    [400, 'POST', '/users', '{'],
    [400, 'POST', '/users', '{"email": "nobody"}'],
    [400, 'POST', as_user('/offerings/paircode'), '{}'],
    [400, 'POST', as_user('/offerings/paircode'), `{"price": "${workshop.perSeatPrice.id}"}`],
    [404, 'POST', '/offerings/paircode?user_id=cus_unknown', '{"price": "price_x"}'],
    [409, 'POST', as_user('/offerings/paircode/schedule')],
    [404, 'POST', '/offerings/paircode/schedule?user_id=cus_unknown'],
    [404, 'POST', '/offerings/workshop?user_id=cus_unknown', '{"attendees": 1}'],
    [404, 'POST', '/users/portal?user_id=cus_unknown'],
    [400, 'POST', '/users/portal'],
    [400, 'POST', '/webhook', '{}']]) {
    await refused(status, send(shop, method, path, { body: body ?? '' }));
  }
});
