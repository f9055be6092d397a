// A stretch of a recording, chosen by what was played, by typing and by drawing, saved as a file of its own.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Visitor } from './chromium.mjs';
import { Isr, waitFor } from './isr.mjs';
import { makeSounds } from './sounds.mjs';

const BYTES_PER_SECOND = 16000;
const HEADER = 44;
const DAY = 'Wednesday, November 18, 2026';

let isr;
let visitor;
let page;
let source;  // the samples of long.wav

before(async () => {
  isr = await Isr.start({}, { studio: { type: 'test' } }, (folder) => {
    makeSounds(folder, [
      { name: 'long.wav', start: new Date('2026-11-18T12:00:00Z'), seconds: 60, tones: [[15, 16], [40, 43]] },
    ]);
    source = readFileSync(join(folder, 'long.wav')).subarray(HEADER);
  });
  visitor = await Visitor.open(isr.origin, { acceptDownloads: true });
  page = visitor.page;
  await visitor.playAfterSection('stop');
  await page.getByRole('button', { name: DAY, exact: true }).click();
  await page.getByRole('button', { name: 'Play 12:00:00 long.wav' }).click();
  await page.getByRole('img', { name: /0:00 to 1:00; in all 2 sections/ }).waitFor();
});

after(async () => {
  await visitor?.close();
  assert.equal(await isr?.stop(), 0);
});

const cut = () => page.getByRole('group', { name: 'Cut of 12:00:00 long.wav' });
const field = (name) => cut().getByLabel(name, { exact: true });
const note = () => cut().getByRole('status');
const link = () => cut().getByRole('link', { name: 'Download cut' });
const audio = () => page.locator('.file-panel audio');
const at = () => audio().evaluate(({ currentTime }) => currentTime);

async function chosen() {
  return [await field('Start').inputValue(), await field('End').inputValue()];
}

// What is saved is that stretch of the source, to the sample.
async function assertSaved(start, end, name, act = () => link().click()) {
  const [download] = await Promise.all([page.waitForEvent('download'), act()]);
  assert.equal(download.suggestedFilename(), name);
  const saved = readFileSync(await download.path());
  const data = saved.indexOf('data') + 8;
  assert.equal(saved.readUInt32LE(4), saved.length - 8);
  assert.deepEqual(saved.subarray(data), source.subarray(
    2 * Math.round(start * BYTES_PER_SECOND / 2), 2 * Math.round(end * BYTES_PER_SECOND / 2)));
}

// Where the region on the waveform is, in parts of it.
async function region() {
  const all = await page.locator('.waveform-canvas').boundingBox();
  const box = await page.locator('.waveform-selection').boundingBox();
  return [(box.x - all.x) / all.width, (box.x + box.width - all.x) / all.width];
}

function assertNear(values, wanted, slack) {
  values.forEach((value, index) => assert.ok(Math.abs(value - wanted[index]) <= slack, `${values} are not ${wanted}`));
}

test('the section that was played is what is offered', async () => {
  await page.getByRole('button', { name: /^0:40 – 0:43/ }).click();
  await page.getByRole('button', { name: '✂ Cut…' }).first().click();
  const [start, end] = (await chosen()).map((text) => Number(text.replace('0:', '')));
  assertNear([start, end], [40, 43], 0.5);
  assertNear(await region(), [start / 60, end / 60], 0.005);
  const name = (seconds) => `00m${seconds.toFixed(3)}s`;
  await assertSaved(start, end, `long_${name(start)}-${name(end)}.wav`);
});

test('times are checked as they are typed', async () => {
  for (const [start, end, sentence, invalid] of [
    ['abc', '0:10', 'Write times like 1:05, 1:05.5 or 1:02:03.', 'Start'],
    ['0:05', '0:75', 'Write times like 1:05, 1:05.5 or 1:02:03.', 'End'],
    ['0:05', '', 'Write times like 1:05, 1:05.5 or 1:02:03.', 'End'],
    ['0:10', '0:10', 'The end must come after the start.', 'End'],
    ['0:10', '1:00:01', 'The recording ends at 1:00.', 'End'],
    ['1:01', '1:02', 'The recording ends at 1:00.', 'Start'],
  ]) {
    await field('Start').fill(start);
    await field('End').fill(end);
    await note().getByText(sentence).waitFor();
    assert.equal(await field(invalid).getAttribute('aria-invalid'), 'true');
    assert.equal(await link().getAttribute('href'), null);
    assert.equal(await cut().getByRole('button', { name: 'Play selection' }).isDisabled(), true);
    assert.equal(await page.locator('.waveform-selection').isVisible(), false);
  }
  await visitor.photograph('cut_wrong');
  await field('Start').fill('0:05.5');
  await field('End').fill('0:00:07.25');
  await note().getByText('0:01.75 long').waitFor();
  assertNear(await region(), [5.5 / 60, 7.25 / 60], 0.005);
  await assertSaved(5.5, 7.25, 'long_00m05.500s-00m07.250s.wav');
});

test('what was typed stays when something else is played', async () => {
  await page.getByRole('button', { name: /^0:15 – 0:16/ }).click();
  assert.deepEqual(await chosen(), ['0:05.5', '0:00:07.25']);
});

test('drawing on the waveform chooses, in either direction and behind its edge', async () => {
  await audio().evaluate((element) => element.pause());
  const before = await at();
  const { x, y, width, height } = await page.locator('.waveform-canvas').boundingBox();
  const draw = async (from, to) => {
    await page.mouse.move(x + from * width, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + to * width, y + height / 2, { steps: 5 });
    await page.mouse.up();
  };
  await draw(0.75, 0.5);
  assertNear(await region(), [0.5, 0.75], 0.01);
  const [start, end] = (await chosen()).map((text) => Number(text.replace('0:', '')));
  assertNear([start, end], [30, 45], 0.5);
  assert.equal(await at(), before);  // drawing does not seek
  const name = (seconds) => `00m${seconds.toFixed(3)}s`;
  await assertSaved(start, end, `long_${name(start)}-${name(end)}.wav`);
  await draw(0.9, 1.2);
  await waitFor('the end', async () => (await chosen())[1] === '1:00');
  await visitor.photograph('cut');
});

test('the selection is seen where it is in a zoomed waveform', async () => {
  await field('Start').fill('0:20');
  await field('End').fill('0:40');
  await audio().evaluate((element) => { element.currentTime = 30; });
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await page.getByRole('img', { name: /0:23 to 0:38/ }).waitFor();
  assertNear(await region(), [0, 1], 0.01);
  await page.getByRole('button', { name: 'Zoom out' }).click();
  await page.getByRole('img', { name: /Waveform.*0:00 to 1:00/ }).waitFor();
  assertNear(await region(), [1 / 3, 2 / 3], 0.01);
});

test('the selection plays, and stops at its end', async () => {
  await field('Start').fill('0:10');
  await field('End').fill('0:11');
  await cut().getByRole('button', { name: 'Play selection' }).click();
  await waitFor('it to play', async () => await at() > 10.1);
  await waitFor('it to stop', () => audio().evaluate(({ paused }) => paused));
  await waitFor('the end of the selection', async () => await at() === 11);
});

test('the keyboard alone chooses and saves', async () => {
  await page.getByRole('button', { name: '✂ Cut…' }).first().focus();
  await page.keyboard.press('Enter');
  assert.equal(await cut().isVisible(), false);
  await page.keyboard.press('Enter');
  await waitFor('the first field to have the focus', () => field('Start').evaluate((input) => input === document.activeElement));
  await page.keyboard.press('Control+a');
  await page.keyboard.type('0:02');
  await audio().evaluate((element) => { element.currentTime = 3.5; });
  await waitFor('the place', async () => await at() === 3.5);
  for (let i = 0; i < 3; ++i) await page.keyboard.press('Tab');  // "Start here", End, "End here"
  await page.keyboard.press('Enter');
  assert.deepEqual(await chosen(), ['0:02', '0:03.5']);
  for (let i = 0; i < 2; ++i) await page.keyboard.press('Tab');
  await assertSaved(2, 3.5, 'long_00m02.000s-00m03.500s.wav', () => page.keyboard.press('Enter'));
});

test("a day's section is cut from its player", async () => {
  await page.getByRole('button', { name: 'Play 12:00:00 long.wav' }).click();  // closes it
  await page.getByRole('button', { name: `Highlights of ${DAY}` }).click();
  await page.getByRole('region', { name: /What stands out on/ }).getByRole('button').first().click();
  await page.getByRole('region', { name: 'Section player' }).getByRole('button', { name: '✂ Cut…' }).click();
  await cut().waitFor();
  const [start] = (await chosen()).map((text) => Number(text.replace('0:', '')));
  assert.ok([15, 40].some((second) => Math.abs(start - second) < 0.5), `${start}`);
});

test('what is recorded so far of a recording that grows can be cut', async () => {
  const studio = page.getByRole('row').filter({ hasText: 'studio' });
  await studio.getByText('recording').waitFor();
  await studio.getByRole('button', { name: /^Play/ }).click();
  await page.locator('.file-panel').getByRole('button', { name: '✂ Cut…' }).click();
  const panel = page.getByRole('group', { name: /^Cut of .* studio/ });
  await panel.getByLabel('Start', { exact: true }).fill('0:00.5');
  await panel.getByLabel('End', { exact: true }).fill('9:00:00');
  await panel.getByText(/The recording lasts .* so far/).waitFor();
  await panel.getByLabel('End', { exact: true }).fill('0:01.5');
  const [download] = await Promise.all([page.waitForEvent('download'),
    panel.getByRole('link', { name: 'Download cut' }).click()]);
  assert.match(download.suggestedFilename(), /_00m00\.500s-00m01\.500s\./);
  assert.equal(await download.failure(), null);
});
