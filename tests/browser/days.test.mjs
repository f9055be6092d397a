// Days open and close, and their recordings show their levels.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Visitor } from './chromium.mjs';
import { Isr, waitFor } from './isr.mjs';
import { makeSounds, NO_SOURCE } from './sounds.mjs';

const OLD = 'Wednesday, November 18, 2026';
const NEW = 'Thursday, November 19, 2026';

let isr;
let visitor;
let page;

before(async () => {
  isr = await Isr.start({}, NO_SOURCE, (folder) => makeSounds(folder, [
    { name: 'old.wav', start: new Date('2026-11-18T12:00:00Z'), seconds: 30, tones: [[15, 16]] },
    { name: 'morning.wav', start: new Date('2026-11-19T08:00:00Z'), seconds: 40, tones: [[15, 16], [18.5, 20]] },
    { name: 'noon.wav', start: new Date('2026-11-19T12:00:00Z'), seconds: 30, tones: [] },
  ]));
  visitor = await Visitor.open(isr.origin);
  page = visitor.page;
});

after(async () => {
  await visitor?.close();
  assert.equal(await isr?.stop(), 0);
});

const dayButton = (name) => page.getByRole('button', { name, exact: true });
const table = (name) => page.getByRole('table', { name });

test('the newest day is open; one that is closed asks for nothing', async () => {
  await table(NEW).getByText('morning.wav').waitFor();
  assert.equal(await dayButton(NEW).getAttribute('aria-expanded'), 'true');
  assert.equal(await dayButton(OLD).getAttribute('aria-expanded'), 'false');
  assert.equal(await table(OLD).count(), 0);
  await page.getByRole('img', { name: /morning.wav: 2 sections/ }).waitFor();
  assert.equal(await page.getByText('1 recording', { exact: false }).count(), 1);
  const asked = visitor.requests.filter((url) => url.startsWith('/api/files') || url.includes('old.wav'));
  assert.equal(asked.length, 1, asked.join('\n'));
});

test('a day says how many recordings it has, how long and how large', async () => {
  await page.getByText(/^\d+ recordings? · \d+ (s|min)( \d+ min)? · [\d.]+ [kM]?B$/).first().waitFor();
});

test('a day opens from the keyboard, and its button says what it controls', async () => {
  await dayButton(OLD).focus();
  await page.keyboard.press('Enter');
  await table(OLD).getByText('old.wav').waitFor();
  assert.equal(await dayButton(OLD).getAttribute('aria-expanded'), 'true');
  const controlled = await dayButton(OLD).getAttribute('aria-controls');
  assert.equal(await page.locator(`[id="${controlled}"]`).getByRole('table').count(), 1);
  await page.getByRole('img', { name: /old.wav: 1 section$/ }).waitFor();
});

test('a strip shows levels, and sections in colours that a quiet recording has not', async () => {
  const loud = await visitor.coloursOf(page.getByRole('img', { name: /morning.wav/ }));
  await page.getByRole('img', { name: /noon.wav: 0 sections/ }).waitFor();
  const quiet = await visitor.coloursOf(page.getByRole('img', { name: /noon.wav/ }));
  assert.ok(quiet > 1, `${quiet}`);
  assert.ok(loud > quiet, `${loud}, ${quiet}`);
});

test('what is open stays so over a reload and over updates', async () => {
  await dayButton(NEW).click();
  await page.reload();
  await table(OLD).getByText('old.wav').waitFor();
  assert.equal(await dayButton(NEW).getAttribute('aria-expanded'), 'false');
  assert.equal(await table(NEW).count(), 0);
  // All is read again when the page comes back into view.
  const rounds = () => visitor.requests.filter((url) => url === '/api/status').length;
  const before = rounds();
  await visitor.look(false);
  await visitor.look(true);
  await waitFor('another round', () => rounds() > before);
  assert.equal(await dayButton(NEW).getAttribute('aria-expanded'), 'false');
  assert.equal(await dayButton(OLD).getAttribute('aria-expanded'), 'true');
});

test('days look right everywhere and keep nobody out', async () => {
  await dayButton(NEW).click();
  await page.getByRole('img', { name: /morning.wav: 2 sections/ }).waitFor();
  await visitor.photograph('days');
  // A table still where its rows have two lines.
  await page.setViewportSize({ width: 320, height: 640 });
  assert.ok(await page.getByRole('table').getByRole('row').count() > 1);
});
