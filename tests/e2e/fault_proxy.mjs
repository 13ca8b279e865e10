// A reverse proxy that stands between the server and Stripe and makes the weather there. Each
// request meets one of the weather's fates, by chance, and the proxy counts which.
import { once } from 'node:events';
import http from 'node:http';

/** Stripe gets the request, and its answer comes back. */
export const pass = { name: 'passed', forwards: true };
/** Stripe gets the request and does the work, and the connection closes without an answer. */
export const lose = { name: 'answer lost', forwards: true, closes: true };
/** Nobody gets the request and nothing comes back, until the client gives up. */
export const hang = { name: 'hung', hangs: true };
/** Stripe gets the request and does the work, and its answer is kept until the client gives up. */
export const hold = { name: 'answer held', forwards: true, hangs: true };
/** Another answer than Stripe's, without Stripe having heard of the request. */
export const answer = (name, status, error, headers = {}) =>
  ({ name, status, headers, body: JSON.stringify({ error }) });
/** Another answer than Stripe's, which it gave after the work. */
export const work_then = (fate) =>
  ({ ...fate, name: `${fate.name} after the work`, forwards: true });
/** A fate of the requests whose path matches; the others are passed. */
export const only = (path, fate) => ({ ...fate, path });

export const fair = [pass];
/** Every connection is reset and new ones are refused: the only weather that is not of fates. */
export const down = 'down';

// They hold from one connection to the next only.
const hop_by_hop = ['connection', 'keep-alive', 'transfer-encoding', 'host'];

export class FaultProxy {
  #upstream;
  #random;
  #agent = new http.Agent({ keepAlive: true });
  #server = http.createServer((request, response) => this.#meet(request, response));
  #connections = new Set();
  #weather = fair;
  #port = 0;

  /** Requests by the name of what befell them; connections that were reset. */
  struck = new Map();
  resets = 0;
  /** Requests that hang at this moment. */
  hanging = 0;

  /** `random` answers numbers from 0 up to 1. */
  static async before(upstream, random = Math.random) {
    const proxy = new FaultProxy(upstream, random);
    await proxy.#open();
    return proxy;
  }

  constructor(upstream, random) {
    this.#upstream = new URL(upstream);
    this.#random = random;
    // None of the closed connections that a client sees is to be by accident.
    this.#server.keepAliveTimeout = 0;
    this.#server.on('connection', (socket) => {
      this.#connections.add(socket);
      socket.once('close', () => this.#connections.delete(socket));
    });
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The weather from now on. What hangs keeps hanging. */
  async turn(weather) {
    if (weather === down && this.#weather !== down) await this.#shut();
    if (weather !== down && this.#weather === down) await this.#open();
    this.#weather = weather;
  }

  count(fate) {
    return this.struck.get(fate.name) ?? 0;
  }

  async close() {
    if (this.#server.listening) await this.#shut();
    this.#agent.destroy();
  }

  async #open() {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = this.#server.address().port;
  }

  async #shut() {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.resets += this.#connections.size;
    for (const socket of this.#connections) socket.resetAndDestroy();
    await closed;
  }

  async #meet(request, response) {
    try {
      const parts = [];
      for await (const part of request) parts.push(part);
      const fate = this.#fate_of(request);
      this.struck.set(fate.name, this.count(fate) + 1);
      const given = fate.forwards ? await this.#forward(request, Buffer.concat(parts)) : undefined;
      if (fate.hangs) {
        if (response.destroyed) return;
        this.hanging += 1;
        response.once('close', () => { this.hanging -= 1; });
        return;
      }
      if (fate.closes) {
        request.socket.destroy();
        return;
      }
      const { status, headers, body } = fate.status ? fate : given;
      response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
      response.end(body);
    } catch {
      // The client hung up, or Stripe: a connection that ends is all that the client sees of it.
      request.socket.destroy();
    }
  }

  #fate_of(request) {
    const drawn = this.#weather[Math.floor(this.#random() * this.#weather.length)];
    return drawn.path && !drawn.path.test(request.url) ? pass : drawn;
  }

  #forward(request, body) {
    const { hostname, port, host } = this.#upstream;
    const headers = { ...without(request.headers, hop_by_hop), host };
    const { method, url: path } = request;
    return new Promise((resolve, reject) => {
      const forwarded = http.request({ hostname, port, method, path, headers, agent: this.#agent });
      forwarded.on('response', async (response) => {
        try {
          const parts = [];
          for await (const part of response) parts.push(part);
          resolve({ status: response.statusCode, body: Buffer.concat(parts),
            headers: without(response.headers, [...hop_by_hop, 'content-length']) });
        } catch (error) {
          reject(error);
        }
      });
      forwarded.on('error', (error) => {
        // A kept connection that Stripe closed just when it was used again is no weather.
        if (forwarded.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(error.code)) {
          this.#forward(request, body).then(resolve, reject);
        } else {
          reject(error);
        }
      });
      forwarded.end(body);
    });
  }
}

function without(headers, names) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}
