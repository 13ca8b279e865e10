// One press is one click, whatever the network does. A click gets its id before the first try and
// lies in localStorage until it has an answer, so a retry, even after a reload, is the same click.
import { record } from './api.js';

const pauses_ms = [1000, 2000, 4000, 8000];
const paths = { session: '/offerings/paircode/schedule', workshop: '/offerings/workshop' };

// Each click has a slot of its own: two tabs can't overwrite each other's.
const slot = ({ user, id }) => `devchat.click/${user}/${id}`;

function fresh_id() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)),
    (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A new click of `kind` (`session` or `workshop`), kept before it is returned. */
export function make(user, kind, body) {
  const click = { id: fresh_id(), user, kind, body, at: Date.now() };
  localStorage.setItem(slot(click), JSON.stringify(click));
  return click;
}

/** The user's clicks that have no answer yet, oldest first. */
export function unanswered(user, kind) {
  return Object.keys(localStorage)
    .filter((name) => name.startsWith(`devchat.click/${user}/`))
    .map((name) => JSON.parse(localStorage.getItem(name)))
    .filter((click) => click.kind === kind)
    .sort((a, b) => a.at - b.at);
}

/**
 * Sends a click until it has an answer: returns it, or throws the Failure that refused it. A
 * Failure that is `retryable` means that all tries are used up and the click is still kept.
 */
export async function send(click, { retrying } = {}) {
  for (const pause_ms of [...pauses_ms, null]) {
    try {
      const answer = await record(paths[click.kind], click.user, click.body, click.id);
      localStorage.removeItem(slot(click));
      return answer;
    } catch (failure) {
      if (!failure.retryable) localStorage.removeItem(slot(click));
      if (!failure.retryable || pause_ms === null) throw failure;
    }
    retrying?.();
    await new Promise((wake) => setTimeout(wake, pause_ms));
  }
}
