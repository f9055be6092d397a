// What is listed can be narrowed down; and what the page says when there is nothing, or nobody answers.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { GONE, Visitor } from './chromium.mjs';
import { Isr, waitFor } from './isr.mjs';
import { copySounds, makeSounds, NO_SOURCE } from './sounds.mjs';

const OLD = 'Tuesday, November 17, 2026';
const MIDDLE = 'Wednesday, November 18, 2026';

let isr;
let visitor;
let page;

before(async () => {
  const quiet = { seconds: 12, tones: [] };
  isr = await Isr.start({ filename_pattern: '{source}-%H%M%S' }, { garden: { type: 'test' } },
    (folder) => makeSounds(folder, [
      { name: 'owl.wav', start: new Date('2026-11-17T22:00:00Z'), ...quiet },
      { name: 'wren.wav', start: new Date('2026-11-18T07:00:00Z'), ...quiet },
      { name: 'second owl.wav', start: new Date('2026-11-18T23:00:00Z'), ...quiet },
    ]));
  visitor = await Visitor.open(isr.origin);
  page = visitor.page;
});

after(async () => {
  await visitor?.close();
  assert.equal(await isr?.stop(), 0);
});

const text = () => page.getByRole('searchbox', { name: 'Name, source, title or label' });
const count = (shown) => page.getByText(shown, { exact: true });
const toggle = (name) => page.getByRole('button', { name, exact: true });
const days = () => page.locator('.day-toggle').allTextContents();

test('all are counted', async () => {
  await count('4 recordings').waitFor();
  assert.equal((await days()).length, 3);
});

test('a part of a name narrows the list down to what has it', async () => {
  await page.keyboard.press('/');
  await page.keyboard.type('OWL');
  await count('2 of 4 recordings shown').waitFor();
  assert.deepEqual(await days(), [MIDDLE, OLD]);
  await page.getByRole('row').filter({ hasText: 'second owl.wav' }).waitFor();
  assert.equal(await page.getByText('wren.wav').count(), 0);
});

test('what was opened stays open while the filter changes', async () => {
  await toggle(OLD).click();
  await page.getByRole('row').filter({ hasText: /^.*22:00:00owl.wav/ }).waitFor();
  await text().fill('');
  await count('4 recordings').waitFor();
  assert.equal(await toggle(OLD).getAttribute('aria-expanded'), 'true');
  assert.equal(await toggle(MIDDLE).getAttribute('aria-expanded'), 'false');
});

test('the filter is kept over a reload', async () => {
  await text().fill('wren');
  await count('1 of 4 recordings shown').waitFor();
  await page.reload();
  await count('1 of 4 recordings shown').waitFor();
  assert.equal(await text().inputValue(), 'wren');
  await page.getByRole('button', { name: 'Clear filter' }).click();
  await count('4 recordings').waitFor();
});

test('a source is chosen from those that there are', async () => {
  await page.getByRole('combobox', { name: 'Source' }).selectOption('garden');
  await count('1 of 4 recordings shown').waitFor();
  await page.getByRole('combobox', { name: 'Source' }).selectOption('all');
  await count('4 recordings').waitFor();
});

test('dates narrow the list down, alone and with a name', async () => {
  await page.getByLabel('to', { exact: true }).fill('2026-11-18');
  await count('3 of 4 recordings shown').waitFor();
  await page.getByLabel('From', { exact: true }).fill('2026-11-18');
  await count('2 of 4 recordings shown').waitFor();
  assert.deepEqual(await days(), [MIDDLE]);
  await text().fill('owl');
  await count('1 of 4 recordings shown').waitFor();
  await visitor.photograph('filter');
});

test('where nothing matches the page says so, and shows all again', async () => {
  await text().fill('50% "<b>');
  await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
  await count('0 of 4 recordings shown').waitFor();
  await visitor.photograph('no-match');
  await page.getByRole('button', { name: 'Show all recordings' }).click();
  await count('4 recordings').waitFor();
});

test('a link to a recording that the filter hides shows it', async () => {
  await text().fill('wren');
  await count('1 of 4 recordings shown').waitFor();
  await page.goto(`${isr.origin}/#file=owl.wav&t=5`);
  await page.getByRole('group', { name: 'Player of 22:00:00 owl.wav' }).waitFor();
  await count('4 recordings').waitFor();
});

test('a link to a recording that is gone says so', () => visitor.forgive(/404/, async () => {
  await page.goto(`${isr.origin}/#file=gone.wav`);
  await page.getByRole('status').filter({ hasText: /gone\.wav/ }).waitFor();
}));

test('when the recorder ends the page says so and keeps the list; when it is back, all goes on',
  () => visitor.forgive(GONE, async () => {
    assert.equal(await isr.halt(), 0);
    await page.getByRole('alert').getByText('The recorder does not answer. Is it running? Trying again…').waitFor();
    await page.getByText('owl.wav').first().waitFor();
    await page.getByRole('region', { name: 'Sources' }).getByText('unknown').waitFor();
    await visitor.photograph('offline');
    await isr.run();
    await page.getByRole('alert').waitFor({ state: 'hidden' });
    await count('5 recordings').waitFor();
  }));

test('a page of a recorder that has recorded nothing says what to do', async () => {
  const fresh = await Isr.start({}, NO_SOURCE);
  try {
    await page.goto(fresh.origin);
    await page.getByRole('heading', { name: 'Nothing recorded yet' }).waitFor();
    await waitFor('the recorder\'s margin', async () => await page.getByRole('spinbutton', { name: 'Margin' }).inputValue() === '12');
    await visitor.photograph('first-run');
    await page.goto('about:blank');
  } finally {
    assert.equal(await fresh.stop(), 0);
  }
});

test('of very many that match, the first are shown, and the others when they are wanted', async () => {
  const start = new Date('2026-11-18T12:00:00Z');
  const many = await Isr.start({}, NO_SOURCE, (folder) => copySounds(folder,
    Array.from({ length: 501 }, (_, number) => ({ name: `tick${number}.wav`, start, seconds: 1, tones: [] }))));
  try {
    await page.goto(many.origin);
    await count('501 recordings').waitFor();
    await text().fill('tick');
    await count('500 of 501 recordings shown').waitFor();
    await page.getByRole('button', { name: 'Show more of what matches' }).press('Enter');
    await count('501 of 501 recordings shown').waitFor();
    await page.getByRole('button', { name: 'Show more of what matches' }).waitFor({ state: 'hidden' });
    await page.goto('about:blank');
  } finally {
    assert.equal(await many.stop(), 0);
  }
});
