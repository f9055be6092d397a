// What stands out on a day: timeline, sections by score, the section player, from the keyboard.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Visitor } from './chromium.mjs';
import { Isr, waitFor } from './isr.mjs';
import { makeSounds } from './sounds.mjs';

const DAY = 'Wednesday, November 18, 2026';

let isr;
let visitor;
let page;

before(async () => {
  isr = await Isr.start({}, { studio: { type: 'test' } }, (folder) => makeSounds(folder, [
    { name: 'first.wav', start: new Date('2026-11-18T10:00:00Z'), seconds: 60, tones: [[15, 16], [20, 21, 0.1], [40, 41.5]] },
    { name: 'last.wav', start: new Date('2026-11-18T12:00:00Z'), seconds: 30, tones: [[12, 13, 0.5]] },
    { name: 'many.wav', start: new Date('2026-11-16T12:00:00Z'), seconds: 300,
      tones: Array.from({ length: 59 }, (_, number) => [5 * number + 4, 5 * number + 5, 0.2 + number / 100]) },
    { name: 'quiet.wav', start: new Date('2026-11-17T12:00:00Z'), seconds: 20, tones: [] },
  ]));
  isr.command('pause', 'studio');
  isr.command('resume', 'studio');
  visitor = await Visitor.open(isr.origin);
  page = visitor.page;
  assert.equal(await page.locator('#clip-after').inputValue(), 'best');
  await visitor.playAfterSection('stop');
});

after(async () => {
  await visitor?.close();
  assert.equal(await isr?.stop(), 0);
});

const star = (day) => page.getByRole('button', { name: `Highlights of ${day}` });
const panel = () => page.getByRole('region', { name: /What stands out on/ });
const bar = () => page.getByRole('region', { name: 'Section player' });
const chips = () => panel().getByRole('button').allTextContents();
const sound = () => page.locator('#clip-audio').evaluate(({ currentTime, duration, paused, playbackRate, error }) =>
  ({ currentTime, duration, paused, playbackRate, error: error && error.message }));

async function assertPlays(text) {
  await bar().getByText(text).waitFor();
  const state = await waitFor(`${text} to play`, async () => {
    const now = await sound();
    assert.equal(now.error, null);
    return now.currentTime > 0.1 && now;
  });
  return state;
}

// Whatever gets the focus on the way through the page is not behind the bar.
async function assertNothingHidden() {
  await page.getByRole('button', { name: 'Keys' }).focus();
  const place = () => page.evaluate(() => {
    const { activeElement: element } = document;
    const { bottom } = element.getBoundingClientRect();
    const top = document.getElementById('clip-bar').getBoundingClientRect().top;
    return { text: element.textContent, id: element.id, isIn: element.closest('#clip-bar') !== null, below: bottom - top };
  });
  for (let now = await place(); !now.isIn; now = await place()) {
    assert.ok(now.below <= 0, JSON.stringify(now));
    await page.keyboard.press('Tab');
  }
}

test('the star shows a day\'s sections, best first, and gives the best one the focus', async () => {
  await star(DAY).focus();
  await page.keyboard.press('Enter');
  await panel().getByText('4 sections, best first').waitFor();
  const texts = await chips();
  assert.deepEqual(texts.map((text) => text.slice(0, 8)).sort(), ['10:00:15', '10:00:20', '10:00:40', '12:00:12']);
  const scores = texts.map((text) => Number(/([\d.]+) dB/.exec(text)[1]));
  assert.deepEqual(scores, [...scores].sort((a, b) => b - a));
  assert.ok(scores[0] - scores[3] > 15, scores.join());
  await waitFor('the focus', () => page.evaluate((first) => document.activeElement.textContent === first, texts[0]));
  assert.equal(await star(DAY).getAttribute('aria-expanded'), 'true');
});

test('the timeline is labelled at its start, middle and end', async () => {
  await panel().getByRole('img', {
    name: `Timeline of ${DAY}, 10:00:00 to 12:00:30: 2 recordings, 4 sections, 0 gaps`,
  }).waitFor();
  assert.deepEqual(await page.locator('.timeline-scale span').allTextContents(), ['10:00:00', '11:00:15', '12:00:30']);
});

test('space plays the section that has the focus, with a second before it', async () => {
  await page.keyboard.press('Space');
  const [best] = await chips();
  const state = await assertPlays(best.slice(0, 8));
  assert.ok(state.duration > 1.9 && state.duration < 2.9, `${state.duration}`);
  await page.keyboard.press('Space');
  await waitFor('the pause', async () => (await sound()).paused);
});

test('J and K step through all sections in the order of time, past the ends of files', async () => {
  await panel().getByRole('button', { name: /^10:00:15/ }).click();
  await assertPlays('10:00:15');
  for (const time of ['10:00:20', '10:00:40', '12:00:12']) {
    await page.keyboard.press('j');
    await assertPlays(time);
    await waitFor('its chip to be marked and have the focus', () =>
      page.evaluate(() => document.activeElement.getAttribute('aria-current') === 'true'
        && document.activeElement.textContent).then((text) => text && text.startsWith(time)));
  }
  await page.keyboard.press('j');
  await page.getByText('There are no more sections on this day.').waitFor();
  await page.keyboard.press('k');
  await assertPlays('10:00:40');
});

test('the keys go on from within the player; who looks at other sections is left there', async () => {
  await page.locator('#clip-audio').focus();
  await page.keyboard.press('j');
  await assertPlays('12:00:12');
  await panel().getByRole('button', { name: /^10:00:20/ }).focus();
  await page.getByRole('button', { name: 'Section before' }).evaluate((button) => button.click());
  await assertPlays('10:00:40');
  assert.match(await page.evaluate(() => document.activeElement.textContent), /^10:00:20/);
});

test('after a section comes the next best, the next in time, or none', async () => {
  await page.evaluate(() => {
    window.played = [];
    document.getElementById('clip-audio').addEventListener('playing', () => {
      const time = document.getElementById('clip-title').textContent.slice(0, 8);
      if (window.played.at(-1) !== time) window.played.push(time);  // else it had to wait for data
    });
  });
  const order = (await chips()).map((text) => text.slice(0, 8));
  for (const [what, expected] of [
    ['best', order.slice(0, 2)], ['time', ['10:00:15', '10:00:20']], ['stop', ['10:00:15']],
  ]) {
    await page.getByRole('button', { name: 'Close section player' }).click();
    await page.evaluate(() => { window.played = []; });
    await visitor.playAfterSection(what);
    await panel().getByRole('button', { name: expected[0] }).click();
    await waitFor(`${expected} to be played`, () => page.evaluate(
      (times) => times.every((time, index) => window.played[index] === time), expected));
  }
  await waitFor('the end', () => page.locator('#clip-audio').evaluate(({ ended }) => ended));
  await bar().getByText('10:00:15').waitFor();
});

test('the speed stays from section to section', async () => {
  await page.getByRole('combobox', { name: 'speed' }).selectOption('2');
  await page.getByRole('button', { name: 'Next section' }).click();
  assert.equal((await assertPlays('10:00:20')).playbackRate, 2);
  await page.getByRole('combobox', { name: 'speed' }).selectOption('1');
});

test('a click into the timeline plays the section next to it', async () => {
  const canvas = panel().getByRole('img');
  const { width } = await canvas.boundingBox();
  await canvas.click({ position: { x: width - 10, y: 15 } });
  await assertPlays('12:00:12');
});

test('another margin finds other sections at once, and what plays plays on', async () => {
  await page.getByRole('spinbutton', { name: 'Margin' }).fill('30');
  await panel().getByText('3 sections').waitFor();
  await bar().getByText('12:00:12').waitFor();
  await page.getByRole('spinbutton', { name: 'Grace' }).fill('30');
  await panel().getByText('2 sections').waitFor();
  await page.getByRole('spinbutton', { name: 'Margin' }).fill('');
  await page.getByRole('spinbutton', { name: 'Grace' }).fill('');
  await panel().getByText('4 sections').waitFor();
});

test('the address leads back to the day after a reload', async () => {
  assert.ok(page.url().endsWith('#day=2026-11-18'), page.url());
  await page.reload();
  await panel().getByText('4 sections').waitFor();
});

test('"Open in file" leads to the same place in the recording', async () => {
  await page.keyboard.press('j');
  await assertPlays('10:00:15');
  await page.keyboard.press('o');
  await page.getByRole('group', { name: 'Player of 10:00:00 first.wav' }).waitFor();
  await waitFor('the place', () => page.locator('.file-panel audio').evaluate(({ currentTime }) =>
    Math.abs(currentTime - 15) < 0.3));
  assert.ok((await sound()).paused);
});

test('? explains the keys, which can be turned off', async () => {
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).getByText('next section of the day').waitFor();
  await visitor.photograph('keys');
  await page.getByRole('checkbox', { name: 'Single keys are on' }).uncheck();
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  assert.equal(await page.getByRole('dialog').count(), 0);
  await page.getByRole('button', { name: 'Keys' }).click();
  await page.getByRole('checkbox', { name: 'Single keys are on' }).check();
  await page.keyboard.press('Escape');
});

test('of more than fifty sections the fifty best are buttons, and the keys reach all', async () => {
  await star('Monday, November 16, 2026').click();
  await panel().getByText('The 50 best of 59 sections, best first.').waitFor();
  assert.equal((await chips()).length, 50);
  await page.getByRole('button', { name: 'Close section player' }).click();
  await page.keyboard.press('j');
  await bar().getByText('· 1 of 59').waitFor();
  await page.keyboard.press('k');
  await page.getByRole('status').filter({ hasText: 'There are no more sections on this day.' }).waitFor();
  await page.getByRole('button', { name: 'Close section player' }).click();
  await page.keyboard.press('k');
  await bar().getByText('· 59 of 59').waitFor();
});

test('a day on which nothing stands out says so', async () => {
  await star('Tuesday, November 17, 2026').click();
  await panel().getByText('Nothing stands out. A smaller margin finds more.').waitFor();
});

test('a day of a source shows what is missing, and so does its card', async () => {
  await page.getByRole('region', { name: 'Sources' }).getByText(/^last gap: \d+\.\d s at \d\d:\d\d \(.+\)$/).waitFor();
  await page.getByRole('button', { name: /Highlights of/ }).first().click();
  const canvas = panel().getByRole('img', { name: /Timeline.*recordings.*1 gap$/ });
  await canvas.waitFor();
  assert.deepEqual(await page.locator('.timeline-lanes li').allTextContents(), ['studio']);
});

test('highlights look right everywhere and keep nobody out', async () => {
  await star(DAY).click();
  await panel().getByText('4 sections').waitFor();
  await page.keyboard.press('j');
  await bar().getByText(/1 of 4/).waitFor();
  await visitor.photograph('highlights');
  await assertNothingHidden();
  await page.setViewportSize({ width: 320, height: 640 });
  await assertNothingHidden();
  await page.getByRole('button', { name: 'Close section player' }).click();
  await star(DAY).click();
  assert.equal(await panel().count(), 0);
});
