// What a Node developer would write for GET /offerings and POST /offerings/paircode/schedule, as the
// peer of bench/clicks: Express, stripe-node, better-sqlite3, one process.
//
// What it does not promise: a click is written down after Stripe has it, and with
// synchronous=NORMAL not on disk before it is answered. A crash in between, an answer of Stripe's
// that is lost, or an outage loses the record of the click, or the click. It sends each click as
// `increment`, so a retry counts twice once Stripe has forgotten the idempotency key (after 24 h).
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import express from 'express';
import Stripe from 'stripe';
import { open_database } from './database.mjs';

const stripe_url = new URL(process.env.STRIPE_API_BASE);
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY, {
  apiVersion: '2025-02-24.acacia',
  protocol: stripe_url.protocol.slice(0, -1),
  host: stripe_url.hostname,
  port: stripe_url.port,
  httpAgent: new http.Agent({ keepAlive: true }),
  maxNetworkRetries: 2,
});

const db = open_database(process.env.DATABASE_FILE);
const find_user = db.prepare('SELECT customer, item FROM users WHERE customer = ?');
const insert_usage = db.prepare('INSERT OR IGNORE INTO usage VALUES (?, ?, ?, ?)');

const { data: prices } = await stripe.prices.list(
  { active: true, limit: 100, expand: ['data.product'] });
const offerings = offerings_from(prices);

const app = express();
app.disable('x-powered-by');

app.get('/offerings', (request, response) => {
  response.json(offerings);
});

app.post('/offerings/paircode/schedule', async (request, response) => {
  const user = find_user.get(String(request.query.user_id));
  if (!user) {
    response.status(404).json({ error: { message: 'no such user', code: 'not_found' } });
    return;
  }
  const clicked_at = Date.now();
  const key = request.get('Idempotency-Key') ?? randomUUID();
  const record = await stripe.subscriptionItems.createUsageRecord(
    user.item,
    { quantity: 1, timestamp: Math.floor(clicked_at / 1000), action: 'increment' },
    { idempotencyKey: key },
  );
  insert_usage.run(user.customer, key, record.id, clicked_at);
  response.json({ usageRecord: record.id, event: key });
});

app.use((error, request, response, next) => {
  console.error(error);
  response.status(503).json(
    { error: { message: 'Stripe cannot be used just now', code: 'unavailable' } });
});

const listener = app.listen(0, '127.0.0.1', () => {
  console.log(`peer listening on http://127.0.0.1:${listener.address().port}`);
});
process.on('SIGTERM', () => {
  listener.close(() => db.close());
  listener.closeIdleConnections();
});

/** The body that billing-server sends, from the prices at Stripe. */
function offerings_from(found) {
  const by_key = (word) => found.find((price) => price.lookup_key?.includes(word));
  const shown = ({ id, nickname, currency, unit_amount, lookup_key }) =>
    ({ id, nickname, currency, unit_amount, lookup_key });
  const [monthly, on_demand, workshop] = ['monthly', 'ondemand', 'workshop'].map(by_key);
  return {
    pairCode: {
      productId: on_demand.product.id,
      productName: on_demand.product.name,
      monthlyPrice: shown(monthly),
      onDemandPrice: shown(on_demand),
    },
    workshop: workshop
      ? {
        productId: workshop.product.id,
        productName: workshop.product.name,
        perSeatPrice: shown(workshop),
      }
      : null,
  };
}
