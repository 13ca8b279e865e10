// A dashboard whose server says what a test wants: `GET /users` and `GET /users/bill` are answered
// here, everything else by the real one.

export const usd = (amount) => ({ amount, currency: 'usd' });
export const now = Math.floor(Date.now() / 1000);
export const days = (count) => now + count * 86_400;

export const invoice = (status, total, more = {}) => ({ id: 'in_1', number: 'A1B2-0001', status,
  total: usd(total), amountRemaining: usd(status === 'open' ? total : 0), created: days(-2),
  url: 'https://invoice.example/i/1', ...more });

/** A bill of a subscription in that status, with what is given beside it. */
export const bill = (status, { subscription, ...more } = {}) => ({
  fresh: true,
  subscription: { id: 'sub_1', status, trialEnd: null, cancelAtPeriodEnd: false, endedAt: null,
    ...subscription },
  period: { start: days(-5), end: days(25) }, usage: null, pending: 0, upcoming: null,
  invoices: [], open: null, final: null, ...more });

export const upcoming = (...lines) => ({ due: days(25),
  total: usd(lines.reduce((sum, { amount }) => sum + amount.amount, 0)), lines });

/** Opens the dashboard of somebody who is told `desk.type` and `desk.bill`, whatever they are then. */
export async function open_desk(page, shop, desk) {
  await page.addInitScript(() => localStorage.setItem('devchat.user',
    JSON.stringify({ id: 'cus_1', email: 'ada@example.com' })));
  await page.route(/\/users\?/, (route) => route.fulfill({ json: { user: { id: 'cus_1',
    email: 'ada@example.com', subscription: { id: 'sub_1', type: desk.type,
      status: desk.bill.subscription.status } } } }));
  await page.route(/\/users\/bill/, (route) => route.fulfill({ json: desk.bill }));
  await page.goto(`${shop}/dashboard`);
}
