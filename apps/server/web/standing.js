// How a subscription stands, in a sentence or two.
import { day, link } from './dom.js';
import { money } from './money.js';

/** Statuses in which a payment is missing: each is repaired with a card that works. */
const owing = {
  past_due: ({ sum }) => `Your last payment did not go through: ${sum} open. Update your card, `
    + 'and it is paid at once.',
  unpaid: ({ sum }) => `Your payments did not go through: ${sum} open. Update your card or pay `
    + 'the invoice, and you are back.',
  incomplete: ({ sum }) => `Your first payment was not completed: ${sum} open. Pay it within a `
    + 'day, and you can begin.',
  paused: () => 'Your trial is over and there is no card to charge. Add one to go on.',
};

export const owes = (status) => status in owing;

/** What a live subscription's owner should know; `bill` is null while it can't be read. */
export function story({ status, type }, bill) {
  const open = bill?.open;
  if (owes(status)) return owing[status]({ sum: open ? `${money(open.amountRemaining)} is` : 'it is' });
  if (!bill?.period?.end || bill.subscription?.status !== status) return '';
  const until = day(bill.period.end);
  const next = bill.upcoming && money(bill.upcoming.total);
  if (bill.subscription.cancelAtPeriodEnd) {
    return status === 'trialing'
      ? `Your trial ends on ${until}, and the subscription with it. Nothing will be charged.`
      : `Your subscription ends on ${until}. Until then everything stays as it is.`;
  }
  if (status === 'trialing') {
    return `Your trial runs until ${until}.${next ? ` Then the first ${next} is due.` : ''}`;
  }
  if (type === 'ondemand') return `What you use until ${until} comes on one invoice then.`;
  return next ? `Next payment: ${next} on ${until}.` : `Paid until ${until}.`;
}

/** Of an ended one: what is still to be billed or paid. Words and links. */
export function last_words({ usage, final, open }) {
  const words = final ? words_of_final(final.invoice, usage) : [];
  if (!open || open.id === final?.invoice?.id) return words;
  return [...words, words.length ? ' ' : '', 'An earlier invoice is still open: ', pay_link(open)];
}

function words_of_final(invoice, usage) {
  if (!invoice) {
    const count = usage?.sessions;
    if (!count || !usage.amount) {
      return ['Should anything be left to bill, a final invoice is made about ten minutes after '
        + 'the end.'];
    }
    return [`Your last ${count === 1 ? 'session' : `${count} sessions`} (${money(usage.amount)}) `
      + 'will be on a final invoice, which is made about ten minutes after the end.'];
  }
  const sum = money(invoice.total);
  if (invoice.status === 'open') {
    return [`Your final invoice of ${sum} could not be charged: `, pay_link(invoice)];
  }
  return [`Your final invoice of ${sum} is ${invoice.status}: `,
    link(invoice.url, {}, `invoice ${invoice.number}`)];
}

const pay_link = ({ url, amountRemaining }) => link(url, {}, `pay ${money(amountRemaining)} now`);
