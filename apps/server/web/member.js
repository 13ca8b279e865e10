// What a subscribed person sees on the dashboard: the subscription, sessions, workshops.
import { leave_for, portal } from './api.js';
import { complain, element, link, part, say } from './dom.js';
import { amount, money } from './money.js';
import { wire } from './press.js';
import { owes, story } from './standing.js';

/** The panel and `tell(bill)`. */
export function subscription_panel(user, offered) {
  const { id, status, type } = user.subscription;
  const panel = part('subscription');
  panel.dataset.subscriptionId = id;
  panel.dataset.customerId = user.id;
  const prices = offered?.pairCode;
  if (type === 'monthly' && prices) panel.dataset.monthlyPriceId = prices.monthlyPrice.id;
  if (type === 'ondemand' && prices) panel.dataset.ondemandPriceId = prices.onDemandPrice.id;
  // The contract has these two to the letter: one ends in a full stop, the other does not.
  panel.querySelector('#subscription-type').textContent = type === 'monthly'
    ? 'You are subscribed to the monthly package' : 'You are subscribed to the on-demand package.';
  panel.querySelector('#subscription-status').textContent = status;

  const alert = panel.querySelector('.alert');
  const remedy = panel.querySelector('.remedy');
  remedy.hidden = !owes(status);
  panel.classList.toggle('owing', owes(status));
  for (const button of panel.querySelectorAll('button')) {
    button.addEventListener('click', () => to_portal(button));
  }
  tell(null);
  return { panel, tell };

  function tell(bill) {
    const told = story(user.subscription, bill);
    if (told || bill) say(panel.querySelector('.story'), told);
    const open = bill?.open;
    remedy.querySelector('a, span')?.remove();
    if (open) remedy.append(link(open.url, { class: 'button quiet' },
      `Pay ${money(open.amountRemaining)} now`));
  }

  async function to_portal(button) {
    button.disabled = true;
    alert.textContent = '';
    try {
      leave_for((await portal(user.id, type)).url);
    } catch (failure) {
      complain(alert, failure);
      button.disabled = false;
    }
  }
}

/** `changed` is called after each session. */
export function arrange_panel(user, offered, changed) {
  const panel = part('arrange');
  const price = offered?.pairCode?.onDemandPrice;
  panel.querySelector('.price').textContent =
    price ? `Each session is ${amount(price)}, billed at the end of the month.`
      : 'Sessions are billed at the end of the month.';
  const outcome = panel.querySelector('.outcome');
  const tally = panel.querySelector('.tally');
  let count = 0;
  wire(panel.querySelector('form'), {
    user: user.id,
    kind: 'session',
    words: {
      first: 'Registering your session…',
      again: 'Sending the same session once more. It counts once…',
      same: 'the next press sends the same session, and it counts once.',
    },
    answered: ({ http_status }) => {
      outcome.replaceChildren(
        element('p', { id: 'session-registered', class: 'success' }, 'Session registered'));
      if (http_status === 202) {
        outcome.append(element('p', { class: 'aside' }, 'Stripe will confirm shortly.'));
      }
      count += 1;
      tally.hidden = false;
      tally.textContent = `On this visit: ${count} ${count === 1 ? 'session' : 'sessions'}`;
      changed();
    },
  });
  return panel;
}

export function workshop_panel(user, { workshop }, changed) {
  const panel = part('workshop');
  const form = panel.querySelector('form');
  panel.dataset.workshopPriceId = workshop.perSeatPrice.id;
  panel.querySelector('.price').textContent =
    `For your whole team: ${amount(workshop.perSeatPrice)} per attendee, on your next invoice.`;
  wire(form, {
    user: user.id,
    kind: 'workshop',
    words: {
      first: 'Registering your workshop…',
      again: 'Sending the same workshop once more. It counts once…',
      same: 'the next press sends the same workshop, and it counts once.',
    },
    body: () => ({ attendees: form.attendees.valueAsNumber }),
    began: ({ body }) => { form.attendees.value = body.attendees; },
    answered: () => {
      panel.querySelector('.outcome').replaceChildren(
        element('p', { id: 'workshop-notification', class: 'success' }, 'Workshop registered.'));
      changed();
    },
  });
  return panel;
}
