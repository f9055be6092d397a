import * as api from './api.js';
import {Days} from './days.js';
import {Detection} from './detection.js';
import {byId, setText} from './dom.js';
import {Player} from './player.js';
import {Sources} from './sources.js';

const STATUS_INTERVAL = 3000;  // ms
const LIST_INTERVAL = 15000;   // ms; sooner when a file begins or ends

/** Keeps the page in step with the recorder while somebody looks at it. */
class App {
  constructor() {
    const announce = (/** @type {string} */ text) => setText(byId('announcements'), text);
    const player = new Player(announce);
    const around = {
      detection: new Detection(),
      play: (/** @type {api.Recording} */ file) => player.play(file),
    };
    this.sources = new Sources(byId('sources'), announce);
    this.days = new Days(byId('days'), around, api.getFilesOfDay);
    this.listedFiles = '';
    this.listedAt = -Infinity;
    this.timer = 0;
    this.isBusy = false;
  }

  start() {
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
      this.showTrouble(`${error instanceof Error ? error.message : error} Trying again…`);
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
    const days = await api.getDays();
    byId('loading').hidden = true;
    byId('empty').hidden = days.length > 0;
    await this.days.show(days);
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
