// Real processes on free ports, and what a browser and an operator do with them over sockets.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const built = (name) => fileURLToPath(new URL(`../../build/release/bin/${name}`, import.meta.url));
const programs = {
  server: process.env.BILLING_SERVER || built('billing-server'),
  sandbox: process.env.BILLING_SANDBOX || built('billing-sandbox'),
  cli: process.env.BILLING_CLI || built('billing'),
};
const stop_time_ms = 10_000;
export const version = '2025-02-24.acacia';
export const recording = 'POST /v1/subscription_items/:id/usage_records';

/** One `test` with a folder and processes of its own, all of which are gone when it ends. */
export function scene(name, story, { time_ms = 60_000 } = {}) {
  test(name, async () => {
    const world = new World(await mkdtemp(join(tmpdir(), 'billing-e2e-')));
    let mishaps;
    try {
      // The runner's own timeout would go on without ending the processes.
      await within(time_ms, `not done within ${time_ms} ms`, story(world));
    } catch (error) {
      world.testify();
      throw error;
    } finally {
      mishaps = await world.end();
    }
    assert.deepEqual(mishaps, []);
  });
}

async function within(time_ms, complaint, promise) {
  let patience;
  const late = new Promise((_, reject) => {
    patience = setTimeout(() => reject(new Error(complaint)), time_ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(patience);
  }
}

class World {
  constructor(folder) {
    this.folder = folder;
    /** Where the servers and the operator's tool have their data. */
    this.data_url = `sqlite:${folder}/billing.db`;
    /** What the servers and the stand-in find in their environment beside their settings. */
    this.env = {};
    this.started = [];
    this.kept = [];
    this.over = false;
  }

  /** What the test holds itself, closed once the programs have ended. */
  keep(closable) {
    this.kept.push(closable);
    return closable;
  }

  /** Started in the world's folder, so that no `.env` of anybody's is read. */
  launch(what, args, env) {
    if (this.over) throw new Error('the test is over');
    const launched = new Program(programs[what], args, {
      cwd: this.folder,
      env: { PATH: process.env.PATH, HOME: this.folder, TMPDIR: this.folder, ...this.env, ...env },
    });
    this.started.push(launched);
    return launched;
  }

  /** The server with the stand-in inside. */
  async carrying_server(...args) {
    return this.launch_shop({}, ...args);
  }

  /** The same with an environment of its own. */
  async launch_shop(env, ...args) {
    const server = this.launch('server',
      ['--sandbox', '--port', '0', '--sandbox-port', '0', ...args], env);
    const url = await server.listening(['billing-server', 'sandbox']);
    return Object.assign(server, { shop: url['billing-server'], stripe: sandbox_at(url.sandbox) });
  }

  /** The server as it runs with a key, on the world's data file. */
  async server(sandbox_url, { args = [], env = {} } = {}) {
    const server = this.launch('server', ['--port', '0', ...args], {
      STRIPE_API_BASE: sandbox_url, STRIPE_SECRET_KEY: 'sk_test_sandbox',
      CHALLENGE_ID: 'patient-grey-heron', DATABASE_URL: this.data_url, ...env });
    return Object.assign(server, { shop: (await server.listening(['billing-server'])
    )['billing-server'] });
  }

  /** The stand-in alone, which lives on when a server dies. */
  async sandbox(...args) {
    const sandbox = this.launch('sandbox', ['--port', '0', ...args], {});
    return Object.assign(sandbox, sandbox_at((await sandbox.listening(['sandbox'])).sandbox));
  }

  /** A server that has to end by itself; answers its exit code and all it said. */
  async refused_server(args, env = {}) {
    const server = this.launch('server', args, env);
    const code = await server.end_within(stop_time_ms);
    return { code, text: server.log.join('\n') };
  }

  /** The operator's tool on the world's data file: its exit code, and what it said. */
  async billing(sandbox_url, ...args) {
    const env = { PATH: process.env.PATH, HOME: this.folder, DATABASE_URL: this.data_url,
      STRIPE_API_BASE: sandbox_url, STRIPE_SECRET_KEY: 'sk_test_sandbox',
      CHALLENGE_ID: 'patient-grey-heron' };
    return new Promise((resolve) => {
      execFile(programs.cli, args, { env, cwd: this.folder }, (error, out, err) => {
        resolve({ code: error ? error.code : 0, out, err });
      });
    });
  }

  /** Rows of the ledger as the operator's tool shows them. */
  async usage_rows(...filter) {
    const env = { PATH: process.env.PATH, HOME: this.folder, DATABASE_URL: this.data_url };
    const args = ['usage', 'list', '--json', '--limit', '100000', ...filter];
    return new Promise((resolve, reject) => {
      const options = { env, cwd: this.folder, maxBuffer: 64 << 20 };
      execFile(programs.cli, args, options, (error, stdout, stderr) => {
        if (error) reject(new Error(`billing ${args.join(' ')}: ${error.message} ${stderr}`));
        else resolve(JSON.parse(stdout).events);
      });
    });
  }

  /**
   * What the programs complained of; each delivery is a line too, and there may be thousands. Those
   * that a test killed may be hundreds, and died of that.
   */
  testify() {
    for (const each of this.started.filter(({ how }) => how !== 'SIGKILL')) {
      const complaints = each.log.filter((line) => !line.includes('"severity":"info"')).slice(-10);
      const state = each.running ? 'still running' : `ended with ${each.how}`;
      console.error([`${each.what}: ${state}`, ...complaints].join('\n  '));
    }
  }

  /** Ends what still runs; answers which of it did not end well. */
  async end() {
    this.over = true;
    const mishaps = await Promise.all(this.started.map(async (each) => {
      const { running } = each;
      const how = await each.stop();
      return running && how !== 0 ? [`${each.what} ended with ${how} at SIGTERM`] : [];
    }));
    await Promise.all(this.kept.map((each) => each.close()));
    await rm(this.folder, { recursive: true, force: true });
    return mishaps.flat();
  }
}

class Program {
  constructor(binary, args, options) {
    this.what = `${binary} ${args.join(' ')}`;
    this.log = [];
    this.child = spawn(binary, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    createInterface({ input: this.child.stderr }).on('line', (line) => this.log.push(line));
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => resolve(error.message));
      // `close`, not `exit`: by then all that it said has been read.
      this.child.once('close', (code, signal) => resolve(code ?? signal));
    });
    this.ended.then((how) => { this.how = how; });
  }

  /** The addresses it prints at start. */
  async listening(names) {
    const url = {};
    const lines = createInterface({ input: this.child.stdout });
    const ready = new Promise((resolve) => lines.on('line', (line) => {
      const [, who, where] = /^(\S+) listening on (http:\/\/\S+)$/.exec(line) ?? [];
      if (who) url[who] = where;
      if (names.every((name) => url[name])) resolve();
    }));
    await Promise.race([ready, this.ended.then((how) => {
      throw new Error(`${this.what} did not start (${how}): ${this.log.join('\n')}`);
    })]);
    return url;
  }

  /** The exit code, or the signal that ended it. */
  async end_within(time_ms) {
    return within(time_ms, 'late', this.ended).catch(async () => {
      await this.kill();
      return `nothing within ${time_ms} ms`;
    });
  }

  /** SIGTERM, as an operator's machine sends it; answers the exit code. */
  async stop() {
    this.child.kill('SIGTERM');
    return this.end_within(stop_time_ms);
  }

  /** kill -9: nothing of the program runs after it. */
  async kill() {
    this.child.kill('SIGKILL');
    return this.ended;
  }

  get running() {
    return this.how === undefined;
  }
}

/** The stand-in for Stripe, over its HTTP interface. */
function sandbox_at(url) {
  async function call(method, path, body) {
    const headers = { Authorization: 'Bearer sk_test_sandbox', 'Stripe-Version': version };
    const answer = await send(url, method, path, { headers, body: body && JSON.stringify(body) });
    assert.equal(answer.status, 200, `${method} ${path}: ${answer.text}`);
    return answer.json();
  }

  return {
    url,
    get: (path) => call('GET', path),
    /** The only subscription item of a customer. */
    async item_of(customer) {
      const { data } = await call('GET', `/v1/subscriptions?customer=${customer}`);
      assert.equal(data.length, 1, `${customer} has one subscription`);
      assert.equal(data[0].items.data.length, 1, `${customer} has one item`);
      return data[0].items.data[0].id;
    },
    /** Units by item, for all metered items. */
    async totals() {
      const { items } = await call('GET', '/_sandbox/usage');
      return new Map(items.map((item) => [item.subscription_item, item.total]));
    },
    /** Of each second of each item that has usage: how much. */
    async seconds() {
      const { items } = await call('GET', '/_sandbox/usage');
      return new Map(items.flatMap(({ subscription_item: item, timestamps }) =>
        Object.entries(timestamps).map(([second, quantity]) => [`${item} ${second}`, quantity])));
    },
    async total() {
      return [...(await this.totals()).values()].reduce((sum, one) => sum + one, 0);
    },
    /** Of a customer, on whatever invoice. */
    async invoice_items(customer) {
      return (await call('GET', `/v1/invoiceitems?customer=${customer}&limit=100`)).data;
    },
    /** Of a customer, newest first. */
    async invoices(customer) {
      return (await call('GET', `/v1/invoices?customer=${customer}&limit=100`)).data;
    },
    /** Ends the only subscription of a customer, past the product; answers its id. */
    async cancel(customer) {
      const { data: [{ id }] } = await call('GET', `/v1/subscriptions?customer=${customer}`);
      await call('DELETE', `/v1/subscriptions/${id}`);
      return id;
    },
    advance: (seconds) => call('POST', '/_sandbox/clock', { advance: seconds }),
    fault: (order) => call('POST', '/_sandbox/faults', order),
    /** How often the only fault has struck. */
    async fault_used() {
      const { faults } = await call('GET', '/_sandbox/faults');
      assert.equal(faults.length, 1);
      return faults[0].used;
    },
    clear_faults: () => call('DELETE', '/_sandbox/faults'),
  };
}

/**
 * One request on a connection of its own: a kept one may be closed by the other side just when it
 * is used again, which would look like a fault of the server. `chunks` are sent without a length.
 */
export function send(base, method, path, { headers = {}, body, chunks } = {}) {
  const { hostname, port } = new URL(base);
  const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const options = { hostname, port, method, path, headers: { ...length, ...headers } };
    const request = http.request({ ...options, agent: false }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        resolve({ status: response.statusCode, headers: response.headers, text,
          json: () => JSON.parse(text) });
      });
    });
    request.setTimeout(30_000, () => {
      request.destroy(new Error(`${method} ${path}: nothing came for 30 s`));
    });
    request.on('error', reject);
    for (const chunk of chunks ?? []) request.write(chunk);
    request.end(body);
  });
}

export function post_json(shop, path, value, headers = {}) {
  return send(shop, 'POST', path,
    { headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(value) });
}

async function expect_json(answering) {
  const answer = await answering;
  assert.equal(answer.status, 200, answer.text);
  return answer.json();
}

/** Answers the user's id. */
export async function sign_up(shop, email) {
  return (await expect_json(post_json(shop, '/users', { email }))).id;
}

/** A new Checkout Session for the on-demand package: the page's address. */
export async function open_checkout(shop, user) {
  const { pairCode } = await expect_json(send(shop, 'GET', '/offerings'));
  const { url } = await expect_json(
    post_json(shop, `/offerings/paircode?user_id=${user}`, { price: pairCode.onDemandPrice.id }));
  return new URL(url);
}

/** Posts the hosted page's form as a browser does; answers the session that it comes back with. */
export async function pay(page) {
  const form = new URLSearchParams({
    cardNumber: '4242 4242 4242 4242', cardExpiry: '12 / 34', cardCvc: '123',
    billingName: 'Ada Lovelace', billingCountry: 'US', billingPostalCode: '90210' });
  const paid = await send(page.origin, 'POST', page.pathname, {
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: page.origin },
    body: form.toString() });
  assert.equal(paid.status, 303, paid.text);
  return new URL(paid.headers.location).searchParams.get('session_id');
}

/** Signs up and buys the on-demand package; answers the user's id. */
export async function subscribe(shop, email = 'ada@example.com') {
  const user = await sign_up(shop, email);
  const session = await pay(await open_checkout(shop, user));
  const back = await expect_json(
    send(shop, 'GET', `/users?user_id=${user}&session_id=${session}`));
  assert.equal(back.user.subscription.type, 'ondemand');
  return user;
}

/** Arranges one session. */
export function click(shop, user, key) {
  return send(shop, 'POST', `/offerings/paircode/schedule?user_id=${user}`,
    { headers: { 'Idempotency-Key': key, 'Content-Length': 0 } });
}

/** For each of them in turn, forty at a time, where the crowd is not what is tested. */
export async function for_each(list, visit) {
  const left = [...list];
  await Promise.all(Array.from({ length: 40 }, async () => {
    while (left.length) await visit(left.pop());
  }));
}

/** The answer with the milliseconds that it took. */
export async function timed(answering) {
  const started = performance.now();
  return { ...await answering, ms: Math.round(performance.now() - started) };
}

/** Statuses and times of timed answers, as a line. */
export function summary(answers) {
  const times = answers.map((each) => each.ms).sort((a, b) => a - b);
  const at = (part) => times[Math.ceil(part * times.length) - 1];
  const statuses = [...counts(answers.map((each) => each.status))].sort();
  return `${statuses.map(([status, n]) => `${n} × ${status}`).join(', ')}; ms: `
    + `p10 ${at(0.1)}, p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, max ${at(1)}`;
}

/** Asks until there is something other than undefined, for as long as `time_ms`. */
export async function eventually(what, time_ms, ask) {
  const deadline = Date.now() + time_ms;
  while (true) {
    const found = await ask();
    if (found !== undefined) return found;
    assert.ok(Date.now() < deadline, `${what}: not within ${time_ms} ms`);
    // Gives the processes under test the processor that they need to get there.
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}

export function counts(values) {
  const found = new Map();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
  return found;
}
