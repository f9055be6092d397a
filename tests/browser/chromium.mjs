// Chromium on the page; whatever it complains about fails the test.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';

// What Chromium says of requests to a server that ends, or has: it depends on how far each had come.
export const GONE = /ERR_CONNECTION_(REFUSED|RESET|CLOSED|ABORTED)|ERR_EMPTY_RESPONSE|ERR_SOCKET_NOT_CONNECTED/;

export class Visitor {
  // `options`: of playwright's newContext
  static async open(url, options = {}) {
    const visitor = new Visitor();
    visitor.browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
    visitor.page = await (await visitor.browser.newContext(options)).newPage();
    visitor.complaints = [];
    visitor.requests = [];  // what the page asked for, without the origin
    visitor.listen();
    await visitor.page.goto(url);
    return visitor;
  }

  listen() {
    const { page, complaints } = this;
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      const { pathname, search } = new URL(request.url());
      this.requests.push(pathname + search);
    });
    page.on('requestfailed', (request) => {
      // Given up by the browser itself: a player that seeks, a page that is left. What the server does
      // wrong has another name.
      if (request.failure().errorText === 'net::ERR_ABORTED') return;
      complaints.push(`${request.url()}: ${request.failure().errorText}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) complaints.push(`${response.url()}: ${response.status()}`);
    });
  }

  // Whether somebody looks at the page: without a window Chromium takes each for one that is seen.
  look(isSeen, page = this.page) {
    return page.evaluate((seen) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => !seen });
      document.dispatchEvent(new Event('visibilitychange'));
    }, isSeen);
  }

  // What comes after a section: "best", "time" or "stop". Sections are so short that another one may play before a test
  // has looked.
  playAfterSection(what) {
    return this.page.locator('#clip-after').selectOption(what, { force: true });  // it may be out of sight
  }

  // While `what` is done, Chromium itself may complain of this.
  async forgive(pattern, what) {
    await what();
    const rest = this.complaints.filter((complaint) => !pattern.test(complaint));
    this.complaints.length = 0;
    assert.deepEqual(rest, []);
  }

  async assertAccessible() {
    const { violations } = await new AxeBuilder({ page: this.page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
    assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) =>
      [html, failureSummary])]), []);
  }

  // The page in the window as it is, on a telephone and in the dark; none is wider than its window.
  async photograph(name) {
    const folder = join(process.env.ISR_BUILD_DIR, 'screenshots');
    mkdirSync(folder, { recursive: true });
    const before = this.page.viewportSize();
    const take = async (suffix, { width, height } = before) => {
      await this.page.setViewportSize({ width, height });
      // Of what is beyond the window Chromium may not have painted all, while the page is busy.
      const whole = await this.page.evaluate(() => document.documentElement.scrollHeight);
      await this.page.setViewportSize({ width, height: Math.max(height, whole) });
      await this.page.evaluate(() => new Promise((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(resolve));
      }));
      await this.page.screenshot({ path: join(folder, `${name}${suffix}.png`) });
      await this.assertAccessible();
      assert.equal(await this.page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, suffix);
    };
    await take('');
    await this.page.emulateMedia({ colorScheme: 'dark' });
    await take('-dark');
    await this.page.emulateMedia({ colorScheme: 'light' });
    await take('-telephone', { width: 320, height: 640 });
    await this.page.setViewportSize(before);
  }

  // The colours that a canvas shows, each as "r,g,b,a".
  coloursOf(canvas) {
    return canvas.evaluate((element) => {
      const { data } = element.getContext('2d').getImageData(0, 0, element.width, element.height);
      const seen = new Set();
      for (let i = 0; i < data.length; i += 4) seen.add(data.slice(i, i + 4).join());
      return seen.size;
    });
  }

  async close() {
    await this.browser.close();
    assert.deepEqual(this.complaints, []);
  }
}
