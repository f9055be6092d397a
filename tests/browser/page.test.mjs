// The page in a real browser: recordings are listed by day, and play.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Visitor } from './chromium.mjs';
import { Isr, waitFor } from './isr.mjs';

const MIN_SECONDS = 2.5;

let isr;
let visitor;
let page;
let recording;  // a finished one that is long enough to play

before(async () => {
  isr = await Isr.start({ split_minutes: 0.05 }, { beeps: { type: 'test', wave: 'sine' } });
  recording = await waitFor('a finished recording',
    async () => (await isr.files()).find((file) => !file.recording && file.duration > MIN_SECONDS));
  visitor = await Visitor.open(isr.origin);
  page = visitor.page;
});

after(async () => {
  await visitor?.close();
  assert.equal(await isr?.stop(), 0);
});

// "14:00:00" of "2026-11-21T14:00:00+01:00": what tells one recording from another on the page.
function timeOfDay({ date }) {
  return date.slice(11, 19);
}

function audioState() {
  return page.locator('.file-panel audio').evaluate(({ currentTime, duration, seeking, error }) =>
    ({ currentTime, duration, seeking, error: error && error.message }));
}

test('recordings are listed under their day', async () => {
  const title = new Date(recording.date.slice(0, 10)).toLocaleDateString('en', {
    timeZone: 'UTC', weekday: 'long', day: 'numeric', month: 'long', year: 'numeric',
  });
  const table = page.getByRole('table', { name: title });
  const row = table.getByRole('row').filter({ hasText: timeOfDay(recording) });
  await row.getByText('beeps').waitFor();
  await row.getByRole('link', { name: /download/i }).waitFor();
});

test('who comes with the keyboard skips to the recordings', async () => {
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the recordings');
  await page.keyboard.press('Enter');
  await waitFor('the focus', () => page.evaluate(() => document.activeElement.id === 'recordings'));
});

test('the source that records is shown as recording', async () => {
  const source = page.getByRole('region', { name: 'Sources' }).getByRole('listitem');
  await source.filter({ hasText: 'beeps' }).getByText('recording').waitFor();
});

test('a click on play plays the recording', async () => {
  await page.getByRole('button', { name: `Play ${timeOfDay(recording)}` }).click();
  await waitFor('the player to advance', async () => {
    const state = await audioState();
    assert.equal(state.error, null);
    return state.currentTime > 0.5;
  });
});

test('the player seeks to where it is sent', async () => {
  await page.locator('.file-panel audio').evaluate((audio) => {
    audio.pause();
    audio.currentTime = audio.duration - 0.5;
  });
  const state = await waitFor('the end of the seek', async () => {
    const now = await audioState();
    return !now.seeking && now;
  });
  assert.ok(Math.abs(state.currentTime - (state.duration - 0.5)) < 0.05, JSON.stringify(state));
});

test('the page looks right everywhere and keeps nobody out', async () => {
  await visitor.photograph('page');
});
