// A radio that sends each of its files once, as fast as it is heard.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TICK = 50;  // ms

export class Radio {
  // `programmes`: by name, the Content-Type and what ffmpeg is told to make of `seconds` of noise
  static async start(seconds, programmes) {
    const radio = new Radio();
    const folder = mkdtempSync(join(tmpdir(), 'radio-'));
    const sounds = new Map(Object.entries(programmes).map(([name, [type, ...words]]) => {
      const file = join(folder, name);
      execFileSync('ffmpeg', ['-nostdin', '-loglevel', 'error', '-f', 'lavfi', '-i',
        `anoisesrc=duration=${seconds}:color=pink:sample_rate=48000:amplitude=0.4`, '-ac', '2', ...words, file]);
      return [`/${name}`, { type, sound: readFileSync(file) }];
    }));
    rmSync(folder, { recursive: true });
    radio.server = createServer((request, response) => {
      const { type, sound } = sounds.get(request.url);
      const begin = Date.now();
      let sent = 0;
      const timer = setInterval(() => {
        const due = Math.min(sound.length, Math.floor((sound.length * (Date.now() - begin)) / 1000 / seconds));
        response.write(sound.subarray(sent, due));
        sent = due;
      }, TICK);
      response.on('close', () => clearInterval(timer));
      response.useChunkedEncodingByDefault = false;  // as Icecast sends
      response.writeHead(200, { 'Content-Type': type, Connection: 'close' });
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
