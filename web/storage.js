import * as api from './api.js';
import {setText} from './dom.js';
import * as format from './format.js';

const INTERVAL = 60;  // seconds in which it does not change much
const YEAR = 365 * 86400;
const SOON = 86400;

/** What the disk has left, and when that will be gone. */
export class Storage {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.readAt = -Infinity;
  }

  /** Unless it is known as of just now. @returns {Promise<void>} throws when nobody answers */
  async read() {
    const now = performance.now() / 1000;
    if (now - this.readAt < INTERVAL) return;
    this.readAt = now;
    try {
      this.show(await api.getStorage());
    } catch (error) {
      this.readAt = -Infinity;
      throw error;
    }
  }

  /** @param {api.Storage} storage */
  show({free, total, full_at: fullAt}) {
    const left = fullAt === null ? Infinity : fullAt - Date.now() / 1000;
    let end = '';
    if (left < YEAR && fullAt !== null) end = `full on ${format.dayAndTime(fullAt)}`;
    else if (left < Infinity) end = 'room for more than a year';
    setText(this.root, [`${format.size(free)} free of ${format.size(total)}`, end].filter(Boolean).join(' · '));
    this.root.classList.toggle('is-warning', left < SOON);
    this.root.hidden = false;
  }
}
