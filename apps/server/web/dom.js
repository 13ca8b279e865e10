// Views are cloned from <template> elements; values enter them as text only, never as HTML.

/** The element of the template `part-<name>`, ready to be filled. */
export function part(name) {
  return document.querySelector(`#part-${name}`).content.firstElementChild.cloneNode(true);
}

export function element(tag, attributes, text) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

/** A link to a page of Stripe's; plain text where there is no address that a browser may follow. */
export function link(url, attributes, text) {
  const safe = /^https?:\/\//.test(url ?? '');
  return element(safe ? 'a' : 'span', safe ? { ...attributes, href: url } : {}, text);
}

/** `November 23`, where the reader is; `year` adds it. */
export function day(unix_seconds, { year } = {}) {
  return new Date(unix_seconds * 1000).toLocaleDateString('en-US',
    { month: 'long', day: 'numeric', year: year ? 'numeric' : undefined });
}

/** Says something where a screen reader hears it, if it is news. */
export function say(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

/** Says in `alert` what went wrong; milder where nothing is broken or lost. */
export function complain(alert, failure, text = failure.message) {
  alert.classList.toggle('mild', failure.status === 501 || failure.retryable === true);
  alert.textContent = text;
}

/** A card that says what is missing and offers to try again. */
export function unavailable(message, again) {
  const card = part('unavailable');
  card.querySelector('.message').textContent = message;
  card.querySelector('button').addEventListener('click', again);
  return card;
}
