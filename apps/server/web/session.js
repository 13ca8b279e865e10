// Who is signed in, as this browser remembers it. There is no password yet (design.md, "Doors").

const slot = 'devchat.user';

/** The user as the server last described it, or null. */
export function signed_in() {
  try {
    const user = JSON.parse(localStorage.getItem(slot));
    return user?.id ? user : null;
  } catch {
    return null;
  }
}

export function remember({ id, email, subscription }) {
  localStorage.setItem(slot, JSON.stringify({ id, email, subscription }));
}

/** Signs out. Clicks without an answer stay: they belong to the user and not to the visit. */
export function forget() {
  localStorage.removeItem(slot);
}
