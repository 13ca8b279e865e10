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
