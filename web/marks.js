import * as api from './api.js';
import {byId, setText} from './dom.js';

/** @typedef {import('./api.js').Mark} Mark */
/** @typedef {{file: string, start: number, end: number}} Stretch of a recording, seconds from its begin */

/**
 * The mark of a stretch, as the recorder sees it: that which overlaps it most, by half of the shorter at least.
 * @param {Mark[]} marks
 * @param {Stretch} stretch
 * @returns {Mark | undefined}
 */
export function markOf(marks, {file, start, end}) {
  /** @type {Mark | undefined} */
  let best;
  let most = 0;
  for (const mark of marks) {
    const common = Math.min(end, mark.end) - Math.max(start, mark.start);
    const shorter = Math.min(end - start, mark.end - mark.start);
    if (mark.file !== file || common <= most || common < shorter / 2) continue;
    most = common;
    best = mark;
  }
  return best;
}

/** @param {string} text what stands there anyway @param {Mark | undefined} mark */
export function withMark(text, mark) {
  if (!mark) return text;
  return [mark.starred ? `★ ${text}` : text, mark.label, mark.note ? '✎' : ''].filter(Boolean).join(' · ');
}

/** Stars, labels and notes: what changes them, one after the other. Sends 'change' when one has. */
export class Marks extends EventTarget {
  /** @param {(text: string) => void} announce */
  constructor(announce) {
    super();
    this.announce = announce;
    /** What the dialog is about. @type {Stretch | null} */
    this.stretch = null;
    this.version = 0;
    this.dialog = /** @type {HTMLDialogElement} */ (byId('mark'));
    this.label = /** @type {HTMLInputElement} */ (byId('mark-label'));
    this.note = /** @type {HTMLTextAreaElement} */ (byId('mark-note'));
    this.error = byId('mark-error');
    byId('mark-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.save();
    });
    byId('mark-cancel').addEventListener('click', () => this.dialog.close());
  }

  /** @param {Stretch} stretch */
  async find(stretch) {
    return markOf(await api.getMarks({file: stretch.file}), stretch);
  }

  /** @param {Stretch} stretch gets a star, or has it no more */
  async star(stretch) {
    const starred = !(await this.find(stretch))?.starred;
    await api.putMark(stretch, {starred});
    this.announce(starred ? 'Starred' : 'Star taken away');
    this.changed();
  }

  /** Here, or by somebody else. */
  changed() {
    this.dispatchEvent(new Event('change'));
  }

  /** @param {Stretch} stretch */
  async edit(stretch) {
    const mark = await this.find(stretch);
    this.stretch = stretch;
    this.version = mark?.version ?? 0;
    this.label.value = mark?.label ?? '';
    this.note.value = mark?.note ?? '';
    setText(this.error, '');
    this.dialog.showModal();
  }

  async save() {
    const {stretch} = this;
    if (!stretch) return;
    try {
      await api.putMark(stretch, {label: this.label.value.trim(), note: this.note.value.trim(), version: this.version});
    } catch (error) {
      setText(this.error, await this.explain(error, stretch));
      return;
    }
    this.dialog.close();
    this.announce('Saved');
    this.changed();
  }

  /** @param {unknown} error @param {Stretch} stretch @returns {Promise<string>} */
  async explain(error, stretch) {
    if (!(error instanceof api.ApiError) || error.status !== 409) return error instanceof Error ? error.message : String(error);
    const mark = await this.find(stretch).catch(() => undefined);
    this.version = mark?.version ?? 0;
    return `Somebody else has changed this meanwhile. It says “${mark?.label ?? ''}” now${
      mark?.note ? `, with the note “${mark.note}”` : ''}. Save again to replace it.`;
  }
}
