// Recordings of a recorder that was here before: soft noise in which tones stand out.

import { execFileSync } from 'node:child_process';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const RATE = 8000;

// `tones`: [start, end, amplitude = 1] in seconds.
function wav(seconds, tones) {
  const count = seconds * RATE;
  const file = Buffer.alloc(44 + 2 * count);
  file.write('RIFF', 0);
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);          // PCM
  file.writeUInt16LE(1, 22);          // channels
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(2 * RATE, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36);
  file.writeUInt32LE(2 * count, 40);
  let noise = 1;
  for (let i = 0; i < count; ++i) {
    noise = (noise * 1103515245 + 12345) % 2147483648;
    const heard = tones.find(([start, end]) => i >= start * RATE && i < end * RATE);
    const tone = heard ? 8000 * (heard[2] ?? 1) * Math.sin((2 * Math.PI * 1000 * i) / RATE) : 0;
    file.writeInt16LE(Math.round(tone + (noise / 2147483648 - 0.5) * 120), 44 + 2 * i);
  }
  return file;
}

// `files`: {name, start (Date), seconds, tones}; each as it was copied here, any format that ffmpeg writes.
export function copySounds(folder, files) {
  for (const { name, start, seconds, tones } of files) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (name.endsWith('.wav')) writeFileSync(path, wav(seconds, tones));
    else execFileSync('ffmpeg', ['-loglevel', 'error', '-f', 'wav', '-i', '-', path], { input: wav(seconds, tones) });
    utimesSync(path, start, start);
  }
}

// Likewise; each has its track as well.
export function makeSounds(folder, files) {
  copySounds(folder, files);
  for (const { name } of files) {
    const path = join(folder, name);
    execFileSync(join(process.env.ISR_BUILD_DIR, 'isr'), ['analyze', path], { cwd: folder });
  }
}

// A source that records nothing, for an isr that only shows what is there.
export const NO_SOURCE = { nowhere: { type: 'stream', url: 'http://127.0.0.1:1/' } };
