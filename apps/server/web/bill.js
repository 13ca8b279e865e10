// What the desk shows of money: usage and the coming invoice, and the invoices there are.
import { day, element, link, part, say } from './dom.js';
import { money } from './money.js';

const invoices_shown = 12;

const counted = (count, noun) => `${count} ${count === 1 ? noun : `${noun}s`}`;

/** A panel and `tell(bill)`, which fills it; null says that it can't be read. */
export function bill_panel() {
  const panel = part('bill');
  const place = (name) => panel.querySelector(name);
  return { panel, tell };

  function tell(bill) {
    panel.removeAttribute('aria-busy');
    place('.loading').hidden = true;
    if (!bill) return say(place('.offline'), 'Your bill can’t be read just now. Nothing is lost.');
    say(place('.offline'), bill.fresh ? '' : 'Stripe can’t be reached just now. This is what we '
      + 'know; nothing is lost, and what you use counts all the same.');
    say(place('.used'), used(bill));
    say(place('.waiting'), bill.pending ? `${counted(bill.pending, 'registration')} still on the `
      + 'way to Stripe. There is nothing to do.' : '');
    place('.upcoming').hidden = !bill.upcoming;
    if (bill.upcoming) show_upcoming(bill.upcoming);
    return undefined;
  }

  function used({ usage, period, upcoming }) {
    if (usage) {
      const cost = usage.amount ? `: ${money(usage.amount)}` : '';
      const count = usage.sessions ? counted(usage.sessions, 'session') : 'No session';
      return `${count} since ${day(period.start)}${usage.sessions ? cost : ''}.`;
    }
    return upcoming ? '' : 'Nothing is to be paid as far as we know.';
  }

  function show_upcoming({ lines, total, due }) {
    const told = lines.filter(({ amount }) => amount.amount !== 0).map(({ unit, ...line }) => {
      const row = document.createElement('tr');
      row.append(element('th', { scope: 'row' }, name_of(line.description)),
        element('td', {}, unit ? `${line.quantity} × ${money(unit)}` : ''),
        element('td', {}, money(line.amount)));
      return row;
    });
    place('tbody').replaceChildren(...told);
    place('tfoot th').textContent = `On ${day(due)}`;
    place('tfoot td').textContent = money(total);
  }
}

/** Of Stripe's `2 × /dev/chat Pair Coding (at $80.00 / month)` the rest stands elsewhere. */
function name_of(description) {
  return description.replace(/^\d+ (\S+ )?× /, '').replace(/ \(at [^()]*\)$/, '')
    .replace('/dev/chat ', '');
}

/** The same of the invoices; without any it is hidden unless it is to be there `always`. */
export function invoices_panel({ always }) {
  const panel = part('invoices');
  panel.hidden = true;
  return { panel, tell };

  function tell(bill) {
    if (!bill) return;
    const invoices = bill.invoices.filter(({ status }) => status !== 'void');
    panel.hidden = !always && !invoices.length;
    panel.querySelector('ul').replaceChildren(
      ...invoices.slice(0, invoices_shown).map(invoice_item));
    const more = invoices.length - invoices_shown;
    panel.querySelector('.aside').textContent = !invoices.length ? 'None so far.'
      : more > 0 ? `${counted(more, 'older invoice')} can be found under “Manage subscription”.` : '';
  }
}

function invoice_item({ number, status, total, created, url }) {
  const item = document.createElement('li');
  const words = { draft: 'being prepared', open: 'to be paid' };
  item.append(
    link(url, {}, number ? `Invoice ${number}` : 'Invoice'),
    element('span', { class: 'when' }, day(created, { year: true })),
    element('span', { class: 'sum' }, money(total)),
    element('span', { class: `state ${status}` }, words[status] ?? status));
  return item;
}
