// The page follows what happens by itself, and leaves alone what somebody does with it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { GONE, Visitor } from './chromium.mjs';
import { Isr, waitFor } from './isr.mjs';

let isr;
let visitor;
let page;

before(async () => {
  isr = await Isr.start({ filename_pattern: '{source}-%H%M%S' }, {
    tone: { type: 'test', wave: 'sine', split_minutes: 0.1 },
    garden: { type: 'test', wave: 'soundscape', split_minutes: 60 },
  });
  await waitFor('a finished recording', async () => (await isr.files()).some((file) => !file.recording && file.duration > 3));
  visitor = await Visitor.open(isr.origin);
  page = visitor.page;
});

after(async () => {
  await visitor?.close();
  assert.equal(await isr?.stop(), 0);
});

const meter = (name, at = page) => at.getByRole('img', { name: new RegExp(`^Level of ${name}`) });
const badge = (at = page) => at.getByText(/^REC/);
const card = (name, at = page) => at.getByRole('region', { name: 'Sources' }).getByRole('listitem').filter({ hasText: name });
const count = (path) => visitor.requests.filter((url) => url.startsWith(path)).length;
const growing = (name) => page.locator('.recording:has(.recording-badge:not([hidden]))').filter({ hasText: name });
const finished = (name) => page.locator('.recording:has(.recording-badge[hidden])').filter({ hasText: name });

async function assertMoves(canvas) {
  const picture = () => canvas.evaluate((element) => element.toDataURL());
  const first = await picture();
  await waitFor('the meter to move', async () => await picture() !== first);
}

// The next `level` of a source as the API tells it.
async function levelOf(source) {
  const stream = await fetch(`${isr.origin}/api/events?levels=1&source=${source}`);
  let text = '';
  for await (const piece of stream.body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const found = /event: level\ndata: (.*)\n\n/.exec(text);
    if (found) return JSON.parse(found[1]);
  }
  throw new Error(`the stream ended: ${text}`);
}

test('a meter moves with the sound and says how loud it is', async () => {
  await assertMoves(meter('garden'));
  const { rms, peak } = await levelOf('tone');
  await page.getByRole('img', { name: `Level of tone: ${Math.round(rms)} dB, peak ${Math.round(peak)} dB` }).waitFor();
  assert.ok(rms > -40 && rms < 0, `${rms}`);
});

test('who records is said on the page and on its tab, and goes when nobody does', async () => {
  await badge().waitFor();
  assert.equal(await page.title(), '● Recordings · isr');
  isr.command('pause', 'all');
  await badge().waitFor({ state: 'hidden' });
  await card('garden').getByText('paused').waitFor();
  await page.getByRole('status').filter({ hasText: 'garden: paused' }).or(
    page.getByRole('status').filter({ hasText: 'tone: paused' })).first().waitFor();
  await page.getByRole('img', { name: 'Level of garden: none' }).waitFor();
  assert.equal(await page.title(), 'Recordings · isr');
  await visitor.photograph('paused');
  isr.command('resume', 'all');
  await badge().waitFor();
  await card('garden').getByText('recording', { exact: true }).waitFor();
});

test('what is recorded appears, grows and closes by itself while another recording plays on', async () => {
  const play = finished('tone').last().getByRole('button', { name: /^Play/ });
  await play.click();
  const audio = page.locator('.file-panel audio');
  await audio.evaluate((element) => { element.loop = true; });
  await waitFor('it to play', () => audio.evaluate(({ currentTime }) => currentTime > 0));
  await play.focus();
  await page.evaluate(() => {
    window.before = document.querySelector('.file-panel audio');
    window.wasPaused = 0;
    window.before.addEventListener('pause', () => ++window.wasPaused);
  });
  const known = await finished('tone').count();
  const top = await page.evaluate(() => scrollY);
  await waitFor('two more recordings', async () => await finished('tone').count() > known + 1, 30);
  assert.equal(await page.evaluate(() => window.wasPaused), 0);
  assert.ok(await page.evaluate(() => window.before.isConnected && document.activeElement.className === 'play-button'));
  assert.equal(await page.evaluate(() => scrollY), top);
});

test('the levels of a recording grow with it', async () => {
  const row = growing('garden');
  const seconds = async () => {
    const [minutes, rest] = (await row.locator('.recording-length').textContent()).split(':');
    return 60 * Number(minutes) + Number(rest);
  };
  const begin = await seconds();
  const asked = count('/api/analyze?file=garden');
  await waitFor('its length to grow', async () => await seconds() > begin + 2);
  await waitFor('its levels to be drawn anew', () => count('/api/analyze?file=garden') > asked);
  await assertMoves(row.getByRole('img'));
});

test('a recording that somebody else deletes goes', async () => {
  const [file] = (await isr.files()).filter(({ recording, source }) => !recording && source === 'garden');
  await page.getByRole('link', { name: new RegExp(`Download ${file.date.slice(11, 19)} garden`) }).waitFor();
  await fetch(`${isr.origin}/api/files/${file.name}`, { method: 'DELETE' });
  await page.getByRole('link', { name: new RegExp(`Download ${file.date.slice(11, 19)} garden`) }).waitFor({ state: 'detached' });
});

test('nothing is asked again and again', () => {
  assert.ok(count('/api/status') <= 2, visitor.requests.join('\n'));
  assert.equal(count('/api/events'), 1);
});

test('a tab that nobody looks at holds no connection, and is right again when somebody does', async () => {
  const ended = page.waitForEvent('requestfailed', (request) => request.url().includes('/api/events'));
  await visitor.look(false);
  await ended;
  isr.command('pause', 'garden');
  await visitor.look(true);
  await card('garden').getByText('paused').waitFor();
  isr.command('resume', 'garden');
  await assertMoves(meter('garden'));
});

test('two tabs follow, however many are behind them', async () => {
  const context = page.context();
  const hidden = [];
  for (let i = 0; i < 7; ++i) {
    const tab = await context.newPage();
    await tab.addInitScript(() => Object.defineProperty(document, 'hidden', { configurable: true, get: () => true }));
    await tab.goto(isr.origin);
    await card('tone', tab).waitFor();
    hidden.push(tab);
  }
  const other = await context.newPage();
  await other.goto(isr.origin);
  await Promise.all([assertMoves(meter('garden')), assertMoves(meter('garden', other))]);
  isr.command('pause', 'tone');
  await Promise.all([page, other].map((at) => card('tone', at).getByText('paused').waitFor()));
  isr.command('resume', 'tone');
  await Promise.all([page, other].map((at) => card('tone', at).getByText('recording', { exact: true }).waitFor()));
  for (const tab of [...hidden, other]) await tab.close();
});

test('when the recorder is started again under the page, all goes on', () => visitor.forgive(GONE, async () => {
  assert.equal(await isr.halt(), 0);
  await page.getByRole('alert').getByText('The recorder does not answer').waitFor();
  await badge().waitFor({ state: 'hidden' });
  await isr.run();
  await page.getByRole('alert').waitFor({ state: 'hidden' });
  await page.getByRole('status').filter({ hasText: 'The recorder answers again.' }).waitFor();
  await badge().waitFor();
  await assertMoves(meter('garden'));
  const newest = (await isr.files()).find(({ source, recording }) => source === 'garden' && recording);
  await page.getByRole('button', { name: `Play ${newest.date.slice(11, 19)} garden` }).waitFor();
}));

test('what is free is said, and it looks right everywhere', async () => {
  await page.getByText(/[GMT]B free of .*B/).waitFor();
  await visitor.photograph('live');
});

test('who wants no motion gets one level a second', async () => {
  const calm = await Visitor.open(isr.origin, { reducedMotion: 'reduce' });
  await assertMoves(meter('garden', calm.page));
  assert.ok(calm.requests.includes('/api/events?levels=1'));
  assert.equal(await badge(calm.page).evaluate((element) => getComputedStyle(element, '::before').animationName), 'none');
  await calm.close();
});
