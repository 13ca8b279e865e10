// Who is not let in: foreign pages, foreign names, crafted ids and paths, and unsafe settings.
import assert from 'node:assert/strict';
import { click, open_checkout, pay, post_json, scene, send, sign_up, subscribe }
  from './support.mjs';

const email = { email: 'ada@example.com' };
const foreign = 'http://evil.example';

/** Refused with a reason for people in the contract's form; answers the reason. */
function assert_refused(answer, status, what) {
  assert.equal(answer.status, status, `${what}: ${answer.status} ${answer.text}`);
  const { message } = answer.json().error;
  assert.ok(message.length > 0, what);
  return message;
}

scene('A request under a foreign host name is refused by both listeners', async (world) => {
  const { shop, stripe } = await world.carrying_server();
  const port = new URL(shop).port;
  for (const Host of ['evil.example', `evil.example:${port}`, '127.0.0.1:1', '127.0.0.1']) {
    for (const path of ['/', '/offerings']) {
      assert_refused(await send(shop, 'GET', path, { headers: { Host } }), 403, `${Host} ${path}`);
    }
    assert_refused(await post_json(shop, '/users', email, { Host }), 403, `POST to ${Host}`);
    for (const path of ['/v1/account', '/_sandbox/usage']) {
      const headers = { Host, Authorization: 'Bearer sk_test_sandbox' };
      assert_refused(await send(stripe.url, 'GET', path, { headers }), 403, `${Host} ${path}`);
    }
  }
  const own = { Host: `localhost:${port}` };
  assert.equal((await send(shop, 'GET', '/offerings', { headers: own })).status, 200);
});

scene('A post from a foreign page is refused by both listeners, without effect', async (world) => {
  const { shop, stripe } = await world.carrying_server();
  const user = await subscribe(shop);
  const arrange = `/offerings/paircode/schedule?user_id=${user}`;
  for (const Origin of [foreign, 'null', 'http://127.0.0.1', `${shop}.evil.example`]) {
    assert_refused(await post_json(shop, '/users', email, { Origin }), 403, `user from ${Origin}`);
    assert_refused(await post_json(shop, arrange, {}, { Origin }), 403, `a click from ${Origin}`);
    const fault = { operation: 'GET /v1/account' };
    assert_refused(await post_json(stripe.url, '/_sandbox/faults', fault, { Origin }), 403,
      `a fault from ${Origin}`);
  }
  assert.equal(await stripe.total(), 0);
  const preflight = await send(shop, 'OPTIONS', '/users',
    { headers: { Origin: foreign, 'Access-Control-Request-Method': 'POST' } });
  assert.equal(preflight.status, 403);
  assert.equal(preflight.headers['access-control-allow-origin'], undefined);
});

scene('A post from the server\'s own page is taken, under each of its names', async (world) => {
  const { shop } = await world.carrying_server();
  const { port } = new URL(shop);
  for (const Origin of [shop, `http://localhost:${port}`, `http://[::1]:${port}`]) {
    const answer = await post_json(shop, '/users', email, { Origin });
    assert.equal(answer.status, 200, `${Origin}: ${answer.text}`);
  }
});

scene('A page elsewhere is let in with --allow-origin, and only that one', async (world) => {
  const Origin = 'http://localhost:3000';
  const { shop } = await world.carrying_server('--allow-origin', Origin);
  const preflight = await send(shop, 'OPTIONS', '/users', { headers: { Origin,
    'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'content-type' } });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers['access-control-allow-origin'], Origin);
  assert.match(preflight.headers['access-control-allow-methods'], /POST/);
  assert.match(preflight.headers['access-control-allow-headers'], /content-type/i);
  assert.match(preflight.headers['access-control-allow-headers'], /idempotency-key/i);

  const signed_up = await post_json(shop, '/users', email, { Origin });
  assert.equal(signed_up.status, 200);
  const offerings = await send(shop, 'GET', '/offerings', { headers: { Origin } });
  for (const answer of [signed_up, offerings]) {
    assert.equal(answer.headers['access-control-allow-origin'], Origin);
    assert.match(answer.headers.vary, /origin/i);
  }
  assert_refused(await post_json(shop, '/users', email, { Origin: foreign }), 403, foreign);
  const read = await send(shop, 'GET', '/offerings', { headers: { Origin: foreign } });
  assert.equal(read.headers['access-control-allow-origin'], undefined);
});

scene('An id that could lead elsewhere at Stripe is refused by the name of its field',
  async (world) => {
    const { shop } = await world.carrying_server();
    const user = await sign_up(shop, email.email);
    const crafted = ['../customers/x', 'cus_x/../../account', `${user}/..`, `${user}?a=b`,
      `${user}\n`, 'price_x/y', 'cs_test_../x', 'cs_test_', '%2e%2e', ''];
    for (const id of crafted) {
      const coded = encodeURIComponent(id);
      const as_user = [
        await send(shop, 'GET', `/users?user_id=${coded}`),
        await post_json(shop, `/offerings/paircode?user_id=${coded}`, { price: 'price_x' }),
        await click(shop, coded, 'a-key'),
      ];
      for (const answer of as_user) assert.match(assert_refused(answer, 400, id), /user_id/);
      const price = await post_json(shop, `/offerings/paircode?user_id=${user}`, { price: id });
      assert.match(assert_refused(price, 400, id), /price/);
      const session = await send(shop, 'GET', `/users?user_id=${user}&session_id=${coded}`);
      assert.match(assert_refused(session, 400, id), /session_id/);
    }
  });

scene('A Checkout Session of another customer is refused', async (world) => {
  const { shop } = await world.carrying_server();
  const [ada, eve] = await Promise.all(['ada', 'eve'].map((name) =>
    sign_up(shop, `${name}@example.com`)));
  const session = await pay(await open_checkout(shop, ada));
  assert_refused(await send(shop, 'GET', `/users?user_id=${eve}&session_id=${session}`), 403,
    'the session of another');
  const eve_now = (await send(shop, 'GET', `/users?user_id=${eve}`)).json().user;
  assert.equal(eve_now.subscription, undefined);
  const ada_now = await send(shop, 'GET', `/users?user_id=${ada}&session_id=${session}`);
  assert.equal(ada_now.json().user.subscription.type, 'ondemand');
});

scene('A body over 64 KiB is refused, whether or not its length is told', async (world) => {
  const { shop } = await world.carrying_server();
  const kib = 'x'.repeat(1024);
  for (const size of [65, 1024]) {
    const told = await send(shop, 'POST', '/users', { body: kib.repeat(size) });
    assert_refused(told, 413, `${size} KiB`);
  }
  const chunks = (size) => send(shop, 'POST', '/users', { chunks: Array(size).fill(kib) });
  assert_refused(await chunks(65), 413, 'chunks');
  for (let again = 0; again < 10; ++again) assert_refused(await chunks(1024), 413, 'many chunks');
  // The server doesn't read on for ever, so that a client that does not listen may miss the answer.
  const endless = await chunks(4096).catch((error) => error.code);
  assert.ok(['EPIPE', 'ECONNRESET'].includes(endless) || endless.status === 413, String(endless));
  const most = JSON.stringify({ ...email, padding: 'x'.repeat(63 * 1024) });
  assert.equal((await send(shop, 'POST', '/users', { body: most })).status, 200);
});

scene('No path leads out of the page\'s folder', async (world) => {
  const { shop } = await world.carrying_server();
  const deep = (step) => `/${step.repeat(16)}etc/passwd`;
  const paths = [deep('../'), deep('%2e%2e/'), deep('..%2f'), deep('%2e%2e%2f'),
    deep('%252e%252e%252f'), deep('..\\'), deep('..%5c'), '//etc/passwd', '/%2fetc/passwd',
    '/../../../CMakeCache.txt', '/%2e%2e/%2e%2e/%2e%2e/CMakeCache.txt', '/%00/etc/passwd',
    '/index.html/../../../../CMakeCache.txt', '/index.html%00', '/..', '/%2e%2e/'];
  for (const path of paths) {
    for (const method of ['GET', 'HEAD']) {
      const answer = await send(shop, method, path);
      assert.equal(answer.status, 404, `${method} ${path}: ${answer.text.slice(0, 100)}`);
      assert.ok(!answer.text.includes('root:'), path);
    }
  }
});

const key = { STRIPE_SECRET_KEY: 'sk_test_sandbox', CHALLENGE_ID: 'patient-grey-heron' };
// Live keys are made up here, so that none stands in a file that scanners read.
const live = (kind) => [kind, 'live', '51NotARealKey0Just4Test'].join('_');
const unsafe = [
  ['HOST that is not loopback', { HOST: '0.0.0.0' }, /\bHOST\b/],
  ['PUBLIC_URL that is not loopback', { PUBLIC_URL: 'https://example.com' }, /\bPUBLIC_URL\b/],
  ['live secret key', { STRIPE_SECRET_KEY: live('sk') }, /\bSTRIPE_SECRET_KEY\b/],
  ['live restricted key', { STRIPE_SECRET_KEY: live('rk') }, /\bSTRIPE_SECRET_KEY\b/],
  ['STRIPE_API_BASE in clear', { STRIPE_API_BASE: 'http://example.com' }, /http:\/\/example\.com/],
];
for (const [what, env, named] of unsafe) {
  scene(`The server does not start with a ${what}, and says which it is`, async (world) => {
    const modes = env.STRIPE_API_BASE ? [[]] : [[], ['--sandbox', '--sandbox-port', '0']];
    for (const mode of modes) {
      const args = ['--port', '0', ...mode];
      const { code, text } = await world.refused_server(args, { ...key, ...env });
      assert.equal(code, 2, text);
      assert.match(text, named);
      assert.ok(!text.includes('51NotARealKey'), 'the key is not printed');
    }
  });
}

scene('The server does not start without a key, and tells of --sandbox', async (world) => {
  const { code, text } = await world.refused_server(['--port', '0'], {});
  assert.equal(code, 2, text);
  assert.match(text, /STRIPE_SECRET_KEY/);
  assert.match(text, /--sandbox/);
});

scene('A second server on one data file is refused, and the first serves on', async (world) => {
  const sandbox = await world.sandbox();
  const first = await world.server(sandbox.url);
  const { code, text } = await world.refused_server(['--port', '0'],
    { ...key, STRIPE_API_BASE: sandbox.url, DATABASE_URL: world.data_url });
  assert.equal(code, 2, text);
  assert.match(text, /billing\.db is in use by another process/);
  assert.ok(first.running);
  assert.equal((await click(first.shop, await subscribe(first.shop), 'a-key')).status, 200);
});

scene('A second server on one port is refused, and the first serves on', async (world) => {
  const sandbox = await world.sandbox();
  const first = await world.server(sandbox.url);
  const { port } = new URL(first.shop);
  const { code, text } = await world.refused_server(['--port', port],
    { ...key, STRIPE_API_BASE: sandbox.url, DATABASE_URL: `${world.data_url}-of-the-second` });
  assert.equal(code, 2, text);
  assert.match(text, new RegExp(`127\\.0\\.0\\.1:${port}`));
  assert.equal((await send(first.shop, 'GET', '/offerings')).status, 200);
});
