// People who press without a pause, whatever befalls the servers.
import { click, counts } from '../e2e/support.mjs';
import { one_of } from './dice.mjs';

const pause_ms = 20;
// What a client meets whose server is killed, or was just now.
const cut_off = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE'];

/** Each press has a key of its own and is sent again under it until it has a 2xx. */
export class Crowd {
  #random;
  #users = [];
  #shops = [];
  #loops = [];
  #failed;
  #fail;
  #pressing = true;
  #resting = false;
  #given_up = false;
  #pressed = 0;
  #news = [];
  /** Of each press that has its 2xx: the user, the key and the event that the answer named. */
  acknowledged = [];
  /** The statuses of answers that were no 2xx, and how many presses got no answer at all. */
  refused = [];
  cut_off = 0;

  constructor(random) {
    this.#random = random;
    this.#failed = new Promise((_, reject) => { this.#fail = reject; });
    // Whoever waits for something is told; at times nobody does.
    this.#failed.catch(() => {});
  }

  /** Those who press from now on, too. */
  join(users) {
    this.#users.push(...users);
  }

  /** `width` of them at once, until `stop`. */
  begin(width) {
    this.#loops = Array.from({ length: width }, () => this.#press_on().catch(this.#fail));
  }

  /** A server is there for them, or is no longer. */
  open(shop) {
    this.#shops.push(shop);
    this.#tell();
  }

  shut(shop) {
    this.#shops = this.#shops.filter((each) => each !== shop);
  }

  /** Until they go on, nobody presses anew; what was pressed is still sent again. */
  rest() {
    this.#resting = true;
  }

  go_on() {
    this.#resting = false;
    this.#tell();
  }

  /** Resolves once so many more presses were acknowledged. */
  async acknowledgements(count) {
    const enough = this.acknowledged.length + count;
    await this.until(() => this.acknowledged.length >= enough);
  }

  /** Resolves once it is so; looks whenever an answer came. */
  async until(condition) {
    while (!condition()) {
      await Promise.race([this.#failed, new Promise((news) => { this.#news.push(news); })]);
    }
  }

  /** No new presses: resolves when all that were begun are acknowledged. */
  async stop() {
    this.#pressing = false;
    this.#tell();
    await Promise.race([this.#failed, Promise.all(this.#loops)]);
  }

  /** Presses are not even sent again. */
  close() {
    this.#pressing = false;
    this.#given_up = true;
    this.#tell();
  }

  get story() {
    const refused = [...counts(this.refused)].map(([status, n]) => `${n} × ${status}`);
    return `${this.acknowledged.length} presses acknowledged, after ${this.cut_off} were cut off `
      + `and these were refused: ${refused.join(', ') || 'none'}`;
  }

  async #press_on() {
    while (true) {
      await this.until(() => !this.#resting || !this.#pressing);
      if (!this.#pressing) return;
      this.#pressed += 1;
      await this.#press(one_of(this.#random, this.#users), `press-${this.#pressed}`);
    }
  }

  async #press(user, key) {
    while (!this.#given_up) {
      await this.until(() => this.#shops.length > 0);
      const shop = one_of(this.#random, this.#shops);
      const answer = await click(shop, user, key).catch((error) => {
        if (cut_off.includes(error.code)) return undefined;
        throw error;
      });
      if ([200, 202].includes(answer?.status)) {
        this.acknowledged.push({ user, key, event: answer.json().event });
        this.#tell();
        return;
      }
      if (!answer) this.cut_off += 1;
      else if (answer.status >= 500) this.refused.push(answer.status);
      else throw new Error(`${key} of ${user}: ${answer.status} ${answer.text}`);
      this.#tell();
      if (this.#shops.includes(shop)) await new Promise((over) => { setTimeout(over, pause_ms); });
    }
  }

  #tell() {
    for (const news of this.#news.splice(0)) news();
  }
}
