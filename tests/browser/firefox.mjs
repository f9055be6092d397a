// Debian's Firefox on the page; whatever it complains about fails the test. It plays into a sound server that is
// nowhere heard: without any it refuses to play at all.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import puppeteer from 'puppeteer-core';

import { waitFor } from './isr.mjs';

export class FirefoxVisitor {
  static async open(url) {
    const visitor = new FirefoxVisitor();
    visitor.complaints = [];
    await visitor.startSound();
    visitor.browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: '/usr/bin/firefox-esr',
      env: { ...process.env, HOME: visitor.folder, PULSE_SERVER: `unix:${visitor.socket}` },
      extraPrefsFirefox: { 'media.autoplay.default': 0, 'media.autoplay.blocking_policy': 0 },
      timeout: 60000,
      protocolTimeout: 60000,
    });
    visitor.page = await visitor.browser.newPage();
    visitor.listen();
    await visitor.page.goto(url);
    return visitor;
  }

  async startSound() {
    this.folder = mkdtempSync(join(tmpdir(), 'firefox-'));
    this.socket = join(this.folder, 'sound');
    this.sound = spawn('pulseaudio', ['-n', '--daemonize=no', '--use-pid-file=no', '--exit-idle-time=-1', '--disable-shm',
      '-L', 'module-null-sink', '-L', `module-native-protocol-unix auth-anonymous=1 socket=${this.socket}`],
    { stdio: 'ignore', env: { ...process.env, HOME: this.folder } });
    this.silent = once(this.sound, 'exit');
  }

  listen() {
    this.page.on('console', (message) => {
      if (['error', 'warn'].includes(message.type())) this.complaints.push(message.text());
    });
    this.page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  // The first element that `selector` finds, once `accepts` (of the element, in the page) does.
  find(selector, accepts = () => true, ...given) {
    return waitFor(selector, async () => {
      const found = await this.page.$(selector);
      return found && await found.evaluate(accepts, ...given) && found;
    });
  }

  // Waits until the player that `selector` finds is as `accepts` (in the page) wants it; a failure tells how it is.
  async player(what, selector, accepts) {
    try {
      await waitFor(what, () => this.page.$eval(selector, accepts));
    } catch (error) {
      const state = await this.page.$eval(selector, ({ src, currentTime, duration, paused, seeking, readyState, networkState, error: wrong }) =>
        ({ src, currentTime, duration, paused, seeking, readyState, networkState, wrong: wrong?.message }));
      throw new Error(`${error.message}: ${JSON.stringify(state)}; the sound server ended with ${this.sound.exitCode ?? this.sound.signalCode}`);
    }
  }

  async close() {
    await this.browser?.close();
    this.sound.kill();
    await this.silent;
    rmSync(this.folder, { recursive: true, force: true });
    assert.deepEqual(this.complaints, []);
  }
}
