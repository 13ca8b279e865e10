// What a person sees of the stand-in, and does to it, at /_sandbox/.
import assert from 'node:assert/strict';
import http from 'node:http';
import { desktop, scene, text_of } from './support.mjs';

const small_phone = { width: 360, height: 740 };

/** A form to Stripe's API; answers the object. */
async function make(base, path, fields) {
  const answer = await fetch(base + path, { method: 'POST', body: new URLSearchParams(fields),
    headers: { Authorization: 'Bearer sk_test_inspected' } });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

/** A webhook receiver that declines the first time; `got` says what came. */
async function start_receiver() {
  const got = [];
  const server = http.createServer((request, response) => {
    request.resume().on('end', () => {
      got.push(request.url);
      response.writeHead(got.length === 1 ? 500 : 200).end('<b>not now</b>');
    });
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { got, url: `http://127.0.0.1:${server.address().port}/hook`, close: () => server.close() };
}

/** Loads the page again until it says what is waited for. */
async function reload_until(page, part, text) {
  const deadline = Date.now() + 15_000;
  while (!(await part.innerText()).includes(text)) {
    assert.ok(Date.now() < deadline, `${page.url()} never says ${text}`);
    await page.reload();
  }
}

async function fits(page) {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= page.viewportSize().width, `${page.url()} is ${width} wide`);
}

for (const [where, viewport] of Object.entries({ 'a phone': small_phone, 'a desktop': desktop })) {
  scene(`A person inspects an account, replays a webhook and moves the clock on ${where}`, viewport,
    async ({ page, sandbox }) => {
      const receiver = await start_receiver();
      try {
        const base = sandbox.url;
        await make(base, '/v1/webhook_endpoints', { url: receiver.url, 'enabled_events[]': '*' });
        const name = '<script>document.title = "taken over"</script>';
        const customer = await make(base, '/v1/customers', { name });

        await page.goto(`${base}/_sandbox/`);
        await fits(page);
        const row = page.locator('tr', { hasText: 'sk_test_inspected' });
        await row.locator('a').click();
        await page.locator('a', { hasText: 'Customers' }).click();
        await fits(page);
        assert.ok((await text_of(page.locator('tbody'))).includes(name));
        await page.locator('a', { hasText: customer.id }).click();
        assert.ok((await text_of(page.locator('pre'))).includes(name.replaceAll('"', '\\"')));
        assert.equal(await page.title(), `${customer.id} – Sandbox`);
        await fits(page);

        await page.locator('nav a', { hasText: 'Requests' }).click();
        assert.match(await text_of(page.locator('tbody')), /POST.*\/v1\/customers.*200/);
        await fits(page);

        await page.locator('nav a', { hasText: 'Events' }).click();
        await page.locator('a', { hasText: 'customer.created' }).click();
        // The server of the scene is an endpoint, too.
        const ours = page.locator('tr', { hasText: receiver.url });
        await reload_until(page, ours, '500');
        await fits(page);
        await ours.locator('summary').first().click();
        assert.equal(await text_of(ours.locator('details pre')), '<b>not now</b>');
        await ours.locator('button', { hasText: 'Replay' }).click();
        await reload_until(page, page.locator('main'), 'delivered');
        await fits(page);
        assert.equal(receiver.got.length, 2);

        await page.locator('nav a', { hasText: 'Objects' }).click();
        const shown = async () => Date.parse(await text_of(page.locator('.Now')));
        const before = await shown();
        await page.locator('button', { hasText: 'A day' }).click();
        await page.waitForLoadState();
        const days = (await shown() - before) / 86_400_000;
        assert.ok(days >= 1 && days < 1.01, `moved by ${days} days`);
      } finally {
        receiver.close();
      }
    });
}
