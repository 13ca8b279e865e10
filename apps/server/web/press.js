// A form whose submit button records something once a press.
import { make, send, unanswered } from './clicks.js';
import { complain } from './dom.js';

/**
 * Wires `form` to clicks of `kind` by `user`, and at once resends those that an earlier page left
 * without an answer. `body()` is what a new click says, `words` how the page speaks of it;
 * `began(click)` runs before each sending, `answered(answer, click)` after each success.
 */
export function wire(form, { user, kind, words, body = () => undefined, began, answered }) {
  const button = form.querySelector('button[type=submit]');
  const progress = form.querySelector('.progress');
  const alert = form.querySelector('.alert');
  let waiting = unanswered(user, kind);

  async function deliver(intro) {
    const focused = document.activeElement === button;
    button.disabled = true;
    form.setAttribute('aria-busy', 'true');
    alert.textContent = '';
    form.querySelector('.outcome').replaceChildren();
    progress.textContent = intro;
    while (waiting.length && await settle(waiting[0])) waiting = waiting.slice(1);
    progress.textContent = '';
    form.removeAttribute('aria-busy');
    button.disabled = false;
    // A button loses the keyboard's focus when it is disabled: give it back.
    if (focused && document.activeElement === document.body) button.focus();
  }

  /** Whether the click has had its answer, be it a refusal. */
  async function settle(click) {
    began?.(click);
    const retrying = () => { progress.textContent = 'No answer yet. Trying again…'; };
    try {
      answered(await send(click, { retrying }), click);
      return true;
    } catch (failure) {
      complain(alert, failure, failure.retryable
        ? `Not registered yet – try again. Nothing is lost: ${words.same}` : failure.message);
      return !failure.retryable;
    }
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (button.disabled) return;
    const again = waiting.length > 0;
    if (!again) waiting = [make(user, kind, body())];
    deliver(again ? words.again : words.first);
  });
  if (waiting.length) deliver(words.again);
}
