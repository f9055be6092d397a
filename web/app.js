import * as api from './api.js';
import {Days} from './days.js';
import {byId, setText} from './dom.js';
import {Player} from './player.js';
import {Sources} from './sources.js';

const STATUS_INTERVAL = 3000;  // ms
const LIST_INTERVAL = 15000;   // ms; sooner when a file begins or ends

/** Keeps the page in step with the recorder while somebody looks at it. */
class App {
  constructor() {
    const announce = (/** @type {string} */ text) => setText(byId('announcements'), text);
    this.player = new Player(announce);
    this.sources = new Sources(byId('sources'), announce);
    this.days = new Days(byId('days'), (file) => {
      this.days.mark(file.name);
      this.player.play(file);
    });
    this.older = /** @type {HTMLButtonElement} */ (byId('older'));
    /** @type {string | null} where the list goes on */
    this.next = null;
    this.hasOlder = false;
    this.listedFiles = '';
    this.listedAt = -Infinity;
    this.timer = 0;
    this.isBusy = false;
  }

  start() {
    this.older.addEventListener('click', () => this.showOlder());
    document.addEventListener('visibilitychange', () => this.refresh());
    this.refresh();
  }

  /** One round; the next follows by itself as long as the page is seen. */
  async refresh() {
    clearTimeout(this.timer);
    if (document.hidden || this.isBusy) return;
    this.isBusy = true;
    try {
      await this.update();
      this.showTrouble('');
    } catch (error) {
      this.showTrouble(error instanceof Error ? error.message : String(error));
      this.listedAt = -Infinity;
    }
    this.isBusy = false;
    this.timer = setTimeout(() => this.refresh(), STATUS_INTERVAL);
  }

  async update() {
    const status = await api.getStatus();
    this.sources.show(status);
    setText(byId('version'), `isr ${status.version}`);
    const files = status.active.map((source) => source.file).join('\n');
    if (files === this.listedFiles && performance.now() - this.listedAt < LIST_INTERVAL) return;
    await this.updateList();
    this.listedFiles = files;
    this.listedAt = performance.now();
  }

  async updateList() {
    const [page, days] = await Promise.all([api.getFiles(), api.getDays()]);
    this.days.merge(page.files, {first: true, isLast: page.next === null});
    this.days.summarize(days);
    // Once older pages are there, the first one no longer tells where the list ends.
    if (!this.hasOlder) this.next = page.next;
    this.showExtent();
  }

  async showOlder() {
    if (this.next === null) return;
    this.older.disabled = true;
    try {
      const page = await api.getFiles(this.next);
      this.days.merge(page.files, {first: false, isLast: page.next === null});
      this.days.summarize(await api.getDays());
      this.next = page.next;
      this.hasOlder = true;
      this.showExtent();
    } catch (error) {
      this.showTrouble(error instanceof Error ? error.message : String(error));
    }
    this.older.disabled = false;
  }

  showExtent() {
    byId('loading').hidden = true;
    byId('empty').hidden = !this.days.isEmpty;
    this.older.hidden = this.next === null;
  }

  /** @param {string} text empty: all is well */
  showTrouble(text) {
    const trouble = byId('trouble');
    setText(trouble, text);
    trouble.hidden = text === '';
    if (text !== '') byId('loading').hidden = true;
  }
}

new App().start();
