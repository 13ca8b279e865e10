import * as api from './api.js';
import { send, unanswered } from './clicks.js';
import { complain, part, unavailable } from './dom.js';
import { arrange_panel, subscription_panel, workshop_panel } from './member.js';
import { packages } from './packages.js';
import { forget, remember, signed_in } from './session.js';

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
  if (user) remember(user);
  desk.replaceChildren(...(user ? panels(user, offered) : [
    unavailable('Your desk can’t be loaded just now. Nothing is lost.', reload)]));
  if (user && !main.querySelector('#arrange-session')) settle_old_sessions(user.id);
  return undefined;

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

  function panels(user, offered) {
    const status = user.subscription?.status;
    const member = status && status !== 'canceled' && status !== 'incomplete_expired';
    if (!member) {
      const choice = packages(offered, { again: reload,
        chosen: async (price) => api.leave_for((await api.checkout(user.id, price.id)).url) });
      return status === 'canceled' ? [part('ended'), choice] : [choice];
    }
    const shown = [subscription_panel(user, offered)];
    if (user.subscription.type === 'ondemand') shown.push(arrange_panel(user, offered));
    if (offered?.workshop) shown.push(workshop_panel(user, offered));
    if (!offered?.pairCode || !offered.workshop) {
      shown.push(unavailable('The price list is not here yet: the payment service has not '
        + 'answered. What you see above works all the same.', reload));
    }
    return shown;
  }
}
