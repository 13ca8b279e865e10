import * as api from './api.js';
import { send, unanswered } from './clicks.js';
import { desk_of } from './desk.js';
import { complain, unavailable } from './dom.js';
import { forget, remember, signed_in } from './session.js';
import { owes } from './standing.js';
import { keep_looking } from './upkeep.js';

/** Whether what a bill tells will soon be otherwise without anybody's doing. */
const under_way = ({ fresh, pending, subscription, final }) =>
  !fresh || pending > 0 || final?.invoice === null || owes(subscription?.status);

/** `/dashboard`: what the signed-in user has, and what can be done with it. */
export async function dashboard(main, { navigate, reload }) {
  const known = signed_in();
  if (!known) return navigate('/login', { replace: true });

  const alert = main.querySelector('.alert');
  const desk = main.querySelector('.desk');
  main.querySelector('.email').textContent = known.email;
  main.querySelector('.sign-out').addEventListener('click', () => {
    forget();
    navigate('/');
  });

  const [user, offered] = await Promise.all([
    current_user(known.id),
    api.offerings(known.id).catch(() => null),
  ]);
  if (!desk.isConnected) return undefined; // The person has gone elsewhere meanwhile.
  desk.removeAttribute('aria-busy');
  if (user === 'unknown') {
    forget();
    return navigate('/login', { replace: true,
      note: 'The shop does not know you any more (it may be a new one). Please sign in again.' });
  }
  if (!user) {
    return desk.replaceChildren(
      unavailable('Your desk can’t be loaded just now. Nothing is lost.', reload));
  }

  let look_again;
  let shown = draw(user);
  let just_read = user;
  look_again = keep_looking(look, () => !desk.isConnected);
  if (!main.querySelector('#arrange-session')) settle_old_sessions(user.id);
  return undefined;

  function draw(user) {
    remember(user);
    const { panels, tell } = desk_of(user, offered,
      { again: reload, changed: () => look_again?.() });
    const focused = desk.contains(document.activeElement) && document.activeElement.id;
    desk.replaceChildren(...panels);
    if (focused) desk.querySelector(`#${focused}`)?.focus({ preventScroll: true });
    return { subscription: JSON.stringify(user.subscription), bill: undefined, tell };
  }

  /** Shows what there is by now; answers whether more is under way. */
  async function look() {
    const now = just_read ?? (await api.user(known.id).catch(() => null))?.user;
    just_read = null;
    const bill = now ? await api.bill(now.id).catch(() => null) : null;
    const registering = desk.querySelector('form[aria-busy]');
    if (!desk.isConnected) return false;
    if (now && !registering && JSON.stringify(now.subscription) !== shown.subscription) {
      shown = draw(now);
    }
    // What stands there as it should keeps its focus.
    if (JSON.stringify(bill) !== shown.bill) shown.tell(bill);
    shown.bill = JSON.stringify(bill);
    return !bill || Boolean(registering) || under_way(bill);
  }

  /** Clicks that outlived their subscription get their answer too, or they would haunt the next. */
  async function settle_old_sessions(id) {
    for (const click of unanswered(id, 'session')) {
      try {
        await send(click);
        main.querySelector('.desk-note').textContent =
          'A session that you arranged earlier has been registered.';
      } catch (failure) {
        complain(alert, failure, `A session that you arranged earlier: ${failure.message}`);
      }
    }
  }

  /** The user; `unknown` if there is none by that id; null if it can't be told, which is shown. */
  async function current_user(id) {
    const session = new URLSearchParams(location.search).get('session_id');
    try {
      const { user } = await api.user(id, session);
      if (session) history.replaceState(null, '', '/dashboard');
      return user;
    } catch (failure) {
      if (session && !failure.retryable) {
        // It may be the Checkout Session that is refused, and not the user.
        history.replaceState(null, '', '/dashboard');
        complain(alert, failure);
        return current_user(id);
      }
      if (failure.status === 404) return 'unknown';
      complain(alert, failure);
      return null;
    }
  }
}
