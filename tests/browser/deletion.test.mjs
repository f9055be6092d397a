// A recording is deleted after a question, and only then.

import assert from 'node:assert/strict';
import { existsSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Visitor } from './chromium.mjs';
import { Isr } from './isr.mjs';
import { makeSounds } from './sounds.mjs';

const DAY = 'Wednesday, November 18, 2026';

let isr;
let visitor;
let page;

before(async () => {
  const quiet = { seconds: 12, tones: [] };
  isr = await Isr.start({}, { studio: { type: 'test' } }, (folder) => makeSounds(folder, [
    { name: 'one & only.wav', start: new Date('2026-11-18T10:00:00Z'), ...quiet },
    { name: 'two.wav', start: new Date('2026-11-18T11:00:00Z'), ...quiet },
    { name: 'three.wav', start: new Date('2026-11-18T12:00:00Z'), ...quiet },
  ]));
  visitor = await Visitor.open(isr.origin);
  page = visitor.page;
  await page.getByRole('button', { name: DAY, exact: true }).click();
});

after(async () => {
  await visitor?.close();
  assert.equal(await isr?.stop(), 0);
});

const onDisk = (name) => existsSync(join(isr.folder, 'recordings', name));
const dialog = () => page.getByRole('dialog', { name: 'Delete this recording?' });
const open = (title) => page.getByRole('button', { name: `Play ${title}` }).click();
const askToDelete = () => page.getByRole('button', { name: 'Delete…' }).click();

test('the question names the recording, and keeping it is what Enter and Escape do', async () => {
  await open('10:00:00 one & only.wav');
  await askToDelete();
  await dialog().getByText(`one & only.wav of ${DAY}, 10:00:00`).waitFor();
  await visitor.photograph('deletion');
  await page.keyboard.press('Enter');
  await dialog().waitFor({ state: 'hidden' });
  await askToDelete();
  await page.keyboard.press('Escape');
  await dialog().waitFor({ state: 'hidden' });
  assert.ok(onDisk('one & only.wav'));
});

test('deleted from the keyboard, it is gone from list and disk', async () => {
  await page.getByRole('button', { name: 'Delete…' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByText('one & only.wav is deleted').waitFor();
  assert.equal(await page.getByRole('row').filter({ hasText: 'one & only.wav' }).count(), 0);
  await page.getByText('2 recordings', { exact: false }).first().waitFor();
  assert.ok(!onDisk('one & only.wav'));
  assert.ok(onDisk('two.wav'));
  assert.equal(await page.evaluate(() => document.activeElement.textContent), DAY);
  await page.reload();
  await page.getByRole('row').filter({ hasText: 'two.wav' }).waitFor();
  assert.equal(await page.getByRole('row').filter({ hasText: 'one & only.wav' }).count(), 0);
});

test('one that went by itself meanwhile is said to be gone', async () => {
  await open('12:00:00 three.wav');
  await askToDelete();
  unlinkSync(join(isr.folder, 'recordings', 'three.wav'));
  await dialog().getByRole('button', { name: 'Delete for good' }).click();
  await dialog().getByText(/no recording 'three.wav'/).waitFor();
  await page.keyboard.press('Escape');
  const rest = visitor.complaints.filter((complaint) => !/404/.test(complaint));
  visitor.complaints.length = 0;
  assert.deepEqual(rest, []);
});

test('a download that the recorder refuses is said on the page', async () => {
  unlinkSync(join(isr.folder, 'recordings', 'two.wav'));
  const notice = page.locator('#notice');
  await visitor.forgive(/404/, async () => {
    await page.getByRole('link', { name: 'Download 11:00:00 two.wav' }).press('Enter');
    await notice.getByText(/no recording 'two.wav'/).waitFor();
  });
  await visitor.photograph('download_refused');
  await page.getByRole('button', { name: 'Close this message' }).press('Enter');
  await notice.waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(() => document.activeElement.id), 'recordings');
});

test('what is being recorded cannot be deleted', async () => {
  const row = page.getByRole('row').filter({ hasText: 'studio' });
  await row.getByRole('button', { name: /^Play/ }).click();
  await page.getByRole('group', { name: /^Player of .* studio/ }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Delete…' }).isVisible(), false);
});
