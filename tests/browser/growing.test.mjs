// What is being recorded plays and seeks, in every format, with its duration so far.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Visitor } from './chromium.mjs';
import { Isr, waitFor } from './isr.mjs';
import { Radio } from './radio.mjs';

const SECONDS = 10;  // of each file, before it is played
const PROGRAMMES = {
  mp3: ['audio/mpeg', '-c:a', 'libmp3lame', '-q:a', '2', '-write_xing', '0', '-id3v2_version', '0', '-f', 'mp3'],
  aac: ['audio/aac', '-c:a', 'aac', '-b:a', '128k', '-f', 'adts'],
  opus: ['application/ogg', '-c:a', 'libopus', '-b:a', '96k', '-page_duration', '200000', '-f', 'ogg'],
  flac: ['audio/flac', '-c:a', 'flac', '-sample_fmt', 's16', '-f', 'flac'],
};
const NAMES = ['wav', 'card', ...Object.keys(PROGRAMMES)];

let radio;
let isr;
let visitor;
let files;  // by source

before(async () => {
  radio = await Radio.start(90, PROGRAMMES);
  isr = await Isr.start({ split_minutes: 60, filename_pattern: '{source}' },
    { wav: { type: 'test', format: 'wav' }, card: { type: 'test', format: 'flac' }, ...radio.sources });
  files = await waitFor('ten seconds of each file', async () => {
    const growing = (await isr.files()).filter((file) => file.recording && file.duration > SECONDS);
    return growing.length === NAMES.length && new Map(growing.map((file) => [file.source, file]));
  }, 40);
  visitor = await Visitor.open(isr.origin);
});

after(async () => {
  await visitor?.close();
  radio?.stop();
  assert.equal(await isr?.stop(), 0);
});

// What a player of `url` says once it has sought to `left` seconds before the end and played on.
function playNearTheEnd(url, left) {
  return visitor.page.evaluate(async ([source, before]) => {
    const audio = new Audio();
    const until = (event) => new Promise((resolve, reject) => {
      audio.addEventListener(event, resolve, { once: true });
      audio.addEventListener('error', () => reject(new Error(`${audio.error.code}: ${audio.error.message}`)));
    });
    audio.muted = true;
    audio.src = source;
    await until('loadedmetadata');
    const { duration } = audio;
    audio.currentTime = duration - before;
    await until('seeked');
    const sought = audio.currentTime;
    await audio.play();
    await until('ended');
    return { duration, sought, ended: audio.currentTime };
  }, [url, left]);
}

for (const name of NAMES) {
  test(`a growing file plays and seeks: ${name}`, async () => {
    const file = files.get(name);
    const { duration, sought, ended } =
      await playNearTheEnd(`/stream/${encodeURIComponent(file.name)}?upto=${file.size}`, 1.5);
    // ADTS does not tell: a browser takes the bit rate of its beginning for that of all.
    const tolerance = name === 'aac' ? 4 : 0.2;
    assert.ok(duration > file.duration - 4 && duration < file.duration + tolerance, `${duration} of ${file.duration}`);
    assert.ok(Math.abs(sought - (duration - 1.5)) < 0.1, `${sought} of ${duration}`);
    assert.ok(Math.abs(ended - duration) < tolerance, `${ended} of ${duration}`);
  });
}
