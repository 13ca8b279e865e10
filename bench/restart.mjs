// bench/restart starts this when all it needs is built.
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { FaultProxy, down, fair, hang } from '../tests/e2e/fault_proxy.mjs';
import { click, send, subscribe } from '../tests/e2e/support.mjs';
import { Server, kill_all } from './side_by_side/processes.mjs';
import { median } from './side_by_side/report.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const built = (name) => here(`../build/release/bin/${name}`);
const say = (text) => console.error(text);
const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const run = promisify(execFile);

const answered_within_ms = 1000;
const subscribing_at_once = 8;
/** How long a server lives with its backlog before it is killed. */
const life_ms = 1000;
/** A click that nobody accepts yet is sent again so soon. */
const pause_ms = 1;

// "Waiting" is the usual flags: a click may wait six seconds for Stripe before it is answered.
const at_once = ['--settle-wait', '0'];
const cases = [
  { name: 'refused', title: 'Stripe refuses connections', weather: down, flags: at_once },
  { name: 'refused-waiting', title: 'the same, usual flags', weather: down, flags: [] },
  { name: 'hanging', title: 'Stripe never answers', weather: [hang], flags: at_once },
  { name: 'hanging-waiting', title: 'the same, usual flags', weather: [hang], flags: [] },
  { name: 'back', title: 'Stripe is back, usual flags', weather: fair, flags: [] },
];

class UsageError extends Error {}

async function kill(server) {
  server.child.kill('SIGKILL');
  await server.child.ended;
}

async function free_port() {
  const server = createServer();
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address();
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}

class World {
  constructor(folder) {
    this.folder = folder;
    this.seeds = { without: join(folder, 'without.db'), with: join(folder, 'with.db') };
    this.database = join(folder, 'run.db');
  }

  async start({ customers, events }) {
    const log = join(this.folder, 'sandbox.log');
    this.sandbox = new Server(built('billing-sandbox'), ['--port', '0'],
      { folder: this.folder, log });
    this.stripe = await FaultProxy.before(await this.sandbox.url());
    const shop = this.server(this.seeds.without, ['--port', '0']);
    const url = await shop.url();
    this.customers = [];
    let next = 0;
    await Promise.all(Array.from({ length: subscribing_at_once }, async () => {
      while (next < customers) {
        this.customers.push(await subscribe(url, `customer-${next++}@example.com`));
      }
    }));
    await shop.stop();
    await copyFile(this.seeds.without, this.seeds.with);
    const began = performance.now();
    const { stdout } = await run(built('bench_ledger'),
      ['backlog', this.seeds.with, String(events)]);
    say(`${stdout.trim()}, made in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }

  environment(database) {
    return { STRIPE_API_BASE: this.stripe.url, STRIPE_SECRET_KEY: 'sk_test_sandbox',
      CHALLENGE_ID: 'patient-grey-heron', DATABASE_URL: `sqlite:${database}` };
  }

  server(database, args) {
    return new Server(built('billing-server'), args, { folder: this.folder,
      log: join(this.folder, 'server.log'), env: this.environment(database) });
  }

  async copy(seed) {
    await Promise.all(['', '-wal', '-shm', '.lock'].map(
      (end) => rm(this.database + end, { force: true })));
    await copyFile(this.seeds[seed], this.database);
    // What was copied must not be written out while the start is measured.
    await run('sync', []);
  }

  async pending() {
    // It ends with another code than 0, since it finds Stripe down, too.
    const { stdout } = await run(built('billing'), ['doctor', '--json'], { cwd: this.folder,
      env: { PATH: process.env.PATH, HOME: this.folder, ...this.environment(this.database) },
    }).catch((error) => error);
    const { said } = JSON.parse(stdout).checks.find(({ check }) => check === 'ledger');
    return Number(/(\d+) pending/.exec(said)[1]);
  }

  async stop() {
    await this.stripe.close();
    await kill(this.sandbox);
  }
}

/** The first click's answer, from before the program is started; whoever is refused tries again. */
async function first_click(world, flags, number) {
  const port = await free_port();
  const url = `http://127.0.0.1:${port}`;
  const customer = world.customers[number % world.customers.length];
  const began = performance.now();
  const server = world.server(world.database, ['--port', String(port), ...flags]);
  const said = server.url();
  let listening_ms;
  let ended;
  said.then(() => { listening_ms = performance.now() - began; }, (error) => { ended = error; });
  while (!ended) {
    try {
      const { status } = await click(url, customer, `after-the-kill-${number}`);
      const ms = performance.now() - began;
      await said;
      return { server, status, ms, listening_ms };
    } catch (error) {
      if (!['ECONNREFUSED', 'ECONNRESET'].includes(error.code)) throw error;
      await sleep(pause_ms);
    }
  }
  throw ended;
}

async function measure(world, { weather, flags }, seed, number, expected) {
  await world.stripe.turn(weather);
  await world.copy(seed);
  const before = world.server(world.database, ['--port', '0', ...flags]);
  await send(await before.url(), 'GET', '/offerings');
  await sleep(life_ms);
  await kill(before);
  const { server, status, ms, listening_ms } = await first_click(world, flags, number);
  const measured = { ms, status, listening_ms, ...server.memory() };
  await kill(server);
  if (![200, 202].includes(status)) throw new Error(`the click was answered with ${status}`);
  measured.pending = await world.pending();
  if (weather !== fair && measured.pending !== expected) {
    throw new Error(`${measured.pending} events are pending after two kills, not ${expected}`);
  }
  return measured;
}

async function rounds_of(world, chosen, { rounds, events }) {
  let number = 0;
  const results = [];
  for (const each of chosen) {
    const measured = { without: [], with: [] };
    for (let round = 1; round <= rounds; ++round) {
      for (const seed of ['without', 'with']) {
        const expected = (seed === 'with' ? events : 0) + 1;
        const one = await measure(world, each, seed, ++number, expected);
        measured[seed].push(one);
        say(`${each.name} ${round}/${rounds} ${seed} backlog: ${one.status} after `
          + `${one.ms.toFixed(0)} ms, ${one.pending} pending`);
      }
    }
    results.push({ name: each.name, title: each.title, flags: each.flags, rounds: measured });
  }
  return results;
}

function table_of(results) {
  const head = ['', 'backlog', 'answer', 'listening ms', 'answered ms', 'slowest', 'MiB',
    'anonymous'];
  const rows = results.flatMap(({ title, rounds }) => ['without', 'with'].map((seed) => {
    const of = (what) => median(rounds[seed].map((each) => each[what])).toFixed(0);
    return [title, seed, [...new Set(rounds[seed].map(({ status }) => status))].join(', '),
      of('listening_ms'), of('ms'), slowest_of(rounds[seed]).toFixed(0), of('resident_mib'),
      of('anonymous_mib')];
  }));
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((row) => row[i].length)));
  const line = (row) => `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i])
    : cell.padStart(widths[i]))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2)
    : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

function slowest_of(measured) {
  return Math.max(...measured.map(({ ms }) => ms));
}

function bar_line({ name, rounds }) {
  const slowest = slowest_of(rounds.with);
  const middle = (seed) => median(rounds[seed].map(({ ms }) => ms));
  return `bar ${slowest <= answered_within_ms ? 'reached' : 'MISSED '}  ${name}: `
    + `${slowest.toFixed(0)} ms at the slowest (at most ${answered_within_ms}), `
    + `${(middle('with') / middle('without')).toFixed(2)} times that without a backlog`;
}

function options_of(args) {
  const { values } = parseArgs({ args, options: {
    events: { type: 'string' }, customers: { type: 'string' }, rounds: { type: 'string' },
    only: { type: 'string', multiple: true }, json: { type: 'boolean' },
    folder: { type: 'string' } } });
  const number = (name, usual) => {
    const value = Number(values[name] ?? usual);
    if (!Number.isInteger(value) || value < 1) {
      throw new UsageError(`--${name} takes a whole number from 1`);
    }
    return value;
  };
  const names = cases.map(({ name }) => name);
  const only = values.only ?? names;
  if (!only.every((name) => names.includes(name))) {
    throw new UsageError(`--only takes one of ${names.join(', ')}`);
  }
  return { json: values.json, folder: values.folder ?? here('../build'),
    chosen: cases.filter(({ name }) => only.includes(name)), events: number('events', 100_000),
    customers: number('customers', 1000), rounds: number('rounds', 5) };
}

async function main() {
  const options = options_of(process.argv.slice(2));
  const folder = await mkdtemp(join(options.folder, 'restart-'));
  process.on('exit', () => {
    kill_all();
    rmSync(folder, { recursive: true, force: true });
  });
  say(`The load average is ${loadavg()[0].toFixed(2)}.`);
  const world = new World(folder);
  await world.start(options);
  const results = await rounds_of(world, options.chosen, options);
  await world.stop();
  const { events, customers } = options;
  if (options.json) return console.log(JSON.stringify({ events, customers, results }, null, 2));
  console.log(`${table_of(results)}\n\n${results.map(bar_line).join('\n')}`);
}

for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]) {
  process.on(signal, () => process.exit(code));
}
try {
  await main();
  process.exit(0);
} catch (error) {
  const usage = error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS');
  say(`bench/restart: ${usage ? error.message : error.stack}`);
  process.exit(usage ? 2 : 1);
}
