import * as api from './api.js';
import {byId, setText} from './dom.js';
import * as format from './format.js';

/** @typedef {import('./api.js').Recording} Recording */

/** Asks before a recording is deleted: nothing brings it back. */
export class Deletion {
  /** @param {(file: Recording) => void} onDeleted */
  constructor(onDeleted) {
    this.onDeleted = onDeleted;
    /** @type {Recording | null} */
    this.file = null;
    this.dialog = /** @type {HTMLDialogElement} */ (byId('deletion'));
    this.confirm = /** @type {HTMLButtonElement} */ (byId('deletion-confirm'));
    byId('deletion-cancel').addEventListener('click', () => this.dialog.close());
    this.confirm.addEventListener('click', () => this.delete());
  }

  /** @param {Recording} file */
  ask(file) {
    this.file = file;
    const length = file.duration === null ? '' : `, ${format.duration(file.duration)} long`;
    setText(byId('deletion-text'), `${file.name} of ${format.dayTitle(format.dayOf(file.date))}, `
      + `${format.timeOfDay(file.date)}${length}, ${format.size(file.size)}. Nothing brings it back.`);
    setText(byId('deletion-error'), '');
    this.dialog.showModal();
  }

  async delete() {
    if (!this.file) return;
    this.confirm.disabled = true;
    try {
      await api.deleteFile(this.file.name);
      this.dialog.close();
      this.onDeleted(this.file);
    } catch (error) {
      setText(byId('deletion-error'), error instanceof Error ? error.message : String(error));
    }
    this.confirm.disabled = false;
  }
}
