import * as api from './api.js';
import {Days} from './days.js';
import {Detection} from './detection.js';
import {byId, setText} from './dom.js';
import {dayOf} from './format.js';
import {readPlace} from './place.js';
import {Sources} from './sources.js';

const STATUS_INTERVAL = 3000;  // ms
const LIST_INTERVAL = 15000;   // ms; sooner when a file begins or ends

/** Keeps the page in step with the recorder while somebody looks at it. */
class App {
  constructor() {
    const announce = (/** @type {string} */ text) => setText(byId('announcements'), text);
    /** Whose player is open. @type {import('./recording_row.js').RecordingRow | null} */
    this.opened = null;
    /** @type {import('./recording_row.js').Surroundings} */
    const around = {detection: new Detection(), opened: (row, isOpen) => this.keepOne(row, isOpen)};
    this.sources = new Sources(byId('sources'), announce);
    this.days = new Days(byId('days'), around, api.getFilesOfDay);
    this.listedFiles = '';
    this.listedAt = -Infinity;
    this.timer = 0;
    this.isBusy = false;
  }

  start() {
    document.addEventListener('visibilitychange', () => this.refresh());
    addEventListener('hashchange', () => this.goToPlace());
    // One sound at a time.
    document.addEventListener('play', ({target}) => {
      for (const audio of document.querySelectorAll('audio')) {
        if (audio !== target) audio.pause();
      }
    }, true);
    this.refresh().then(() => this.goToPlace());
  }

  /**
   * @param {import('./recording_row.js').RecordingRow} row
   * @param {boolean} isOpen
   */
  keepOne(row, isOpen) {
    const before = this.opened;
    if (isOpen) this.opened = row;
    else if (before === row) this.opened = null;
    if (isOpen && before !== row) before?.close();
  }

  /** Opens what the address tells. */
  async goToPlace() {
    const {file, t} = readPlace();
    this.showNotice('');
    if (file) await this.openFile(file, t).catch((error) => this.showNotice(String(error.message ?? error)));
  }

  /**
   * @param {string} name
   * @param {number} seconds
   */
  async openFile(name, seconds) {
    const {date} = await api.getAnalysis(name, {margin: null, min_gap: null, points: 1});
    const row = await this.days.find(dayOf(date), name);
    if (!row) throw new Error(`'${name}' is not in the list.`);
    const panel = row.open();
    panel.seek(seconds);
    row.remember(seconds);
    row.root.scrollIntoView({block: 'center'});
    row.toggle.focus({preventScroll: true});
    return panel;
  }

  /** @param {string} text empty: none */
  showNotice(text) {
    setText(byId('notice'), text);
    byId('notice').hidden = text === '';
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
