// What stands on a user's desk: panels by how the subscription stands, and the bill in them.
import { checkout, leave_for } from './api.js';
import { bill_panel, invoices_panel } from './bill.js';
import { part, unavailable } from './dom.js';
import { arrange_panel, subscription_panel, workshop_panel } from './member.js';
import { packages } from './packages.js';
import { last_words } from './standing.js';

/**
 * The panels for `user` and what `tell(bill)` does to them. `again` reads everything anew,
 * `changed` is called after something was registered.
 */
export function desk_of(user, offered, { again, changed }) {
  const { status, type } = user.subscription ?? {};
  const member = status && status !== 'canceled' && status !== 'incomplete_expired';
  return member ? members_desk() : visitors_desk();

  function members_desk() {
    const subscription = subscription_panel(user, offered);
    const bill = bill_panel();
    const invoices = invoices_panel({ always: true });
    const panels = [subscription.panel];
    if (status !== 'incomplete') {
      if (type === 'ondemand') panels.push(arrange_panel(user, offered, changed));
      if (offered?.workshop) panels.push(workshop_panel(user, offered, changed));
    }
    panels.push(bill.panel, invoices.panel);
    if (!offered?.pairCode || !offered.workshop) {
      panels.push(unavailable('The price list is not here yet: the payment service has not '
        + 'answered. What you see above works all the same.', again));
    }
    return together(panels, subscription, bill, invoices);
  }

  function visitors_desk() {
    const choice = packages(offered, { again,
      chosen: async (price) => leave_for((await checkout(user.id, price.id)).url) });
    const invoices = invoices_panel({ always: false });
    if (status !== 'canceled') return together([choice, invoices.panel], invoices);
    const ended = ended_panel();
    return together([ended.panel, choice, invoices.panel], ended, invoices);
  }
}

function together(panels, ...parts) {
  return { panels, tell: (bill) => parts.forEach(({ tell }) => tell(bill)) };
}

function ended_panel() {
  const panel = part('ended');
  const standing = panel.querySelector('.standing');
  return { panel, tell: (bill) => standing.replaceChildren(...(bill ? last_words(bill) : [])) };
}
