// One press is one session, whatever happens to its requests.
import assert from 'node:assert/strict';
import { desktop, phone, scene, subscribe_on_demand, text_of } from './support.mjs';

const schedule = '**/offerings/paircode/schedule*';

/** Lets `fault(route)` have the first request to arrange; answers the keys of all of them. */
async function strike_first(page, fault) {
  const keys = [];
  await page.route(schedule, async (route) => {
    keys.push(await route.request().headerValue('idempotency-key'));
    await (keys.length === 1 ? fault(route) : route.continue());
  });
  return keys;
}

scene('A click whose first request fails is sent again as the same click', phone,
  async ({ page, shop, sandbox }) => {
    const customer = await subscribe_on_demand(page, shop);
    let faults = 0;
    const keys = await strike_first(page, async (route) => {
      faults += 1;
      await route.abort('connectionreset');
    });
    await page.locator('#arrange-session').click();
    await page.locator('#session-registered').waitFor();
    assert.equal(faults, 1);
    assert.equal(keys.length, 2);
    assert.ok(keys[0], 'the click carries an Idempotency-Key');
    assert.equal(keys[1], keys[0]);
    assert.equal(await sandbox.usage_of(customer), 1);
  });

scene('A click whose answer is lost to a reload is the same click on the new page', desktop,
  async ({ page, shop, sandbox }) => {
    const customer = await subscribe_on_demand(page, shop);
    const recorded = new Promise((resolve) => {
      strike_first(page, async (route) => resolve((await route.fetch()).status()));
    });
    await page.locator('#arrange-session').click();
    assert.equal(await recorded, 200);
    assert.equal(await sandbox.usage_of(customer), 1);
    const resent = page.waitForRequest(schedule);
    await page.reload();
    assert.ok(await resent);
    assert.equal(await text_of(page.locator('#session-registered')), 'Session registered');
    assert.equal(await sandbox.usage_of(customer), 1);
  });

scene('Two presses are two sessions, each with a click id of its own', desktop,
  async ({ page, shop, sandbox }) => {
    const customer = await subscribe_on_demand(page, shop);
    const keys = await strike_first(page, (route) => route.continue());
    for (const count of [1, 2]) {
      await page.locator('#arrange-session').click();
      await page.getByText(`On this visit: ${count} `).waitFor();
      await page.locator('#session-registered').waitFor();
    }
    assert.equal(new Set(keys).size, 2);
    assert.equal(await sandbox.usage_of(customer), 2);
  });

scene('A refused click is explained and not sent again', desktop, async ({ page, shop }) => {
  await subscribe_on_demand(page, shop);
  const keys = await strike_first(page, (route) => route.fulfill({
    status: 409, json: { error: { message: 'your <b>subscription</b> has ended' } } }));
  await page.locator('#arrange-session').click();
  await page.getByRole('alert').getByText('your <b>subscription</b> has ended').waitFor();
  assert.equal(await page.locator('#session-registered').count(), 0);
  await page.locator('#arrange-session').click();
  await page.locator('#session-registered').waitFor();
  assert.equal(new Set(keys).size, 2);
});
