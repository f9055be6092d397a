// Recordings that somebody copied here are what all others are: with levels, sections, highlights and clips.

import assert from 'node:assert/strict';
import { writeFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Visitor } from './chromium.mjs';
import { Isr, waitFor } from './isr.mjs';
import { copySounds, NO_SOURCE } from './sounds.mjs';

const KINDS = ['wav', 'flac', 'mp3', 'ogg', 'opus', 'm4a'];
const DAY = 'Wednesday, November 18, 2026';
const OTHER_DAY = 'Tuesday, November 17, 2026';

let isr;
let visitor;
let page;

before(async () => {
  isr = await Isr.start({}, NO_SOURCE, (folder) => {
    copySounds(folder, KINDS.map((kind, hour) => (
      { name: `old.${kind}`, start: new Date(Date.UTC(2026, 10, 18, 10 + hour)), seconds: 40, tones: [[20, 22]] })));
    copySounds(folder, [{ name: 'before.flac', start: new Date('2026-11-17T10:00:00Z'), seconds: 40, tones: [[20, 22], [30, 31]] }]);
    writeFileSync(join(folder, 'text.wav'), 'no audio');
    const start = new Date('2026-11-17T11:00:00Z');
    utimesSync(join(folder, 'text.wav'), start, start);
  });
  visitor = await Visitor.open(isr.origin);
  page = visitor.page;
});

after(async () => {
  await visitor?.close();
  assert.equal(await isr?.stop(), 0);
});

test('they are listed with their lengths and get their levels when they are seen', async () => {
  for (const kind of KINDS) {
    const row = page.getByRole('row').filter({ hasText: `old.${kind}` });
    await row.getByText('0:40').waitFor();
    await row.getByRole('img', { name: /1 section$/ }).waitFor();
  }
  await visitor.photograph('copied');
});

test('each has its waveform and plays where its browser can', async () => {
  for (const [hour, kind] of KINDS.entries()) {
    await page.getByRole('button', { name: `Play ${10 + hour}:00:00 old.${kind}` }).press('Enter');
    const player = page.getByRole('group', { name: new RegExp(`Player of .* old.${kind}`) });
    await player.getByRole('img', { name: /1 section/ }).waitFor();
    await player.getByRole('button', { name: /^0:20 – 0:2/ }).waitFor();
  }
});

test('the highlights of a day that was not looked at measure it first', async () => {
  await page.getByRole('button', { name: `Highlights of ${OTHER_DAY}` }).click();
  const panel = page.getByRole('region', { name: `What stands out on ${OTHER_DAY}` });
  await panel.getByText('2 sections').waitFor();
  await panel.getByRole('button', { name: /^10:00:20 · before.flac/ }).press('Enter');
  await waitFor('the clip to play', () => page.locator('#clip-audio').evaluate(({ currentTime }) => currentTime > 0.2));
  // What no decoder reads is no reason to stop; Chromium itself complains that it was refused.
  await waitFor('the refusal', () => visitor.complaints.length > 0);
  const rest = visitor.complaints.filter((complaint) => !/422/.test(complaint));
  visitor.complaints.length = 0;
  assert.deepEqual(rest, []);
});

test('what no decoder reads says so', async () => {
  await page.getByRole('button', { name: OTHER_DAY, exact: true }).click();
  await page.getByRole('row').filter({ hasText: 'text.wav' }).getByRole('img', { name: /no decoder reads it/ }).waitFor();
  await page.getByRole('button', { name: 'Play 11:00:00 text.wav' }).click();
  await page.getByRole('group', { name: /Player of .* text.wav/ }).getByText(/cannot be (decoded|played)/).waitFor();
  await page.getByRole('button', { name: 'Play 11:00:00 text.wav' }).click();
  const rest = visitor.complaints.filter((complaint) => !/422/.test(complaint));
  visitor.complaints.length = 0;
  assert.deepEqual(rest, []);
});
