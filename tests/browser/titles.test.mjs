// What a stream said it plays is found, shown as what it is, and played from there.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Visitor } from './chromium.mjs';
import { Isr, waitFor } from './isr.mjs';
import { Radio } from './radio.mjs';

const TITLE = 'Blackbird <img src=x onerror=alert(1)> at dawn';

let isr;
let radio;
let visitor;
let page;

before(async () => {
  radio = await Radio.start(60, { station: ['audio/mpeg', '-f', 'mp3', '-write_xing', '0', '-id3v2_version', '0'] }, { station: TITLE });
  isr = await Isr.start({ filename_pattern: '{source}-%H%M%S' }, { ...radio.sources, garden: { type: 'test' } });
  await waitFor('both to be recorded', async () => (await isr.files()).length === 2);
  visitor = await Visitor.open(isr.origin);
  page = visitor.page;
});

after(async () => {
  await visitor?.close();
  radio?.stop();
  assert.equal(await isr?.stop(), 0);
});

test('a part of a title finds its recording and is named there', async () => {
  await page.getByText('2 recordings', { exact: true }).waitFor();
  await page.getByRole('region', { name: 'Sources' }).getByText(`♪ ${TITLE}`, { exact: true }).waitFor();
  await page.getByRole('searchbox', { name: 'Name, source, title or label' }).fill('blackBIRD');
  await page.getByText('1 of 2 recordings shown').waitFor();
  await page.getByRole('row').getByRole('button', { name: TITLE }).waitFor();
  assert.equal(await page.locator('img[src=x]').count(), 0);
  await visitor.photograph('title-found');
});

test('the title leads to where it begins', async () => {
  await page.getByRole('row').getByRole('button', { name: TITLE }).press('Enter');
  const player = page.getByRole('group', { name: /Player of .* station/ });
  await player.waitFor();
  await waitFor('it to play', () => page.locator('.file-panel audio').evaluate(({ paused }) => !paused));
});

test('without a search nothing is named', async () => {
  await page.getByRole('button', { name: 'Clear filter' }).click();
  await page.getByText('2 recordings', { exact: true }).waitFor();
  await page.getByRole('row').getByRole('button', { name: TITLE, exact: false }).and(page.locator('.recording-match'))
    .waitFor({ state: 'hidden' });
});
