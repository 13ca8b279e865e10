// The product and the peer, started on copies of data files that hold the same customers.
import { copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { send, subscribe, version } from '../../tests/e2e/support.mjs';
import { open_database } from '../peer/database.mjs';
import { Server, output_of } from './processes.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const built = (name) => here(`../../build/release/bin/${name}`);
const key = 'sk_test_sandbox';
const subscribing_at_once = 8;

/** The sandbox, the stub in front of it, and the customers that both contestants serve. */
export class World {
  constructor(folder) {
    this.folder = folder;
    this.customers_file = join(folder, 'customers');
  }

  async start({ customers, say }) {
    const place = { folder: this.folder, log: join(this.folder, 'stripe.log') };
    this.sandbox = new Server(built('billing-sandbox'), ['--port', '0'], place);
    this.sandbox_url = await this.sandbox.url();
    const { port } = new URL(this.sandbox_url);
    this.stub = new Server(built('bench_stub_stripe'), ['--sandbox-port', port], place);
    this.stripe_url = await this.stub.url();
    const product = new Product(this, { flags: [] });
    await product.start();
    const began = performance.now();
    await this.#fill(product.url, customers);
    await product.stop();
    this.#fill_peer();
    await writeFile(this.customers_file, this.items.map(({ customer }) => `${customer}\n`).join(''));
    // Bought last, youngest: nobody has fewer seconds.
    this.youngest = Date.now();
    say(`${customers} customers bought the package in ${seconds_since(began)} s`);
  }

  async #fill(shop, customers) {
    let next = 0;
    await Promise.all(Array.from({ length: subscribing_at_once }, async () => {
      while (next < customers) await subscribe(shop, `customer-${next++}@example.com`);
    }));
    this.items = await this.#items_at_stripe();
    if (this.items.length !== customers) {
      throw new Error(`${this.items.length} subscriptions at Stripe, not ${customers}`);
    }
  }

  async #items_at_stripe() {
    const items = [];
    const headers = { Authorization: `Bearer ${key}`, 'Stripe-Version': version };
    for (let after = '', more = true; more;) {
      const path = `/v1/subscriptions?limit=100${after && `&starting_after=${after}`}`;
      const page = (await send(this.sandbox_url, 'GET', path, { headers })).json();
      items.push(...page.data.map((each) => ({ customer: each.customer, item: each.items.data[0].id })));
      after = page.data.at(-1)?.id;
      more = page.has_more;
    }
    return items;
  }

  #fill_peer() {
    const db = open_database(join(this.folder, 'peer.db'));
    const insert = db.prepare('INSERT INTO users VALUES (?, ?)');
    db.transaction(() => {
      for (const { customer, item } of this.items) insert.run(customer, item);
    })();
    db.close();
  }

  async stub_call(method, path) {
    return (await send(this.stripe_url, method, path)).json();
  }

  records() {
    return this.stub_call('GET', '/_stub/records');
  }

  async stop() {
    await this.stub.stop();
    await this.sandbox.stop();
  }
}

/** Starts on a copy of its data file, and is ready when the offerings were answered once. */
class Contestant {
  constructor(world, { name, binary, args, env, seed }) {
    Object.assign(this, { world, name, binary, args, env, seed });
    this.database = join(world.folder, `${name}-run.db`);
  }

  async start({ fresh = false } = {}) {
    if (fresh) {
      await Promise.all(['', '-wal', '-shm', '.lock'].map(
        (end) => rm(this.database + end, { force: true })));
      await copyFile(join(this.world.folder, this.seed), this.database);
      // What was copied must not be written out while the round is measured.
      await output_of('sync', []);
    }
    const { folder } = this.world;
    const log = join(folder, `${this.name}.log`);
    this.server = new Server(this.binary, this.args, { env: this.env, folder, log });
    this.url = await this.server.url();
    const first = await send(this.url, 'GET', '/offerings');
    this.start_ms = performance.now() - this.server.began;
    if (first.status !== 200 || !first.json().pairCode) {
      throw new Error(`${this.name} answered GET /offerings with ${first.status}: ${first.text}`);
    }
  }

  async stop() {
    await this.server.stop();
  }
}

export class Product extends Contestant {
  constructor(world, { flags, seed = '' }) {
    super(world, { name: 'product', seed, binary: built('billing-server'),
      args: ['--port', '0', ...flags] });
    if (!seed) this.database = join(world.folder, 'product.db');
    this.env = { STRIPE_API_BASE: world.stripe_url, STRIPE_SECRET_KEY: key,
      CHALLENGE_ID: 'patient-grey-heron', DATABASE_URL: `sqlite:${this.database}` };
  }

  /** What `billing doctor` counts in the ledger; `usage list` shows 100,000 rows at most. */
  async ledger() {
    const { folder } = this.world;
    const out = await output_of(built('billing'), ['doctor', '--json'],
      { env: this.env, folder, ok: [0, 1, 2, 3, 4, 5] });
    const { said } = JSON.parse(out).checks.find(({ check }) => check === 'ledger');
    const counted = /(\d+) delivered, (\d+) pending, (\d+) refused/.exec(said);
    if (!counted) throw new Error(`billing doctor says of the ledger: ${said}`);
    const [delivered, pending, refused] = counted.slice(1).map(Number);
    return { delivered, pending, refused, rows: delivered + pending + refused };
  }
}

export class Peer extends Contestant {
  constructor(world) {
    super(world, { name: 'peer', seed: 'peer.db', binary: process.execPath,
      args: [here('../peer/server.mjs')] });
    this.env = { NODE_ENV: 'production', STRIPE_API_BASE: world.stripe_url,
      STRIPE_SECRET_KEY: key, DATABASE_FILE: this.database };
  }

  async ledger() {
    const db = open_database(this.database);
    const { rows } = db.prepare('SELECT count(*) AS rows FROM usage').get();
    db.close();
    return { rows, delivered: rows, pending: 0, refused: 0 };
  }
}

function seconds_since(began) {
  return ((performance.now() - began) / 1000).toFixed(1);
}
