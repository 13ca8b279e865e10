// A workshop, from the press to the coming invoice.
import assert from 'node:assert/strict';
import { arrange, buy, desktop, phone, scene, sign_up, subscribe_on_demand,
  text_of } from './support.mjs';

async function register(page, attendees) {
  await page.locator('input[name="attendees"]').fill(String(attendees));
  await page.locator('#register-workshop').click();
  await page.locator('#register-workshop:enabled').waitFor();
  assert.equal(await text_of(page.locator('#workshop-notification')), 'Workshop registered.');
}

/** The rows of the coming invoice once it has so many. */
async function coming(page, count) {
  const rows = page.locator('.upcoming tbody tr');
  await rows.nth(count - 1).waitFor();
  return Promise.all((await rows.all()).map(text_of));
}

scene('A workshop for 6 is 6 × $80.00 on the coming invoice, beside the sessions', desktop,
  async ({ page, shop }) => {
    await subscribe_on_demand(page, shop);
    await arrange(page);
    await register(page, 6);
    assert.deepEqual((await coming(page, 2)).sort(),
      ['Pair Coding 1 × $80.00 $80.00', 'Workshop 6 × $80.00 $480.00']);
    assert.match(await text_of(page.locator('.upcoming tfoot')), /^On .+ \$560\.00$/);
  });

scene('A workshop of a monthly member is on the invoice that ends the trial', phone,
  async ({ page, shop }) => {
    await sign_up(page, shop);
    await buy(page, 'monthly');
    await register(page, 2);
    assert.deepEqual((await coming(page, 2)).sort(),
      ['Pair Coding 1 × $60.00 $60.00', 'Workshop 2 × $80.00 $160.00']);
  });

scene('What is no number of attendees is not sent', desktop, async ({ page, shop }) => {
  await subscribe_on_demand(page, shop);
  const asked = [];
  page.on('request', (request) => request.method() === 'POST' && asked.push(request.url()));
  for (const attendees of ['', '0', '101', '2.5']) {
    await page.locator('input[name="attendees"]').fill(attendees);
    await page.locator('#register-workshop').click();
    assert.equal(await page.locator('input[name="attendees"]:invalid').count(), 1, attendees);
  }
  assert.deepEqual(asked, []);
});
