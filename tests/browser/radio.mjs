// A radio that sends each of its files once, as fast as it is heard, with a title all the time.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TICK = 50;  // ms
const META_INTERVAL = 4000;  // bytes of sound between two titles

// ICY: behind each interval a byte that counts pieces of 16 bytes, and these.
function withTitle(sound, title) {
  const meta = Buffer.alloc(16 * 255);
  const size = Math.ceil(meta.write(`StreamTitle='${title}';`) / 16);
  const pieces = [];
  for (let at = 0; at + META_INTERVAL <= sound.length; at += META_INTERVAL) {
    pieces.push(sound.subarray(at, at + META_INTERVAL), Buffer.from([size]), meta.subarray(0, 16 * size));
  }
  return Buffer.concat(pieces);
}

export class Radio {
  // `programmes`: by name, the Content-Type and what ffmpeg is told to make of `seconds` of noise
  // `titles`: by name
  static async start(seconds, programmes, titles = {}) {
    const radio = new Radio();
    const folder = mkdtempSync(join(tmpdir(), 'radio-'));
    const sounds = new Map(Object.entries(programmes).map(([name, [type, ...words]]) => {
      const file = join(folder, name);
      execFileSync('ffmpeg', ['-nostdin', '-loglevel', 'error', '-f', 'lavfi', '-i',
        `anoisesrc=duration=${seconds}:color=pink:sample_rate=48000:amplitude=0.4`, '-ac', '2', ...words, file]);
      const sound = readFileSync(file);
      return [`/${name}`, name in titles
        ? { type, sound: withTitle(sound, titles[name]), more: { 'icy-metaint': META_INTERVAL } } : { type, sound }];
    }));
    rmSync(folder, { recursive: true });
    radio.server = createServer((request, response) => {
      const { type, sound, more } = sounds.get(request.url);
      const begin = Date.now();
      let sent = 0;
      const timer = setInterval(() => {
        const due = Math.min(sound.length, Math.floor((sound.length * (Date.now() - begin)) / 1000 / seconds));
        response.write(sound.subarray(sent, due));
        sent = due;
      }, TICK);
      response.on('close', () => clearInterval(timer));
      response.useChunkedEncodingByDefault = false;  // as Icecast sends
      response.writeHead(200, { 'Content-Type': type, Connection: 'close', ...more });
    }).listen(0, '127.0.0.1');
    await once(radio.server, 'listening');
    const { port } = radio.server.address();
    radio.sources = Object.fromEntries(Object.keys(programmes).map((name) =>
      [name, { type: 'stream', url: `http://127.0.0.1:${port}/${name}` }]));
    return radio;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
