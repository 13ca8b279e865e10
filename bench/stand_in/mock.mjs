// The npm package stripe-stateful-mock on a free port of loopback, saying nothing but where.
import mock from 'stripe-stateful-mock';

const server = mock.createExpressApp().listen(0, '127.0.0.1', () => {
  console.log(`stripe-stateful-mock listening on http://127.0.0.1:${server.address().port}`);
});
