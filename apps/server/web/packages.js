// The two packages of pair coding, for the landing page and for a dashboard with no subscription.
import { complain, part, unavailable } from './dom.js';
import { amount } from './money.js';

/**
 * The packages of `offerings` (null: could not be read); `chosen(price)` runs on a press, and what
 * it throws is shown. Without prices to show, a card offers `again`.
 */
export function packages(offerings, { chosen, again }) {
  const pair_code = offerings?.pairCode;
  if (!pair_code) {
    return unavailable('The price list is not here yet: the payment service has not answered. '
      + 'Give it a moment.', again);
  }
  const { monthlyPrice: monthly, onDemandPrice: ondemand } = pair_code;
  const section = part('packages');
  section.querySelector('.monthly').dataset.monthlyPriceId = monthly.id;
  section.querySelector('.ondemand').dataset.ondemandPriceId = ondemand.id;
  offer('#monthly-subscription', `${amount(monthly)} per month`, monthly);
  offer('#ondemand-subscription', `${amount(ondemand)} per session`, ondemand);
  return section;

  function offer(selector, text, price) {
    const button = section.querySelector(selector);
    button.textContent = text;
    button.addEventListener('click', () => choose(price));
  }

  async function choose(price) {
    const buttons = section.querySelectorAll('button');
    const alert = section.querySelector('.alert');
    alert.textContent = '';
    for (const button of buttons) button.disabled = true;
    try {
      await chosen(price);
    } catch (failure) {
      complain(alert, failure);
      for (const button of buttons) button.disabled = false;
    }
  }
}
