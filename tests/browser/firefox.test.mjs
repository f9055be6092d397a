// The page in Firefox: it lists, plays, seeks and shows what stands out.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { FirefoxVisitor } from './firefox.mjs';
import { Isr, waitFor } from './isr.mjs';
import { makeSounds } from './sounds.mjs';

const DAY = 'Wednesday, November 18, 2026';
const KINDS = ['wav', 'flac', 'mp3', 'opus'];

let isr;
let visitor;
let page;

before(async () => {
  isr = await Isr.start({}, { studio: { type: 'test' } }, (folder) => makeSounds(folder, KINDS.map((kind, hour) => (
    { name: `old.${kind}`, start: new Date(Date.UTC(2026, 10, 18, 10 + hour)), seconds: 60, tones: [[15, 16], [40, 43]] }))));
  visitor = await FirefoxVisitor.open(isr.origin);
  page = visitor.page;
});

after(async () => {
  await visitor?.close();
  assert.equal(await isr?.stop(), 0);
});

const press = (label) => page.locator(`button[aria-label="${label}"]`).click();
const audio = (selector, ask) => page.$eval(selector, ask);

test('the source that records is shown with its level', async () => {
  await visitor.find('.source-state[data-state="recording"]');
  await visitor.find('canvas[aria-label^="Level of studio: -"]');
});

test('a day opens on its recordings', async () => {
  await page.locator('#day-2026-11-18 button').click();
  for (const [hour, kind] of KINDS.entries()) {
    await visitor.find(`canvas[aria-label="Levels of ${10 + hour}:00:00 old.${kind}: 2 sections"]`);
  }
});

for (const [hour, kind] of KINDS.entries()) {
  test(`a recording plays and seeks: ${kind}`, async () => {
    await press(`Play ${10 + hour}:00:00 old.${kind}`);
    await visitor.player('it to play', '.file-panel audio', ({ currentTime }) => currentTime > 0.3);
    const duration = await audio('.file-panel audio', (element) => element.duration);
    assert.ok(Math.abs(duration - 60) < 0.5, `${duration}`);
    await audio('.file-panel audio', (element) => { element.currentTime = 40; });
    await visitor.player('it to play on from there', '.file-panel audio',
      ({ currentTime, seeking }) => !seeking && currentTime > 40.2);
  });
}

test('a click on the waveform seeks there', async () => {
  const canvas = await page.$('.waveform-canvas');
  await canvas.scrollIntoView();
  const { x, y, width, height } = await canvas.boundingBox();
  await audio('.file-panel audio', (element) => element.pause());
  await page.mouse.click(x + width / 4, y + height / 2);
  await visitor.player('the place', '.file-panel audio', ({ currentTime }) => Math.abs(currentTime - 15) < 0.2);
});

test('it fits a telephone', async () => {
  await page.setViewport({ width: 320, height: 640 });
  await waitFor('nothing to be wider than the window', () => page.evaluate(
    () => document.documentElement.scrollWidth === document.documentElement.clientWidth));
  await page.setViewport({ width: 1000, height: 700 });
});

test('the highlights of a day play, and J goes on', async () => {
  await page.select('#clip-after', 'stop');
  await press(`Highlights of ${DAY}`);
  await visitor.find('.chips button');
  await page.keyboard.press('j');
  await visitor.player('the section to play', '#clip-audio', ({ currentTime }) => currentTime > 0.2);
  const title = () => page.$eval('#clip-title', (element) => element.textContent);
  assert.match(await title(), / · 1 of 8$/);
  await page.keyboard.press('j');
  await waitFor('the next one', async () => / · 2 of 8$/.test(await title()));
});
