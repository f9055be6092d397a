// Stars, labels and notes on sections, and what is reviewed: by mouse and keyboard, in two tabs at once.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Visitor } from './chromium.mjs';
import { Isr, waitFor } from './isr.mjs';
import { makeSounds, NO_SOURCE } from './sounds.mjs';

const DAY = 'Wednesday, November 18, 2026';
const EVIL = '<img src=x onerror=alert(1)> "owl"';

let isr;
let visitor;
let other;
let page;

before(async () => {
  isr = await Isr.start({}, NO_SOURCE, (folder) => makeSounds(folder, [
    { name: 'first.wav', start: new Date('2026-11-18T10:00:00Z'), seconds: 60, tones: [[15, 16], [20, 21, 0.1], [40, 41.5]] },
    { name: 'last.wav', start: new Date('2026-11-18T12:00:00Z'), seconds: 30, tones: [[12, 13, 0.5]] },
  ]));
  visitor = await Visitor.open(isr.origin);
  other = await Visitor.open(isr.origin);
  page = visitor.page;
  for (const each of [visitor, other]) await each.playAfterSection('stop');
});

after(async () => {
  await visitor?.close();
  await other?.close();
  assert.equal(await isr?.stop(), 0);
});

const panel = () => page.getByRole('region', { name: /What stands out on/ });
const dialog = (of = page) => of.getByRole('dialog', { name: 'Label and note' });
const marks = async () => (await fetch(`${isr.origin}/api/marks?day=2026-11-18`)).json();
const row = (name) => page.getByRole('row').filter({ hasText: name }).first();

test('S gives the section that plays a star, on its chip and in the list, and takes it away', async () => {
  await page.getByRole('button', { name: `Highlights of ${DAY}` }).click();
  await panel().getByRole('button', { name: /^10:00:15/ }).press('Enter');
  await page.getByRole('button', { name: 'Close section player' }).focus();
  await page.keyboard.press('s');
  await panel().getByRole('button', { name: /^★ 10:00:15/ }).waitFor();
  await row('first.wav').getByText('★ 1').waitFor();
  await page.keyboard.press('s');
  await panel().getByRole('button', { name: /^10:00:15/ }).waitFor();
  assert.deepEqual(await marks(), []);
  await page.getByRole('button', { name: '★ Star' }).click();
  await panel().getByRole('button', { name: /^★ 10:00:15/ }).waitFor();
});

test('L says what it is, and what is said is text', async () => {
  await page.keyboard.press('l');
  await dialog().waitFor();
  await page.keyboard.type(EVIL);
  await page.keyboard.press('Tab');
  await page.keyboard.type('in the old oak');
  await visitor.photograph('mark');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await panel().getByRole('button', { name: `10:00:15 · first.wav` }).filter({ hasText: EVIL }).waitFor();
  assert.equal(await page.locator('img[src=x]').count(), 0);
  const [mark] = await marks();
  assert.deepEqual([mark.label, mark.note, mark.starred], [EVIL, 'in the old oak', true]);
  await page.keyboard.press('l');
  await dialog().waitFor();
  assert.equal(await page.getByLabel('Note', { exact: true }).inputValue(), 'in the old oak');
  await page.keyboard.press('Escape');
  await dialog().waitFor({ state: 'hidden' });
});

test('a mark stays with its section, and is there without one, at any margin', async () => {
  await page.getByRole('spinbutton', { name: 'Margin' }).fill('6');
  await panel().getByRole('button', { name: /^★ 10:00:1[45]/ }).waitFor();
  await page.getByRole('combobox', { name: 'Stars' }).selectOption('1');
  await page.getByRole('spinbutton', { name: 'Margin' }).fill('60');
  await panel().getByText('1 section with a star, in the order of time.').waitFor();
  await panel().getByRole('button', { name: /^★ 10:00:15/ }).waitFor();
  await page.getByText('1 of 2 recordings shown').waitFor();
  await visitor.photograph('starred');
  await page.getByRole('spinbutton', { name: 'Margin' }).fill('');
  await page.getByRole('combobox', { name: 'Stars' }).selectOption('');
  await panel().getByText('4 sections').waitFor();
});

test('a label finds its recording', async () => {
  await page.getByRole('searchbox').fill('"OWL"');
  await page.getByText('1 of 2 recordings shown').waitFor();
  await page.getByRole('button', { name: 'Clear filter' }).click();
  await page.getByText('2 recordings', { exact: true }).waitFor();
});

test('of two tabs that say something else, the second is told', async () => {
  const second = other.page;
  await second.getByRole('button', { name: `Highlights of ${DAY}` }).click();
  await second.getByRole('region', { name: /What stands out on/ }).getByRole('button', { name: /10:00:15/ }).press('Enter');
  await second.keyboard.press('l');
  await dialog(second).waitFor();
  await waitFor('what was said', () => second.getByLabel('Label', { exact: true }).inputValue());
  await page.getByRole('button', { name: 'Close section player' }).focus();
  await page.keyboard.press('l');
  await dialog().waitFor();
  await page.getByLabel('Label', { exact: true }).fill('barn owl');
  await page.keyboard.press('Enter');
  await panel().getByRole('button', { name: /barn owl/ }).waitFor();
  await second.getByLabel('Label', { exact: true }).fill('tawny owl');
  await second.keyboard.press('Enter');
  await dialog(second).getByText('It says “barn owl” now').waitFor();
  await second.keyboard.press('Enter');
  await dialog(second).waitFor({ state: 'hidden' });
  assert.equal((await marks())[0].label, 'tawny owl');
  await panel().getByRole('button', { name: /tawny owl/ }).waitFor();  // the first is told, too
  // Chromium itself tells of the refusal.
  const rest = other.complaints.filter((complaint) => !/409/.test(complaint));
  other.complaints.length = 0;
  assert.deepEqual(rest, []);
});

test('R says that a recording is reviewed, or is not', async () => {
  await page.getByRole('button', { name: 'Close section player' }).click();
  await page.getByRole('button', { name: 'Play 12:00:00 last.wav' }).click();
  const player = page.getByRole('group', { name: /Player of .* last.wav/ });
  await player.getByRole('button', { name: 'Mark as reviewed' }).waitFor();
  await page.keyboard.press('r');
  await row('last.wav').getByText('✓ reviewed').waitFor();
  await player.getByRole('button', { name: '✓ Reviewed' }).click();
  await player.getByRole('button', { name: 'Mark as reviewed' }).waitFor();
});

test('a section of the recording that is open is marked as well', async () => {
  const player = page.getByRole('group', { name: /Player of .* last.wav/ });
  await player.getByRole('button', { name: /^0:12 – 0:13/ }).click();
  await page.keyboard.press('s');
  await player.getByRole('button', { name: /^★ 0:12 – 0:13/ }).waitFor();
  await row('last.wav').getByText('★ 1').waitFor();
  await visitor.photograph('marked');
});

test('the keys are explained', async () => {
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys' });
  for (const text of ['a star for the section, or none', 'a label and a note for the section', 'the recording is reviewed, or is not']) {
    await keys.getByText(text).waitFor();
  }
  await page.keyboard.press('Escape');
});
