// bench/sandbox starts this when all it needs is built.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Server, kill_all, output_of } from '../side_by_side/processes.mjs';
import { median } from '../side_by_side/report.mjs';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const built = (name) => file(`../../build/release/bin/${name}`);
const connections = 16;
const few = 100;
const many = 100_000;
const different_calls = 5000;
const say = (text) => console.error(text);

const folder = mkdtempSync(join(tmpdir(), 'bench-sandbox-'));
process.on('exit', () => {
  kill_all();
  rmSync(folder, { recursive: true, force: true });
});
for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]) {
  process.on(signal, () => process.exit(code));
}

/** A contestant with nothing in it. */
async function started(name) {
  const [binary, args] = name === 'sandbox' ? [built('billing-sandbox'), ['--port', '0']]
    : [process.execPath, [file('mock.mjs')]];
  const server = new Server(binary, args, { env: {}, folder, log: join(folder, name) });
  server.address = await server.url();
  server.agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  return server;
}

/** Answers the JSON of a call that has to succeed. */
function post({ address, agent }, path, fields) {
  const body = new URLSearchParams(fields).toString();
  const headers = { Authorization: 'Bearer sk_test_sandbox', 'Content-Length': body.length,
    'Content-Type': 'application/x-www-form-urlencoded' };
  return new Promise((resolve, reject) => {
    http.request(address + path, { method: 'POST', agent, headers }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`POST ${path}: ${response.statusCode} ${text}`));
      });
    }).on('error', reject).end(body);
  });
}

/** Makes so many customers; answers the ids. */
async function fill(server, count) {
  const ids = [];
  let next = 0;
  await Promise.all(Array.from({ length: connections }, async () => {
    while (next < count) {
      const mine = next++;
      const fields = { name: 'Ada Lovelace', email: `user-${mine}@example.com` };
      ids[mine] = (await post(server, '/v1/customers', fields)).id;
    }
  }));
  server.agent.destroy();
  return ids;
}

const shown = ({ a_second, processor_us }) =>
  `${a_second.toFixed(0)}/s, ${processor_us.toFixed(0)} µs of CPU each`;
const cost = (what) => `CPU µs, ${what}`;

let loads = 0;

/** What `wrk` saw, and the server's processor time for a call; `paths` are asked for in turns, else customers are made. */
async function load(server, seconds, paths) {
  const what = ['POST', '/v1/customers', `load-${++loads}`];
  if (paths) {
    const list = join(folder, 'paths');
    writeFileSync(list, `${paths.join('\n')}\n`);
    what.splice(0, 3, 'GET', list);
  }
  const before = server.processor_us();
  const out = await output_of('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout',
    '30s', '-s', file('load.lua'), server.address, '--', ...what], { folder });
  const run = JSON.parse(out.trim().split('\n').at(-1));
  if (run.refused || run.broken) {
    throw new Error(`${server.what}: ${run.refused} answers were refusals, ${run.broken} broke`);
  }
  return { a_second: run.answers / run.seconds,
    processor_us: (server.processor_us() - before) / run.answers };
}

async function price_of(server) {
  const product = await post(server, '/v1/products', { name: 'Pairs', type: 'service' });
  const price = await post(server, '/v1/prices', { product: product.id, currency: 'usd',
    unit_amount: '2000', 'recurring[interval]': 'month' });
  server.agent.destroy();
  return price.id;
}

/** Each round starts both anew, since what they hold grows; gets come first, since they don't. */
async function against_mock({ rounds, seconds }) {
  const rows = { 'customer creates/s': [], 'price gets/s': [] };
  for (let round = 0; round < rounds; ++round) {
    const seen = {};
    for (const name of round % 2 ? ['mock', 'sandbox'] : ['sandbox', 'mock']) {
      const server = await started(name);
      const paths = [`/v1/prices/${await price_of(server)}`];
      await load(server, 1, paths);
      const gets = await load(server, seconds, paths);
      const creates = await load(server, seconds);
      seen[name] = { 'customer creates/s': creates.a_second, 'price gets/s': gets.a_second };
      say(`round ${round + 1} ${name}: creates ${shown(creates)}; gets ${shown(gets)}`);
      await server.stop();
    }
    for (const [what, pairs] of Object.entries(rows)) {
      pairs.push([seen.sandbox[what], seen.mock[what]]);
    }
  }
  return rows;
}

/** The same stand-in with few customers and with many. */
async function against_itself({ rounds, seconds }) {
  const calls = {
    retrieve: (id) => `/v1/customers/${id}`,
    'list by e-mail': (_, number) => `/v1/customers?email=user-${number}%40example.com`,
    create: undefined,
  };
  const rows = Object.fromEntries(
    Object.keys(calls).flatMap((what) => [[what, []], [cost(what), []]]));
  const crowded = await started('sandbox');
  crowded.ids = await fill(crowded, many);
  for (let round = 0; round < rounds; ++round) {
    const lonely = await started('sandbox');
    lonely.ids = await fill(lonely, few);
    for (const [what, path_of] of Object.entries(calls)) {
      const seen = new Map();
      for (const server of round % 2 ? [crowded, lonely] : [lonely, crowded]) {
        seen.set(server, await load(server, seconds, path_of && spread(server.ids, path_of)));
      }
      const [less, more] = [seen.get(lonely), seen.get(crowded)];
      rows[what].push([less.a_second, more.a_second]);
      rows[cost(what)].push([less.processor_us, more.processor_us]);
      say(`round ${round + 1} ${what}: few ${shown(less)}; many ${shown(more)}`);
    }
    await lonely.stop();
  }
  await crowded.stop();
  return rows;
}

/** As many calls whatever the number of ids, or the load itself would tell them apart. */
function spread(ids, path_of) {
  return Array.from({ length: different_calls }, (_, i) => {
    const number = (i * 7919) % ids.length;
    return path_of(ids[number], number);
  });
}

function table(title, names, rows, wanted) {
  const lines = [`| ${title} | ${names.join(' | ')} | ratio | from | to | bar |`,
    '|---|---|---|---|---|---|---|'];
  for (const [what, pairs] of Object.entries(rows)) {
    const ratios = pairs.map(([a, b]) => (what.startsWith('CPU') ? b / a : a / b));
    const shown = [0, 1].map((i) => median(pairs.map((pair) => pair[i])).toFixed(0));
    const numbers = [median(ratios), Math.min(...ratios), Math.max(...ratios)];
    lines.push(`| ${what} | ${shown.join(' | ')} | ${numbers.map((n) => n.toFixed(2)).join(' | ')} `
      + `| ${wanted(what)(numbers[0])} |`);
  }
  return lines.join('\n');
}

const least = (bar) => (ratio) => `${bar}${ratio >= bar ? '' : ', missed'}`;
const most = (bar) => (ratio) => `${bar}${ratio <= bar ? '' : ', missed'}`;

const { values } = parseArgs({ options: {
  rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '3' } } });
const times = { rounds: Number(values.rounds), seconds: Number(values.seconds) };
say(`The load average is ${loadavg()[0].toFixed(2)}.`);
const mock_rows = await against_mock(times);
const own_rows = await against_itself(times);
console.log(table('at 16 connections', ['sandbox', 'stripe-stateful-mock'], mock_rows,
  (what) => least(what.startsWith('customer') ? 5 : 4)));
console.log();
console.log(table('at 16 connections', ['100 customers', '100,000 customers'], own_rows,
  () => most(1.2)));
console.log();
console.log((await output_of(built('bench_sandbox'), [], { folder })).trim());
process.exit(0);
