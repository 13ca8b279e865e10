// kill -9 of servers at moments of chance while people press, over whatever store.
import assert from 'node:assert/strict';
import { FaultProxy, down, fair, hang, hold, only, pass } from '../e2e/fault_proxy.mjs';
import { for_each, subscribe } from '../e2e/support.mjs';
import { undelivered } from './books.mjs';
import { Crowd } from './crowd.mjs';
import { between, dice, one_of } from './dice.mjs';

const presses_at_once = 16;
const acknowledgements_max = 30;
// At a kill, presses of some servers wait to be recorded, and those of others for Stripe.
const settle_waits_ms = ['0', '20', '100'];
export const usage = /\/usage_records$/;
/**
 * Weather in which some usage waits for Stripe though it is counted there already, and as much that
 * isn't, for so many that are answered: a kill finds both.
 */
export const slow = (answered) =>
  [only(usage, hold), only(usage, hang), ...Array(2 * answered).fill(pass)];

/** Stripe behind a proxy that makes the weather, people who press, and what was killed so far. */
export class Battlefield {
  kills = 0;
  /** Events that were, at one kill or another of all servers. */
  in_doubt = new Set();
  pending_least = Infinity;

  static async of(world, weather) {
    const random = dice();
    const sandbox = await world.sandbox();
    const proxy = world.keep(await FaultProxy.before(sandbox.url, random));
    return new Battlefield({ world, weather, random, sandbox, proxy });
  }

  constructor(parts) {
    Object.assign(this, parts);
    this.crowd = this.world.keep(new Crowd(this.random));
    this.servers = [];
    this.joined = 0;
  }

  /** A server that the crowd knows of. */
  async server() {
    const settle_wait = one_of(this.random, settle_waits_ms);
    const server = await this.world.server(this.proxy.url, { args: ['--settle-wait', settle_wait] });
    this.servers.push(server);
    this.crowd.open(server.shop);
    return server;
  }

  /** New people, who buy at the server and press from then on. */
  async people(server, count) {
    const emails = Array.from({ length: count }, () => `person${this.joined++}@example.com`);
    await for_each(emails, async (email) => this.crowd.join([await subscribe(server.shop, email)]));
  }

  async begin() {
    await this.proxy.turn(this.weather);
    this.crowd.begin(presses_at_once);
  }

  /** Comes after some presses and not at any particular point of what follows them. */
  async moment(ready = () => true) {
    this.crowd.go_on();
    await this.crowd.acknowledgements(between(this.random, 1, acknowledgements_max));
    await this.crowd.until(ready);
    await new Promise((now) => { setTimeout(now, this.random() * 10); });
  }

  /** The same, while there is usage that Stripe doesn't answer. */
  async moment_of_delivery() {
    await this.moment(() => this.proxy.hanging > 0);
  }

  /** All of them at once. */
  async kill(...servers) {
    for (const server of servers) this.crowd.shut(server.shop);
    for (const server of servers) server.child.kill('SIGKILL');
    for (const server of servers) assert.equal(await server.ended, 'SIGKILL');
    await this.count(servers.length);
  }

  /**
   * What so many kills leave behind; people rest until the next moment, or else a server that lives
   * on takes thousands of presses meanwhile. What is in doubt may be under way there.
   */
  async count(kills) {
    this.crowd.rest();
    const { pending, in_doubt } = await undelivered(this.world, this.sandbox);
    assert.ok(pending.length > 0, 'the kill struck while events were undelivered');
    this.kills += kills;
    this.pending_least = Math.min(this.pending_least, pending.length);
    if (this.servers.some((server) => server.running)) return;
    for (const { event } of in_doubt) this.in_doubt.add(event);
  }

  /** Stripe is well again and all that people pressed has its answer. */
  async end() {
    // What hangs ends, and is sent anew.
    await this.proxy.turn(down);
    await this.proxy.turn(fair);
    await this.crowd.stop();
    console.log(`${this.kills} kills, each with ${this.pending_least} events undelivered or more, `
      + `${this.in_doubt.size} in doubt in all; ${this.crowd.story}`);
  }
}
