// bench/clicks starts this when all it needs is built.
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { mkdtemp, statfs } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Peer, Product, World } from './contestants.mjs';
import { kill_all } from './processes.mjs';
import { bar_line, bars_of, median, medians_of, starts_of, table_of } from './report.mjs';
import { measure } from './round.mjs';

const tmpfs_magic = 0x01021994;
const quiet_load = 0.3;

const scenarios = [
  { name: 'offerings-64', title: 'offerings, 64 connections', connections: 64, latency_ms: 0,
    path: '/offerings' },
  ...[1, 16, 64].map((connections) => ({ name: `settled-${connections}`, connections, latency_ms: 0,
    title: `settled, ${connections} connection${connections > 1 ? 's' : ''}`, clicks: 'settled' })),
  { name: 'accepted-64', title: 'accepted, 64 connections, Stripe at 200 ms', connections: 64,
    latency_ms: 200, clicks: 'accepted', flags: ['--settle-wait', '0'] },
];

class UsageError extends Error {}

const say = (text) => console.error(text);

function options_of(args) {
  const { values } = parseArgs({ args, options: {
    quick: { type: 'boolean' }, json: { type: 'boolean' }, only: { type: 'string', multiple: true },
    customers: { type: 'string' }, rounds: { type: 'string' }, seconds: { type: 'string' },
    'server-flag': { type: 'string', multiple: true }, folder: { type: 'string' } } });
  const number = (name, usual) => {
    const value = Number(values[name] ?? usual);
    if (!Number.isInteger(value) || value < 1) throw new UsageError(`--${name} takes a whole number`);
    return value;
  };
  const { quick } = values;
  const only = values.only ?? scenarios.map(({ name }) => name);
  const unknown = only.find((name) => !scenarios.some((each) => each.name === name));
  if (unknown) {
    throw new UsageError(`--only takes one of ${scenarios.map(({ name }) => name).join(', ')}`);
  }
  return { json: values.json, folder: values.folder, flags: values['server-flag'] ?? [],
    chosen: scenarios.filter(({ name }) => only.includes(name)),
    customers: number('customers', quick ? 2000 : 4000), rounds: number('rounds', quick ? 1 : 3),
    times: { measured_s: number('seconds', quick ? 2 : 5), warm_up_s: quick ? 1 : 2 } };
}

/** On the disk of the build, because a commit to a tmpfs costs nothing. */
async function new_folder(parent) {
  const folder = await mkdtemp(join(
    parent ?? fileURLToPath(new URL('../../build/', import.meta.url)), 'clicks-'));
  process.on('exit', () => {
    kill_all();
    rmSync(folder, { recursive: true, force: true });
  });
  if ((await statfs(folder)).type === tmpfs_magic) {
    throw new Error(`${folder} is in memory: name a --folder on a disk`);
  }
  return folder;
}

/** What a durable commit costs here: beside a build twenty times what it does on a quiet machine. */
function syncs_a_second(folder) {
  const file = openSync(join(folder, 'syncs'), 'w');
  const page = Buffer.alloc(4096, 1);
  const began = Date.now();
  let count = 0;
  for (; Date.now() - began < 1000; ++count) {
    writeSync(file, page, 0, page.length, (count % 256) * page.length);
    fdatasyncSync(file);
  }
  closeSync(file);
  return count;
}

async function pairs_of(world, scenario, { rounds, times, flags }) {
  const result = { name: scenario.name, title: scenario.title, clicks: scenario.clicks,
    rounds: { product: [], peer: [] } };
  for (let round = 1; round <= rounds; ++round) {
    const contestants = [
      // Not one of --help's: the seed is what the world's own server left.
      new Product(world, { seed: 'product.db', flags: [...scenario.flags ?? [], ...flags] }),
      new Peer(world)];
    for (const contestant of contestants) {
      const measured = await measure(contestant, scenario, times);
      result.rounds[contestant.name].push(measured);
      say(`${scenario.name} ${round}/${rounds} ${contestant.name}: `
        + `${measured.a_second.toFixed(0)}/s, p99 ${measured.p99_ms.toFixed(1)} ms, `
        + `${measured.processor_us.toFixed(0)} µs each`);
      for (const fault of measured.faults) say(`  WRONG: ${fault}`);
    }
  }
  return { ...result, product: medians_of(result.rounds.product),
    peer: medians_of(result.rounds.peer) };
}

/** Starts and memory do not depend on the scenario: the medians are over all rounds. */
function with_starts(results) {
  for (const name of ['product', 'peer']) {
    const all = results.flatMap((each) => each.rounds[name]);
    for (const what of ['start_ms', 'idle_mib', 'idle_anonymous_mib']) {
      const value = median(all.map((each) => each[what]));
      for (const result of results) result[name][what] = value;
    }
  }
}

async function main() {
  const options = options_of(process.argv.slice(2));
  const load = loadavg()[0];
  if (load > quiet_load) say(`The load average is ${load.toFixed(2)}: this machine is not quiet.`);
  const folder = await new_folder(options.folder);
  const syncs = [syncs_a_second(folder)];
  const world = new World(folder);
  await world.start({ customers: options.customers, say });
  const results = [];
  for (const scenario of options.chosen) results.push(await pairs_of(world, scenario, options));
  await world.stop();
  syncs.push(syncs_a_second(folder));
  say(`The disk: ${syncs.join(' syncs a second before, ')} after.`);
  with_starts(results);
  const bars = bars_of(results);
  const faults = results.flatMap((each) => Object.entries(each.rounds).flatMap(([name, rounds]) =>
    rounds.flatMap((round) => round.faults.map((fault) => `${each.name}, ${name}: ${fault}`))));
  if (options.json) {
    const machine = { processor: cpus()[0].model, processors: cpus().length, node: process.version,
      kernel: readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim(), load_before: load,
      syncs_a_second: syncs };
    console.log(JSON.stringify({ machine, ...options.times, customers: options.customers, results,
      bars, faults }, null, 2));
  } else {
    console.log([table_of(results), starts_of(results[0].product, results[0].peer),
      bars.map(bar_line).join('\n')].join('\n\n'));
    console.log(faults.length === 0
      ? '\nEvery click that was sent is in the ledger once and at Stripe once.' : '');
  }
  for (const fault of faults) say(`WRONG: ${fault}`);
  return faults.length === 0 ? 0 : 1;
}

for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]) {
  process.on(signal, () => process.exit(code));
}
try {
  process.exit(await main());
} catch (error) {
  const usage = error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS');
  say(`bench/clicks: ${usage ? error.message : error.stack}`);
  process.exit(usage ? 2 : 1);
}
