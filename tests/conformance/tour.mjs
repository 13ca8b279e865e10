// A tour of the API: stations that together touch every operation, in either world. A station makes
// what it needs, so that one which fails leaves the others standing. What the stand-in need not have is
// asked for where it has it: an operation that no station calls fails the test.
import { advance, day } from './support.mjs';

/** What stations begin with. */
export class Traveller {
  constructor(api, world, hooks, operations) {
    Object.assign(this, { api, hooks, operations });
    this.legacy = world === 'acacia';
    this.count = 0;
    this.events = 0;
  }

  has(operation) {
    return this.operations.includes(operation);
  }

  name(what) {
    this.count += 1;
    return `${what}-${this.count}`;
  }

  async product(more = {}) {
    return this.api.post('/v1/products',
      { name: 'Pair Coding', description: 'By the session', ...more });
  }

  async price(more = {}) {
    const product = more.product ?? (await this.product()).id;
    return this.api.post('/v1/prices',
      { currency: 'usd', unit_amount: 8000, recurring: { interval: 'month' }, ...more, product });
  }

  async meter() {
    return this.api.post('/v1/billing/meters', { display_name: 'Sessions',
      event_name: this.name('sessions'), default_aggregation: { formula: 'sum' },
      customer_mapping: { type: 'by_id', event_payload_key: 'stripe_customer_id' },
      value_settings: { event_payload_key: 'value' } });
  }

  /** A metered price, with its meter where the version asks for one. */
  async metered() {
    if (this.legacy) {
      return { price: await this.price({ recurring: { interval: 'month', usage_type: 'metered' } }) };
    }
    const meter = await this.meter();
    const recurring = { interval: 'month', usage_type: 'metered', meter: meter.id };
    return { meter, price: await this.price({ recurring }) };
  }

  async use({ meter }, item, customer, value) {
    return this.legacy
      ? this.api.post(`/v1/subscription_items/${item}/usage_records`, { quantity: value })
      : this.api.post('/v1/billing/meter_events', { event_name: meter.event_name,
        payload: { stripe_customer_id: customer, value } });
  }

  /** A customer whose default is a card that was attached. */
  async payer(token = 'tok_visa', more = {}) {
    const { id } = await this.api.post('/v1/customers',
      { email: 'ada@example.com', name: 'Ada', ...more });
    const card = await this.api.post('/v1/payment_methods', { type: 'card', card: { token } });
    await this.api.post(`/v1/payment_methods/${card.id}/attach`, { customer: id });
    return this.api.post(`/v1/customers/${id}`,
      { invoice_settings: { default_payment_method: card.id } });
  }

  async clocked_payer(token) {
    const frozen_time = Math.floor(Date.now() / 1000);
    const clock = await this.api.post('/v1/test_helpers/test_clocks', { frozen_time, name: 'A' });
    return { clock: clock.id, frozen_time,
      customer: await this.payer(token, { test_clock: clock.id }) };
  }

  async subscription(more = {}) {
    const customer = more.customer ?? (await this.payer()).id;
    const items = more.items ?? [{ price: (await this.price()).id }];
    return this.api.post('/v1/subscriptions', { ...more, customer, items });
  }

  async session(more = {}) {
    const price = (await this.price()).id;
    return this.api.post('/v1/checkout/sessions', { mode: 'subscription',
      line_items: [{ price, quantity: 1 }], success_url: 'https://example.com/success',
      cancel_url: 'https://example.com/cancel', customer_email: 'ada@example.com', ...more });
  }

  /** Finishes a checkout as the CLI's fixtures do. */
  async finish({ id }) {
    const { api } = this;
    const page = await api.get(`/v1/payment_pages/${id}`);
    const card = await api.post('/v1/payment_methods', { type: 'card', card: { token: 'tok_visa' },
      billing_details: { email: 'ada@example.com', name: 'Ada', phone: '+15555555555',
        address: { line1: '1 Main Street', city: 'Springfield', state: 'IL', country: 'US',
          postal_code: '62701' } } });
    await api.post(`/v1/payment_pages/${id}/confirm`,
      { payment_method: card.id, expected_amount: page.total_summary.due });
  }
}

async function each_form(api, path, id, change = { metadata: { colour: 'green' } }) {
  await api.get(`${path}/${id}`);
  await api.post(`${path}/${id}`, change);
  await api.get(path, { limit: 3 });
}

export const stations = {
  async account({ api }) {
    await api.get('/v1/account');
  },

  async 'a product with its price'(t) {
    await t.product({ default_price_data: { currency: 'usd', unit_amount: 1000 } });
  },

  async 'products and prices'(t) {
    const { api } = t;
    const product = await t.product();
    await each_form(api, '/v1/products', product.id);
    await api.remove(`/v1/products/${(await t.product()).id}`);
    const price = await t.price({ product: product.id, lookup_key: t.name('tea') });
    await each_form(api, '/v1/prices', price.id, { nickname: 'Tea' });
    await t.price({ recurring: undefined });
    await t.metered();
  },

  async customers(t) {
    const { api } = t;
    const { id } = await api.post('/v1/customers', { email: 'bob@example.com', name: 'Bob' });
    await each_form(api, '/v1/customers', id);
    await api.remove(`/v1/customers/${id}`);
    await api.get(`/v1/customers/${id}`);
  },

  async 'payment methods'(t) {
    const { api } = t;
    const customer = await t.payer();
    const card = customer.invoice_settings.default_payment_method;
    await api.get(`/v1/payment_methods/${card}`);
    await api.post(`/v1/payment_methods/${card}`, { metadata: { colour: 'green' } });
    await api.get('/v1/payment_methods', { customer: customer.id, type: 'card' });
    await api.get(`/v1/customers/${customer.id}/payment_methods`);
    if (t.has('GET /v1/customers/:id/payment_methods/:id')) {
      await api.get(`/v1/customers/${customer.id}/payment_methods/${card}`);
    }
    await api.post(`/v1/payment_methods/${card}/detach`);
  },

  async 'setup intents'(t) {
    const { api } = t;
    const { id: customer } = await t.payer();
    await t.finish(await t.session({ customer, customer_email: undefined,
      subscription_data: { trial_period_days: 7 } }));
    if (!t.has('POST /v1/setup_intents')) return;
    const done = await api.post('/v1/setup_intents',
      { customer, payment_method: 'pm_card_visa', confirm: true });
    await api.get(`/v1/setup_intents/${done.id}`);
    await api.get('/v1/setup_intents', { customer });
    const open = await api.post('/v1/setup_intents', { customer });
    await api.post(`/v1/setup_intents/${open.id}`, { metadata: { colour: 'green' } });
    await api.post(`/v1/setup_intents/${open.id}/cancel`);
    const later = await api.post('/v1/setup_intents', { customer });
    await api.post(`/v1/setup_intents/${later.id}/confirm`, { payment_method: 'pm_card_visa' });
  },

  async 'checkout sessions'(t) {
    const { api } = t;
    const path = '/v1/checkout/sessions';
    const paid = await t.session();
    await each_form(api, path, paid.id);
    await api.get(`${path}/${paid.id}/line_items`);
    await t.finish(paid);
    await api.get(`${path}/${paid.id}`,
      { expand: ['subscription', 'customer', 'invoice', 'line_items'] });
    await api.post(`${path}/${(await t.session()).id}/expire`);
  },

  async 'a payment'(t) {
    const price = (await t.price({ recurring: undefined })).id;
    await t.finish(await t.session({ mode: 'payment', line_items: [{ price, quantity: 1 }] }));
  },

  async subscriptions(t) {
    const { api } = t;
    const subscription = await t.subscription({ expand: ['latest_invoice'] });
    await each_form(api, '/v1/subscriptions', subscription.id, { cancel_at_period_end: true });
    const [item] = subscription.items.data;
    await api.get('/v1/subscription_items', { subscription: subscription.id });
    await api.get(`/v1/subscription_items/${item.id}`);
    await api.post(`/v1/subscription_items/${item.id}`, { metadata: { colour: 'green' } });
    const second = await api.post('/v1/subscription_items', { subscription: subscription.id,
      price: (await t.price()).id, proration_behavior: 'none' });
    await api.remove(`/v1/subscription_items/${second.id}`, { proration_behavior: 'none' });
    await api.remove(`/v1/subscriptions/${subscription.id}`);
    await t.subscription({ trial_period_days: 14 });
  },

  async 'a paused subscription'(t) {
    const { api } = t;
    const { id: customer } = await api.post('/v1/customers', { email: 'bob@example.com' });
    const { id } = await t.subscription({ customer, trial_period_days: 7,
      trial_settings: { end_behavior: { missing_payment_method: 'pause' } } });
    await api.post(`/v1/subscriptions/${id}`, { trial_end: 'now' });
    const card = await api.post('/v1/payment_methods/pm_card_visa/attach', { customer });
    await api.post(`/v1/customers/${customer}`,
      { invoice_settings: { default_payment_method: card.id } });
    await api.post(`/v1/subscriptions/${id}/resume`);
  },

  async 'a metered month'(t) {
    const { api } = t;
    const { clock, frozen_time, customer } = await t.clocked_payer();
    const metered = await t.metered();
    const { id, items } = await t.subscription(
      { customer: customer.id, items: [{ price: metered.price.id }] });
    const item = items.data[0].id;
    await t.use(metered, item, customer.id, 3);
    if (t.legacy) await api.get(`/v1/subscription_items/${item}/usage_record_summaries`);
    await advance(api, clock, frozen_time + 33 * day);
    if (t.legacy) await api.get(`/v1/subscription_items/${item}/usage_record_summaries`);
    const invoices = await api.get('/v1/invoices', { subscription: id });
    await api.get(`/v1/invoices/${invoices.data[0].id}/lines`);
  },

  async meters(t) {
    const { api } = t;
    const meter = await t.meter();
    const { id: customer } = await t.payer();
    const path = '/v1/billing/meters';
    await each_form(api, path, meter.id, { display_name: 'Sessions of a pair' });
    const identifier = t.name('event');
    await api.post('/v1/billing/meter_events', { event_name: meter.event_name, identifier,
      payload: { stripe_customer_id: customer, value: 2 } });
    const start = Math.floor(Date.now() / 60_000) * 60 - 3600;
    await api.get(`${path}/${meter.id}/event_summaries`,
      { customer, start_time: start, end_time: start + 7200 });
    if (t.has('POST /v1/billing/meter_event_adjustments')) {
      await api.post('/v1/billing/meter_event_adjustments',
        { event_name: meter.event_name, type: 'cancel', cancel: { identifier } });
    }
    await api.post(`${path}/${meter.id}/deactivate`);
    await api.post(`${path}/${meter.id}/reactivate`);
  },

  async 'invoices and their items'(t) {
    const { api } = t;
    const { id: customer } = await t.payer();
    const item = await api.post('/v1/invoiceitems',
      { customer, amount: 2000, currency: 'usd', description: 'A book' });
    await each_form(api, '/v1/invoiceitems', item.id);
    const drop = await api.post('/v1/invoiceitems', { customer, amount: -500, currency: 'usd' });
    await api.remove(`/v1/invoiceitems/${drop.id}`);
    const { id: subscription, customer: subscriber } = await t.subscription();
    await api.post('/v1/invoiceitems',
      { customer: subscriber, subscription, amount: 500, currency: 'usd' });
    const make = (more) => api.post('/v1/invoices',
      { customer, pending_invoice_items_behavior: 'include', auto_advance: false, ...more });
    const { id } = await make();
    await each_form(api, '/v1/invoices', id);
    await api.get(`/v1/invoices/${id}/lines`);
    await api.post(`/v1/invoices/${id}/finalize`);
    await api.post(`/v1/invoices/${id}/pay`);
    await api.remove(`/v1/invoices/${(await make()).id}`);
    await api.post('/v1/invoiceitems', { customer, amount: 2000, currency: 'usd' });
    const sent = await make({ collection_method: 'send_invoice', days_until_due: 30 });
    await api.post(`/v1/invoices/${sent.id}/send`);
    for (const end of ['void', 'mark_uncollectible']) {
      if (!t.has(`POST /v1/invoices/:id/${end}`)) continue;
      await api.post('/v1/invoiceitems', { customer, amount: 2000, currency: 'usd' });
      const last = await make();
      await api.post(`/v1/invoices/${last.id}/finalize`);
      await api.post(`/v1/invoices/${last.id}/${end}`);
    }
  },

  async 'coming invoices'(t) {
    const { api } = t;
    const { id: subscription, customer } = await t.subscription();
    await api.post('/v1/invoices/create_preview', { subscription });
    if (!t.legacy) return;
    await api.get('/v1/invoices/upcoming', { subscription });
    await api.get('/v1/invoices/upcoming', { customer });
    if (t.has('GET /v1/invoices/upcoming/lines')) {
      await api.get('/v1/invoices/upcoming/lines', { subscription });
    }
  },

  async 'payments of an invoice'(t) {
    const { api } = t;
    const { customer, latest_invoice: invoice } = await t.subscription();
    await api.get(`/v1/invoices/${invoice}`, { expand: t.legacy ? ['charge', 'payment_intent']
      : ['payments.data.payment.payment_intent', 'confirmation_secret'] });
    for (const what of ['payment_intents', 'charges', 'invoice_payments']) {
      if (!t.has(`GET /v1/${what}`) || (t.legacy && what === 'invoice_payments')) continue;
      const { data } = await api.get(`/v1/${what}`,
        what === 'invoice_payments' ? { invoice } : { customer });
      await api.get(`/v1/${what}/${data[0].id}`);
    }
  },

  async 'the portal'(t) {
    const { api } = t;
    const { id: customer } = await t.payer();
    const path = '/v1/billing_portal/configurations';
    const { id: configuration } = await api.post(path, {
      business_profile: { privacy_policy_url: 'https://example.com/privacy',
        terms_of_service_url: 'https://example.com/terms' },
      features: { subscription_cancel: { enabled: true }, invoice_history: { enabled: true },
        payment_method_update: { enabled: true } } });
    await each_form(api, path, configuration);
    await api.post('/v1/billing_portal/sessions',
      { customer, configuration, return_url: 'https://example.com/account' });
  },

  async 'webhook endpoints'(t) {
    const { api } = t;
    const path = '/v1/webhook_endpoints';
    const { id } = await api.post(path, { url: `${t.hooks}/other`, description: 'Hooks',
      enabled_events: ['charge.failed', 'charge.succeeded'] });
    await each_form(api, path, id);
    await api.remove(`${path}/${id}`);
  },

  async 'test clocks'(t) {
    const { api } = t;
    const path = '/v1/test_helpers/test_clocks';
    const { clock, frozen_time } = await t.clocked_payer();
    await api.get(path);
    await advance(api, clock, frozen_time + day);
    await api.remove(`${path}/${clock}`);
  },

  async 'a month that fails'(t) {
    const { clock, frozen_time, customer } = await t.clocked_payer('tok_chargeCustomerFail');
    await t.subscription({ customer: customer.id, trial_period_days: 1 });
    await advance(t.api, clock, frozen_time + 3 * day);
    await t.api.get('/v1/subscriptions', { customer: customer.id, status: 'all' });
    await t.api.get('/v1/invoices', { customer: customer.id });
  },

  // Last: it sees what all the others did.
  async events(t) {
    const { api } = t;
    let page = await api.get('/v1/events', { limit: 100 });
    const { id } = page.data[0];
    t.events = page.data.length;
    while (page.has_more) {
      page = await api.get('/v1/events', { limit: 100, starting_after: page.data.at(-1).id });
      t.events += page.data.length;
    }
    await api.get(`/v1/events/${id}`);
    await api.post(`/v1/events/${id}/retry`);
  },
};
