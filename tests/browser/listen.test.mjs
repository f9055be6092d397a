// Sources are heard as they sound now: in Chromium, over WebRTC.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { Visitor } from './chromium.mjs';
import { Isr, waitFor } from './isr.mjs';
import { Radio } from './radio.mjs';

const SINE = -15;      // dBFS of the built-in sine, RMS
const RIGHT = -12;     // dB, of the radio's right to its left
const SLOW = 60_000;   // ms, for what a slow machine does

let radio;
let isr;
let visitor;
let page;

before(async () => {
  radio = await Radio.start(300, { radio: ['audio/mpeg', '-af', 'pan=stereo|c0=c0|c1=0.25*c0', '-f', 'mp3', '-b:a', '192k'] });
  isr = await Isr.start({}, { tone: { type: 'test', wave: 'sine' }, ...radio.sources });
  visitor = await Visitor.open(isr.origin);
  page = visitor.page;
  page.setDefaultTimeout(SLOW);
});

after(async () => {
  await visitor?.close();
  assert.equal(await isr?.stop(/isr-live has died/), 0);
  radio?.stop();
});

const card = (name) => page.getByRole('region', { name: 'Sources' }).getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });
const button = (name) => page.getByRole('button', { name: `Listen to ${name} live` });
const isOn = async (name) => await button(name).getAttribute('aria-pressed') === 'true';

// What a meter says: dBFS, RMS.
async function levelOf(name, side) {
  const said = await card(name).locator('.channel-meter').filter({ hasText: side }).locator('.channel-level').textContent().catch(() => '');
  return Number(/^−?-?\d+/.exec(said)?.[0] ?? NaN);
}

async function hears(name, isRight) {
  return waitFor(`the meters of ${name} to be right`, async () => {
    if (!await card(name).locator('.channel-meter').count()) return false;
    return isRight(await levelOf(name, 'left'), await levelOf(name, 'right'));
  }, 60);
}

const isSine = (left, right) => Math.abs(left - SINE) <= 1 && Math.abs(right - SINE) <= 1;

function processOf(word) {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).find((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] === word &&
        readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[1] === String(isr.process.pid);
    } catch {
      return false;  // it has ended meanwhile
    }
  });
}

test('a click, and the source is heard as loud as it is', async () => {
  await button('tone').click();
  await hears('tone', isSine);
  await card('tone').getByText(/^Live · opus · \d+ kb\/s · \d+ ms buffered$/).waitFor();
  const audio = card('tone').locator('audio');
  const begin = await audio.evaluate(({ currentTime }) => currentTime);
  await waitFor('it to play on', () => audio.evaluate(({ currentTime }, from) => currentTime > from + 0.5, begin));
  await page.getByRole('status').filter({ hasText: 'tone: Live' }).waitFor();
  await visitor.photograph('listen');
});

test('another source takes its place, and left and right are told apart', async () => {
  await button('radio').focus();
  await page.keyboard.press('Enter');
  await hears('radio', (left, right) => Math.abs(right - left - RIGHT) <= 2);
  await waitFor('the first to end', async () => !await isOn('tone'));
});

test('when isr-live dies, the page connects again by itself', async () => {
  process.kill(Number(processOf('isr-live')), 'SIGKILL');
  await card('radio').getByText(/^Trying again…/).waitFor();
  await hears('radio', (left, right) => Math.abs(right - left - RIGHT) <= 2);
  assert.ok(await isOn('radio'));
});

test('from now back into what was just recorded, and to now again', async () => {
  await button('tone').click();
  await hears('tone', isSine);
  await card('tone').getByRole('button', { name: 'Play tone from 10 seconds ago' }).click();
  const audio = page.locator('.file-panel audio');
  await waitFor('the recording to play', () => audio.evaluate(({ currentTime, paused }) => !paused && currentTime > 0));
  await waitFor('what was heard live to end', async () => !await isOn('tone'));
  await button('tone').click();
  await hears('tone', isSine);
  await waitFor('the recording to pause', () => audio.evaluate(({ paused }) => paused));
  await button('tone').click();
  await waitFor('it to end', async () => !await isOn('tone'));
});

test('every codec is heard', async () => {
  for (const codec of ['opus', 'pcmu', 'pcma', 'g722']) {
    const level = await page.evaluate(async (name) => {
      const connection = new RTCPeerConnection();
      connection.addTransceiver('audio', { direction: 'recvonly' });
      const heard = new Promise((resolve) => { connection.ontrack = ({ track }) => resolve(new MediaStream([track])); });
      await connection.setLocalDescription(await connection.createOffer());
      const answer = await fetch(`/whep/tone?codec=${name}`, {
        method: 'POST', body: new Blob([connection.localDescription.sdp], { type: 'application/sdp' }),
      });
      await connection.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
      const player = new Audio();
      player.srcObject = await heard;
      await player.play();
      const context = new AudioContext();
      const analyser = context.createAnalyser();
      context.createMediaStreamSource(player.srcObject).connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      let found = -Infinity;
      const deadline = performance.now() + 30000;
      while (Math.abs(found + 15) > 1 && performance.now() < deadline) {
        await new Promise((resolve) => { setTimeout(resolve, 50); });
        analyser.getFloatTimeDomainData(samples);
        found = 10 * Math.log10(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
      }
      player.srcObject = null;
      connection.close();
      await context.close();
      return found;
    }, codec);
    assert.ok(Math.abs(level - SINE) <= 1, `${codec}: ${level} dB`);
  }
});

test('nothing of what was heard is left', async () => {
  await waitFor('the listeners to be gone', () => readdirSync(`/proc/${processOf('isr-live')}/task`).length < 9, 60);
  assert.equal(isr.log().split('\n').filter((line) => /lost/.test(line)).length, 0);
});
