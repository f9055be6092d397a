// A recording plays on its waveform: sections, gaps, seeking by mouse and keyboard, one that still grows.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Visitor } from './chromium.mjs';
import { Isr, waitFor } from './isr.mjs';
import { makeSounds } from './sounds.mjs';

let isr;
let visitor;
let page;

before(async () => {
  isr = await Isr.start({}, { studio: { type: 'test' } }, (folder) => makeSounds(folder, [
    { name: 'a b&c.wav', start: new Date('2026-11-18T12:00:00Z'), seconds: 60, tones: [[15, 16], [40, 43]] },
    { name: 'other.wav', start: new Date('2026-11-18T13:00:00Z'), seconds: 20, tones: [] },
  ]));
  visitor = await Visitor.open(isr.origin);
  page = visitor.page;
  await page.addInitScript(followSeeks);
  await page.evaluate(followSeeks);
  await page.getByRole('button', { name: 'Wednesday, November 18, 2026', exact: true }).click();
});

after(async () => {
  await visitor?.close();
  assert.equal(await isr?.stop(), 0);
});

const player = (name) => page.getByRole('group', { name: `Player of ${name}` });
const audio = () => page.locator('.file-panel audio');
const where = () => audio().evaluate(({ currentTime, duration, paused, error }) =>
  ({ currentTime, duration, paused, error: error && error.message }));

// In the page: remembers where its player was sent last.
function followSeeks() {
  document.addEventListener('seeking', ({ target }) => { window.sought = target.currentTime; }, true);
}

// The player was sent there since the last time that this was asked, and is there or has played on.
async function assertAt(seconds) {
  await waitFor(`the player at ${seconds}`, () => page.evaluate((wanted) => Math.abs(window.sought - wanted) < 0.3, seconds));
  await page.evaluate(() => { window.sought = undefined; });
  const state = await waitFor('the place to be reached', async () => {
    const now = await where();
    return now.currentTime >= seconds - 0.3 && now;
  });
  assert.equal(state.error, null);
}

test('play opens the recording on its waveform, and plays', async () => {
  await page.getByRole('button', { name: 'Play 12:00:00 a b&c.wav' }).click();
  await player('12:00:00 a b&c.wav').getByRole('img', { name: /0:00 to 1:00; in all 2 sections and 0 gaps/ }).waitFor();
  await waitFor('the player to advance', async () => (await where()).currentTime > 0.3);
  assert.ok(Math.abs((await where()).duration - 60) < 0.01);
});

test('its sections are buttons that play from there', async () => {
  await player('12:00:00 a b&c.wav').getByRole('button', { name: /^0:40 – 0:43 · 4\d\.\d dB$/ }).click();
  await assertAt(40);
  await page.locator('.file-panel .chip[aria-current="true"]').filter({ hasText: '0:40' }).waitFor();
});

test('a click on the waveform seeks there', async () => {
  await audio().evaluate((element) => element.pause());
  const canvas = player('12:00:00 a b&c.wav').getByRole('img');
  const { width } = await canvas.boundingBox();
  await canvas.click({ position: { x: width / 4, y: 20 } });
  await assertAt(15);
});

test('the keyboard alone seeks', async () => {
  await player('12:00:00 a b&c.wav').getByRole('button', { name: /^0:15/ }).focus();
  await page.keyboard.press('Enter');
  await assertAt(15);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await assertAt(40);
});

test('zooming shows a part of it around the player', async () => {
  await audio().evaluate((element) => { element.pause(); element.currentTime = 30; });
  await player('12:00:00 a b&c.wav').getByRole('button', { name: 'Zoom in' }).click();
  await page.getByRole('img', { name: /0:23 to 0:38/ }).waitFor();
  await page.getByRole('button', { name: 'Zoom out' }).click();
  await page.getByRole('img', { name: /Waveform.*0:00 to 1:00/ }).waitFor();
});

test('+ and − zoom as well', async () => {
  await page.getByRole('button', { name: 'Zoom out' }).focus();
  await page.keyboard.press('+');
  await page.getByRole('img', { name: /0:23 to 0:38/ }).waitFor();
  await page.keyboard.press('-');
  await page.getByRole('img', { name: /Waveform.*0:00 to 1:00/ }).waitFor();
});

test('a zoomed waveform goes along with the player', async () => {
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await page.getByRole('img', { name: /0:23 to 0:38/ }).waitFor();
  await audio().evaluate((element) => { element.currentTime = 37.4; });
  await audio().evaluate((element) => element.play());
  await page.getByRole('img', { name: /0:36 to 0:51/ }).waitFor();
  await audio().evaluate((element) => { element.pause(); element.currentTime = 60; });
  await page.getByRole('img', { name: /0:45 to 1:00/ }).waitFor();
  await page.getByRole('button', { name: 'Zoom out' }).click();
  await page.getByRole('img', { name: /Waveform.*0:00 to 1:00/ }).waitFor();
});

test('how loud one player is, all are, after a reload as well', async () => {
  await audio().evaluate((element) => { element.volume = 0.25; });
  const volumes = () => page.evaluate(() => [...document.querySelectorAll('audio')].map(({ volume }) => volume));
  await waitFor('the other players', async () => (await volumes()).every((volume) => volume === 0.25));
  await page.reload();
  await waitFor('the player', async () => (await volumes()).includes(0.25));
});

test('the address leads back to recording and place after a reload', async () => {
  await audio().evaluate((element) => { element.currentTime = 42; });
  await waitFor('the address', () => page.url().includes('&t=42.0'));
  await page.reload();
  await player('12:00:00 a b&c.wav').getByRole('img', { name: /2 sections/ }).waitFor();
  await assertAt(42);
  const { duration, paused } = await where();
  assert.ok(paused && Math.abs(duration - 60) < 0.01, `${duration}`);
});

test('one recording is open at a time', async () => {
  await page.getByRole('button', { name: 'Play 13:00:00 other.wav' }).click();
  await player('13:00:00 other.wav').getByText('Nothing stands out here').waitFor();
  assert.equal(await page.locator('.file-panel').count(), 1);
});

test('a recording that still grows plays as far as it goes', async () => {
  const studio = page.getByRole('row').filter({ hasText: 'studio' });
  await studio.getByText('recording').waitFor();
  await studio.getByRole('button', { name: /^Play/ }).click();
  await waitFor('the player to advance', async () => (await where()).currentTime > 0.3);
  const { duration } = await where();
  await waitFor('the end of what there was to be passed', async () => {
    const state = await where();
    assert.equal(state.error, null);
    return state.currentTime > duration + 0.5;
  }, 60);
});

test('the player looks right everywhere and keeps nobody out', async () => {
  await page.getByRole('button', { name: 'Play 12:00:00 a b&c.wav' }).click();
  await player('12:00:00 a b&c.wav').getByRole('button', { name: /^0:40/ }).click();
  await page.locator('.file-panel .chip[aria-current="true"]').waitFor();
  await visitor.photograph('file_panel');
});

test('closing ends it', async () => {
  await page.getByRole('button', { name: 'Play 12:00:00 a b&c.wav' }).click();
  assert.equal(await page.locator('.file-panel audio').count(), 0);
  assert.equal(new URL(page.url()).hash, '');
});
