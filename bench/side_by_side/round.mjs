// One round: a fresh contestant, a warm-up, what is measured, and whether every click is where it
// belongs.
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { click } from '../../tests/e2e/support.mjs';
import { output_of } from './processes.mjs';

const script = fileURLToPath(new URL('load.lua', import.meta.url));
const rest_ms = 500;
/** More clicks a second than any contestant takes: for how old a subscription has to be. */
const clicks_a_second_max = { settled: 20_000, accepted: 30_000 };
/** wrk leaves the requests that are under way when its time is over; those are the last it sent. */
const resent_per_connection = 4;
const drain_time_ms = 300_000;
const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

let rounds_so_far = 0;

/** Answers the measured numbers, and what is wrong with them in `faults`. */
export async function measure(contestant, scenario, { warm_up_s, measured_s }) {
  const { world } = contestant;
  const faults = [];
  if (scenario.clicks) await await_age(world, scenario, warm_up_s + measured_s);
  await world.stub_call('POST', `/_stub/latency?ms=${scenario.latency_ms}`);
  await world.stub_call('DELETE', '/_stub/records');
  await contestant.start({ fresh: true });
  await sleep(rest_ms);
  const { server } = contestant;
  const idle = server.memory();

  const runs = [];
  const load = async (seconds) => {
    const number = ++rounds_so_far;
    const run = { prefix: `round-${number}`, offset: number * 7919 };
    Object.assign(run, await wrk(contestant, scenario, run, seconds));
    runs.push(run);
    return run;
  };
  await load(warm_up_s);
  const now = async () => ({ calls: (await world.records()).calls,
    processor_us: server.processor_us(), time: performance.now() });
  const before = await now();
  const run = await load(measured_s);
  const after = await now();
  const busy_mib = server.memory().resident_mib;

  const wanted = (each) => ({ settled: each.settled, accepted: each.settled + each.accepted
  })[scenario.clicks] ?? each.answers - each.errors.status;
  const answers = wanted(run);
  const bad = runs.reduce((sum, each) => sum + each.answers - wanted(each), 0);
  if (bad > 0) faults.push(`${bad} answers were not ${scenario.clicks ?? '200'}`);
  for (const what of ['connect', 'read', 'write', 'timeout']) {
    const times = runs.reduce((sum, each) => sum + each.errors[what], 0);
    if (times > 0) faults.push(`${times} connections had a ${what} error`);
  }
  if (scenario.clicks) faults.push(...await unaccounted(contestant, scenario, runs));
  await contestant.stop();
  return {
    a_second: answers / run.seconds,
    delivered_a_second: ((after.calls - before.calls) * 1000) / (after.time - before.time),
    p50_ms: run.p50_ms, p99_ms: run.p99_ms, max_ms: run.max_ms,
    processor_us: (after.processor_us - before.processor_us) / answers,
    processors: (after.processor_us - before.processor_us) / 1e6 / run.seconds,
    start_ms: contestant.start_ms, idle_mib: idle.resident_mib,
    idle_anonymous_mib: idle.anonymous_mib, busy_mib, faults,
  };
}

/** Each click takes a second of its item's past: there have to be enough of them. */
async function await_age(world, { clicks }, seconds) {
  const needed_s = Math.ceil((clicks_a_second_max[clicks] * seconds) / world.items.length) + 2;
  await sleep(Math.max(0, world.youngest + needed_s * 1000 - Date.now()));
  world.age_s = Math.floor((Date.now() - world.youngest) / 1000);
}

async function wrk(contestant, { connections, clicks, path }, { prefix, offset }, seconds) {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s', '-s', script,
    contestant.url + (path ?? '')];
  if (clicks) args.push('--', 'clicks', contestant.world.customers_file, prefix, String(offset));
  const out = await output_of('wrk', args);
  return JSON.parse(out.trim().split('\n').at(-1));
}

/**
 * Every click that was sent is one row and one usage record. The clicks that wrk left under way are
 * sent again under their keys first, as a client does that got no answer, so the numbers are exact.
 */
async function unaccounted(contestant, scenario, runs) {
  const { world, name } = contestant;
  const faults = [];
  await world.stub_call('POST', '/_stub/latency?ms=0');
  const sent = runs.reduce((sum, run) => sum + run.last_number, 0);
  for (const run of runs) {
    const unanswered = run.last_number - run.answers;
    if (unanswered > scenario.connections) {
      faults.push(`${unanswered} clicks of ${run.prefix} were never answered`);
    }
    const again = await send_again(contestant, run, scenario.connections * resent_per_connection);
    if (again.length > 0) faults.push(`sent again, clicks were answered with ${again.join(', ')}`);
  }
  const { ledger, records } = await drained(contestant, sent);
  const found = `${ledger.delivered} delivered, ${ledger.pending} pending, ${ledger.refused} refused`;
  if (ledger.delivered !== sent) faults.push(`${sent} clicks were sent; the ledger has ${found}`);
  // The peer's increments may share a second; ours are told apart by it.
  const at_stripe = name === 'peer' ? records.calls : records.pairs;
  if (name === 'peer' ? at_stripe < sent : at_stripe !== sent) {
    faults.push(`${sent} clicks were sent; Stripe has ${at_stripe} usage records`);
  }
  if (name === 'product' && records.most_of_an_item > world.age_s) {
    faults.push(`an item got ${records.most_of_an_item} clicks and had ${world.age_s} seconds: `
      + 'clicks may have waited for one; use more --customers');
  }
  return faults;
}

/** The statuses that were no 2xx. */
async function send_again(contestant, { prefix, offset, last_number }, count) {
  const { items } = contestant.world;
  const bad = [];
  let number = Math.max(1, last_number - count + 1);
  await Promise.all(Array.from({ length: 16 }, async () => {
    while (number <= last_number) {
      const mine = number++;
      const { customer } = items[(offset + mine) % items.length];
      const answer = await click(contestant.url, customer, `${prefix}-${mine}`);
      if (answer.status !== 200 && answer.status !== 202) bad.push(answer.status);
    }
  }));
  return bad;
}

async function drained(contestant, sent) {
  const began = performance.now();
  while (true) {
    const records = await contestant.world.records();
    const late = performance.now() - began > drain_time_ms;
    if (records.pairs >= sent || contestant.name === 'peer' || late) {
      const ledger = await contestant.ledger();
      if (ledger.pending === 0 || late) return { ledger, records };
    }
    await sleep(200);
  }
}
