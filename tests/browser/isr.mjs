// `isr run` with a config of its own, in a temporary directory that is gone afterwards.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

// Polls until `condition` gives something true, and returns that. Fails naming `what` at the deadline.
export async function waitFor(what, condition, seconds = 20) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s in vain for ${what}`);
    await pause(50);  // how often we look, not how long we wait
  }
}

// Below the ports that the kernel gives to outgoing connections: a browser opens and closes those all the time. Those of
// the tests in tests/e2e are above.
const FIRST_PORT = 11000;  // above 10080, which browsers refuse
const PORTS = 9000;
const keptPorts = [];  // UDP sockets, held as long as this process lives

// A TCP port that nobody listens on, and that no other test program is given meanwhile: it has UDP's of that number.
async function freePort() {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    const lock = createSocket('udp4').unref();
    const probe = createServer();
    try {
      await once(lock.bind(port, '127.0.0.1'), 'listening');
      await once(probe.listen(port), 'listening');
    } catch {
      lock.close();
      continue;
    }
    probe.close();
    await once(probe, 'close');
    keptPorts.push(lock);
    return port;
  }
}

export class Isr {
  // `general`, `sections`: settings as in the config file. `prepare` gets the recordings' folder
  // before anything runs.
  static async start(general, sections, prepare = () => {}) {
    const isr = new Isr();
    isr.folder = mkdtempSync(join(tmpdir(), 'browser-'));
    mkdirSync(join(isr.folder, 'recordings'));
    prepare(join(isr.folder, 'recordings'));
    isr.origin = `http://127.0.0.1:${await freePort()}`;
    isr.logPath = join(isr.folder, 'isr.output');
    isr.config = join(isr.folder, 'isr.ini');
    const settings = {
      output_directory: join(isr.folder, 'recordings'),
      log_file: join(isr.folder, 'isr.log'),
      ...general,
    };
    const web = { port: new URL(isr.origin).port, ...sections.web };
    writeFileSync(isr.config, Object.entries({ general: settings, ...sections, web })
      .map(([name, keys]) =>
        [`[${name}]`, ...Object.entries(keys).map(([key, value]) => `${key} = ${value}`), ''].join('\n'))
      .join('\n'));
    await isr.run();
    return isr;
  }

  // Also again, after `halt`.
  async run() {
    const log = openSync(this.logPath, 'a');
    const executable = join(process.env.ISR_BUILD_DIR, 'isr');
    this.process = spawn(executable, ['run', this.config], { stdio: ['ignore', log, log] });
    this.ended = once(this.process, 'exit');
    await waitFor('the page to be served', () => this.files().catch(() => this.assertRuns()));
  }

  assertRuns() {
    if (this.process.exitCode !== null) {
      throw new Error(`isr ended with ${this.process.exitCode}\n${this.log()}`);
    }
  }

  async files() {
    const answer = await fetch(`${this.origin}/api/files`);
    return answer.json();
  }

  setPassword(password) {
    execFileSync(join(process.env.ISR_BUILD_DIR, 'isr'), ['passwd', this.config], { input: password });
  }

  // `isr pause`, `isr resume`: ends when it is done.
  command(...words) {
    execFileSync(join(process.env.ISR_BUILD_DIR, 'isr'), [...words, this.config]);
  }

  log() {
    return readFileSync(this.logPath, 'utf8');
  }

  // Its exit code.
  async halt() {
    this.process.kill('SIGTERM');
    const [code] = await this.ended;
    return code;
  }

  // Likewise, and nothing is left of it. Fails when there is more in the log than information, or than `allow`ed.
  async stop(allow = /nobody listens on port 1 /) {
    const code = await this.halt();
    const unexpected = this.log().split('\n').filter((line) => line && !/^\S+ \S+ \S+ INFO /.test(line) && !allow.test(line));
    assert.deepEqual(unexpected, []);
    rmSync(this.folder, { recursive: true, force: true });
    return code;
  }
}
