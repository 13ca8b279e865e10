// The routes of the web contract. Each call ends in the answer's JSON or throws a Failure.

const timeout_ms = 20_000;

/** Why a call brought nothing: `status` is 0 when there was no answer that could be read. */
export class Failure extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }

  /** Whether sending the very same thing again can end better. */
  get retryable() {
    const { status } = this;
    return status === 0 || status === 408 || status === 429 || (status >= 500 && status !== 501);
  }
}

async function call(method, path, { query = {}, body, click } = {}) {
  const headers = {};
  if (body) headers['Content-Type'] = 'application/json';
  if (click) headers['Idempotency-Key'] = click;
  const known = Object.entries(query).filter(([, value]) => value);
  const url = known.length ? `${path}?${new URLSearchParams(known)}` : path;

  let response;
  let answer;
  try {
    response = await fetch(url, { method, headers, body: body && JSON.stringify(body),
      cache: 'no-store', signal: AbortSignal.timeout(timeout_ms) });
    answer = await response.json();
  } catch {
    // A refusal stands by its status alone; a success must be readable to be believed.
    if (!response || response.ok) throw new Failure('The server can’t be reached just now.');
  }
  const { ok, status } = response;
  if (ok) return { ...answer, http_status: status };
  throw new Failure(answer?.error?.message || `The server answered ${status}.`, status);
}

export const offerings = (user_id) => call('GET', '/offerings', { query: { user_id } });

export const sign_in = (email) => call('POST', '/users', { body: { email } });

export const user = (user_id, session_id) =>
  call('GET', '/users', { query: { user_id, session_id } });

/** What the user's desk shows of money (lib/billing/src/api/bill.hpp has its fields). */
export const bill = (user_id) => call('GET', '/users/bill', { query: { user_id } });

export const checkout = (user_id, price) =>
  call('POST', '/offerings/paircode', { query: { user_id }, body: { price } });

export const portal = (user_id, priceType) =>
  call('POST', '/users/portal', { query: { user_id }, body: { priceType } });

/** Sends what is done once a press: `path` is a route that records, `click` the press's own id. */
export const record = (path, user_id, body, click) =>
  call('POST', path, { query: { user_id }, body, click });

/** Leaves for a page of Stripe's. Only the web's own schemes are followed. */
export function leave_for(url) {
  if (!/^https?:\/\//.test(url)) throw new Failure('The server sent no address to go to.');
  location.assign(url);
}
