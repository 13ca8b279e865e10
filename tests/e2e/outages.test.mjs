// What an outage of Stripe does to clicks that keep coming: none is refused, and all are delivered
// soon after it.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { FaultProxy, answer, down, fair, hang, lose, pass, work_then } from './fault_proxy.mjs';
import { click, counts, eventually, for_each, post_json, scene, send, subscribe, summary, timed }
  from './support.mjs';

const clicks_a_second = 100;
// Each event needs a second of its own on its customer's item, and the items are seconds old: with
// this many customers, one clicks every other second.
const customers = 200;
const healed_within_ms = 30_000;
// So often at least each fate of a course has to strike.
const struck_min = 3;
const page_ms_max = 1_000;
// The first waits 3 s for Stripe; those that come until then, too.
const sign_in_ms_max = 5_000;

const rate_limited = answer('429 of the global limit', 429,
  { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests.' },
  { 'Stripe-Rate-Limited-Reason': 'global-rate' });
const locked = answer('429 of a lock', 429,
  { type: 'invalid_request_error', code: 'lock_timeout',
    message: 'This object cannot be accessed right now because another API request or Stripe '
      + 'process is currently accessing it.' });
const broken = answer('500', 500, { type: 'api_error', message: 'Something went wrong.' });

// A course is the weather for so many seconds each; then it is fair.
const rows = [
  { when: 'Stripe is down 3 s of every 10', course: [[3, down], [7, fair], [3, down]] },
  { when: 'half of the answers are 429 of the global limit', course: [[10, [pass, rate_limited]]] },
  { when: 'half of the answers are 429 of a lock', course: [[10, [pass, locked]]] },
  { when: 'half of the answers are 500, before the work or after it',
    course: [[10, [pass, pass, broken, work_then(broken)]]] },
  { when: 'all answers are 500', course: [[10, [broken]]] },
  { when: 'all answers are 500 after the work', course: [[10, [work_then(broken)]]] },
  { when: 'all answers are lost after the work', course: [[10, [lose]]] },
  { when: 'Stripe hangs, while pages and sign-ins are answered', course: [[10, [hang]]],
    meanwhile: visits },
];

// Two at a time, for most of an outage is waiting.
const at_once = { concurrency: 2 };
describe('No click is refused, and all are delivered within 30 s of healing, when', at_once, () => {
  for (const row of rows) scene(row.when, (world) => outage(world, row), { time_ms: 90_000 });
});

async function outage(world, { when, course, meanwhile = async () => {} }) {
  const say = (what) => console.log(`${when}: ${what}`);
  const sandbox = await world.sandbox();
  const proxy = world.keep(await FaultProxy.before(sandbox.url));
  const { shop } = await world.server(proxy.url);
  const items = await subscribe_all(shop, sandbox);
  const seconds = course.reduce((sum, [each]) => sum + each, 0);

  const [answers, noticed_at] = await Promise.all([
    clicks_by_the_clock(shop, [...items.keys()], seconds, say),
    meanwhile(shop, seconds, say),
    storm(proxy, course, say)
      .then(() => delivery(world, sandbox, clicks_a_second * seconds, say))]);
  for (const each of answers) assert.ok([200, 202].includes(each.status), each.text);
  if (noticed_at) check_quick(answers.filter((each) => each.sent_at > noticed_at), say);
  const totals = await sandbox.totals();
  assert.equal(totals.size, customers);
  const clicks_of = counts(answers.map((each) => each.user));
  for (const [user, item] of items) assert.equal(totals.get(item), clicks_of.get(user), user);
}

/** Answers the subscription item of each user. */
async function subscribe_all(shop, sandbox) {
  const items = new Map();
  await for_each(Array.from({ length: customers }, (_, i) => i), async (i) => {
    const user = await subscribe(shop, `person${i}@example.com`);
    items.set(user, await sandbox.item_of(user));
  });
  return items;
}

const clock_reaches = (instant) =>
  new Promise((resolve) => { setTimeout(resolve, instant - performance.now()); });

/** Not held up by answers that take their time. One that never comes has the status 0. */
async function clicks_by_the_clock(shop, users, seconds, say) {
  const started = performance.now();
  const clicking = [];
  for (let i = 0; i < clicks_a_second * seconds; ++i) {
    await clock_reaches(started + i * 1_000 / clicks_a_second);
    const user = users[i % users.length];
    const sent_at = performance.now();
    clicking.push(timed(click(shop, user, `click-${i}`)
      .catch((error) => ({ status: 0, text: `click ${i}: ${error.message}` })))
      .then((answered) => ({ ...answered, user, sent_at })));
  }
  const answers = await Promise.all(clicking);
  say(`clicks: ${summary(answers)}`);
  return answers;
}

async function storm(proxy, course, say) {
  let until = performance.now();
  for (const [seconds, weather] of course) {
    await proxy.turn(weather);
    if (weather === down) {
      await assert.rejects(send(proxy.url, 'GET', '/v1/account'), { code: 'ECONNREFUSED' });
    }
    until += seconds * 1_000;
    await clock_reaches(until);
  }
  await proxy.turn(fair);
  const met = [...proxy.struck].map(([fate, times]) => `${times} × ${fate}`);
  say(`met: ${proxy.resets} × reset, ${met.join(', ')}; ${proxy.hanging} hang on`);
  for (const weather of course.map(([, each]) => each)) {
    if (weather === down) assert.ok(proxy.resets > 0);
    else for (const fate of weather) assert.ok(proxy.count(fate) >= struck_min, fate.name);
  }
}

/** Awaits that Stripe has all the units and the ledger knows that of each click. */
async function delivery(world, sandbox, units, say) {
  const healed = performance.now();
  const since = () => Math.round(performance.now() - healed);
  const pending = async () => (await world.usage_rows('--state', 'pending')).length;
  const report = async () => say(`${since()} ms after healing: ${await sandbox.total()} of `
    + `${units} units are at Stripe, ${await pending()} clicks are pending`);
  await report();
  try {
    await eventually('all units at Stripe', healed_within_ms - since(), async () =>
      (await sandbox.total() === units ? true : undefined));
    await eventually('all clicks settled', healed_within_ms - since(), async () =>
      (await pending() === 0 ? true : undefined));
  } finally {
    await report();
  }
}

/** A visitor each second. Answers since when the server has known that Stripe hangs. */
async function visits(shop, seconds, say) {
  const started = performance.now();
  const visiting = [];
  for (let i = 0; i < seconds; ++i) {
    await clock_reaches(started + i * 1_000);
    visiting.push(Promise.all([
      timed(send(shop, 'GET', '/offerings')),
      timed(send(shop, 'GET', '/')),
      timed(post_json(shop, '/users', { email: `person${i}@example.com` }))]));
  }
  const pages = [];
  const sign_ins = [];
  for (const [offerings, page, sign_in] of await Promise.all(visiting)) {
    pages.push(offerings, page);
    sign_ins.push(sign_in);
  }
  say(`offerings and page: ${summary(pages)}`);
  say(`sign-ins, ms: ${sign_ins.map((each) => each.ms).join(', ')}`);
  for (const each of [...pages, ...sign_ins]) assert.equal(each.status, 200, each.text);
  for (const each of pages) assert.ok(each.ms <= page_ms_max, `a page took ${each.ms} ms`);
  for (const each of sign_ins) assert.ok(each.ms <= sign_in_ms_max, `a sign-in took ${each.ms} ms`);
  return started + sign_ins[0].ms;
}

function check_quick(answers, say) {
  say(`clicks once the hanging is noticed: ${summary(answers)}`);
  for (const each of answers) assert.equal(each.status, 202);
  for (const each of answers) assert.ok(each.ms <= page_ms_max, `a click took ${each.ms} ms`);
}
