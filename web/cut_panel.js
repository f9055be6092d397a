import * as api from './api.js';
import {button, element, setText} from './dom.js';
import * as format from './format.js';

/** @typedef {import('./api.js').Recording} Recording */
/**
 * What a cut needs of the player. `select`: what is to be seen as chosen.
 * @typedef {{place: () => number, select: (range: {start: number, end: number} | null) => void,
 *   play: (start: number, end: number) => void}} CutPlayer
 */

const FIRST_LENGTH = 10;  // seconds, where nothing was played that has an end
const UNCUTTABLE = /\.m4a$/i;

let panels = 0;

/** Chooses a stretch of a recording, to be saved as a file of its own. */
export class CutPanel {
  /**
   * @param {Recording} file
   * @param {string} title
   * @param {CutPlayer} player
   */
  constructor(file, title, player) {
    this.file = file;
    this.player = player;
    this.duration = file.duration ?? 0;
    /** What was played last. @type {{start: number, end: number} | null} */
    this.offered = null;
    /** What is chosen; null: nothing that can be cut. @type {{start: number, end: number} | null} */
    this.range = null;
    this.isTouched = false;
    this.root = element('div', 'cut-panel');
    this.root.id = `cut-${++panels}`;
    this.root.hidden = true;
    this.root.setAttribute('role', 'group');
    this.root.setAttribute('aria-label', `Cut of ${title}`);
    this.toggle = button('tool', '✂ Cut…', () => (this.isOpen ? this.close() : this.open()));
    this.toggle.hidden = UNCUTTABLE.test(file.name);
    this.toggle.setAttribute('aria-expanded', 'false');
    this.toggle.setAttribute('aria-controls', this.root.id);
    this.note = element('p', 'cut-note');
    this.note.id = `${this.root.id}-note`;
    this.note.setAttribute('role', 'status');
    this.start = this.makeField();
    this.end = this.makeField();
    this.listen = button('tool', '▶ Play selection', () => this.play());
    this.link = element('a', 'tool cut-link', '⬇ Download cut');
    this.link.download = '';
    this.fill();
  }

  fill() {
    const chosen = element('div', 'cut-fields');
    chosen.append(this.labelled('Start', this.start), this.hereButton('Start here', this.start),
      this.labelled('End', this.end), this.hereButton('End here', this.end));
    const actions = element('div', 'cut-fields');
    actions.append(this.listen, this.link);
    this.root.append(chosen, this.note, actions);
  }

  makeField() {
    const field = element('input');
    field.type = 'text';
    field.size = 11;
    field.autocomplete = 'off';
    field.spellcheck = false;
    field.setAttribute('aria-describedby', this.note.id);
    field.addEventListener('input', () => {
      this.isTouched = true;
      this.check();
    });
    return field;
  }

  /** @param {string} text @param {HTMLInputElement} field */
  labelled(text, field) {
    const label = element('label', '', `${text} `);
    label.append(field);
    return label;
  }

  /** @param {string} text @param {HTMLInputElement} field */
  hereButton(text, field) {
    const made = button('tool', text, () => {
      this.isTouched = true;
      field.value = format.exactTime(this.player.place());
      this.check();
    });
    made.title = 'Where the player is';
    return made;
  }

  get isOpen() {
    return !this.root.hidden;
  }

  open() {
    if (this.toggle.hidden) return;
    if (!this.isOpen) {
      const start = Math.min(this.player.place(), Math.max(this.duration - 1, 0));
      this.write(this.offered ?? {start, end: Math.min(start + FIRST_LENGTH, this.duration)});
    }
    this.setOpen(true);
    this.start.focus();
  }

  close() {
    this.setOpen(false);
    this.player.select(null);
  }

  /** @param {boolean} isOpen */
  setOpen(isOpen) {
    this.root.hidden = !isOpen;
    this.toggle.setAttribute('aria-expanded', String(isOpen));
  }

  /**
   * What was played last; taken unless somebody has chosen something else.
   * @param {number} start
   * @param {number} end
   */
  offer(start, end) {
    this.offered = {start, end: Math.min(end, this.duration || end)};
    if (this.isOpen && !this.isTouched) this.write(this.offered);
  }

  /**
   * As drawn on the waveform.
   * @param {number} start
   * @param {number} end
   */
  select(start, end) {
    if (this.toggle.hidden) return;
    this.setOpen(true);
    this.write({start, end});
    this.isTouched = true;
  }

  /** @param {{start: number, end: number}} range */
  write({start, end}) {
    this.isTouched = false;
    this.start.value = format.exactTime(start);
    this.end.value = format.exactTime(end);
    this.check();
  }

  /** @param {number} duration of the recording, so far */
  learn(duration) {
    this.duration = duration;
    if (this.isOpen) this.check();
  }

  /** Says what is wrong, or offers what is chosen. */
  check() {
    const start = format.parseTime(this.start.value);
    const end = format.parseTime(this.end.value);
    const troubles = [this.troubleOf(start), this.troubleOf(end)];
    if (!troubles[0] && !troubles[1] && Number(end) <= Number(start)) troubles[1] = 'The end must come after the start.';
    this.start.setAttribute('aria-invalid', String(troubles[0] !== ''));
    this.end.setAttribute('aria-invalid', String(troubles[1] !== ''));
    this.range = troubles.join('') || start === null || end === null ? null : {start, end};
    setText(this.note, this.range ? `${format.exactTime(this.range.end - this.range.start)} long` : troubles.find(Boolean) ?? '');
    this.note.classList.toggle('is-trouble', !this.range);
    this.player.select(this.range);
    this.listen.disabled = !this.range;
    this.offerDownload();
  }

  /** @param {number | null} seconds @returns {string} empty: nothing is wrong with it */
  troubleOf(seconds) {
    if (seconds === null) return 'Write times like 1:05, 1:05.5 or 1:02:03.';
    if (seconds <= this.duration + 0.001) return '';
    return `The recording ${this.file.recording ? 'lasts' : 'ends at'} ${format.exactTime(this.duration)}${
      this.file.recording ? ' so far' : ''}.`;
  }

  /** A link that leads nowhere is none: it says that it is disabled. */
  offerDownload() {
    if (this.range) {
      this.link.href = api.cutUrl(this.file.name, this.range.start, this.range.end);
      this.link.removeAttribute('role');
      this.link.removeAttribute('aria-disabled');
    } else {
      this.link.removeAttribute('href');
      this.link.setAttribute('role', 'link');
      this.link.setAttribute('aria-disabled', 'true');
    }
  }

  play() {
    if (this.range) this.player.play(this.range.start, this.range.end);
  }
}
