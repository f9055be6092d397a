import {button, element, placeAt, setText} from './dom.js';
import * as format from './format.js';
import {RecordingRow} from './recording_row.js';

/** @typedef {import('./api.js').Recording} Recording */
/** @typedef {import('./api.js').Day} Day */
/** @typedef {import('./recording_row.js').Surroundings} Surroundings */

const COLUMNS = ['Play', 'Time', 'Source and levels', 'Length', 'Size', 'Download'];

/** One day: its headline, and its table once it is open. Rows stay the same elements while they change. */
export class DaySection {
  /**
   * @param {string} day
   * @param {Surroundings} around
   * @param {(isOpen: boolean) => void} onToggle
   */
  constructor(day, around, onToggle) {
    this.day = day;
    this.around = around;
    /** @type {Map<string, RecordingRow>} */
    this.rows = new Map();
    this.isOpen = false;
    /** What the rows were read from; null: nothing yet. @type {Day | null} */
    this.known = null;

    this.root = element('section', 'day');
    this.root.setAttribute('aria-labelledby', `day-${day}`);
    this.body = element('div', 'day-body');
    this.body.id = `day-${day}-body`;
    this.body.hidden = true;
    this.toggle = element('button', 'day-toggle', format.dayTitle(day));
    this.toggle.type = 'button';
    this.toggle.setAttribute('aria-expanded', 'false');
    this.toggle.setAttribute('aria-controls', this.body.id);
    this.toggle.addEventListener('click', () => onToggle(!this.isOpen));
    this.head = element('div', 'day-head');
    const title = element('h2', 'day-title');
    title.id = `day-${day}`;
    title.append(this.toggle);
    this.summary = element('p', 'day-summary');
    this.star = button('tool', '★ Highlights', () => around.highlight(this, !this.isHighlighted));
    this.star.setAttribute('aria-label', `Highlights of ${format.dayTitle(day)}`);
    this.highlight(false);
    this.head.append(title, this.summary, this.star);
    this.note = element('p', 'day-note', 'Loading…');
    this.table = this.makeTable();
    this.body.append(this.note, this.table);
    this.root.append(this.head, this.body);
  }

  makeTable() {
    const table = element('table', 'recordings');
    table.setAttribute('aria-labelledby', `day-${this.day}`);
    const header = element('tr');
    for (const column of COLUMNS) {
      const cell = element('th', '', column);
      cell.scope = 'col';
      header.append(cell);
    }
    const columns = element('thead', 'visually-hidden');
    columns.append(header);
    table.append(columns);
    table.hidden = true;
    return table;
  }

  /** @param {boolean} isOpen */
  expand(isOpen) {
    this.isOpen = isOpen;
    this.toggle.setAttribute('aria-expanded', String(isOpen));
    this.body.hidden = !isOpen;
  }

  get isHighlighted() {
    return this.star.getAttribute('aria-expanded') === 'true';
  }

  /** @param {boolean} isShown whether what stands out is there, behind the headline */
  highlight(isShown) {
    this.star.setAttribute('aria-expanded', String(isShown));
    if (isShown) this.star.setAttribute('aria-controls', 'highlights');
    else this.star.removeAttribute('aria-controls');
  }

  /** @param {Day} day */
  summarize(day) {
    const count = day.count === 1 ? '1 recording' : `${day.count} recordings`;
    const duration = day.duration > 0 ? format.roughDuration(day.duration) : '';
    setText(this.summary, [count, duration, format.size(day.size)].filter(Boolean).join(' · '));
  }

  /**
   * All that the day has, newest first.
   * @param {Recording[]} files
   */
  show(files) {
    const names = new Set(files.map((file) => file.name));
    for (const name of this.rows.keys()) {
      if (!names.has(name)) this.drop(name);
    }
    files.forEach((file, index) => placeAt(this.table, this.rowFor(file).root, index + 1));
    this.table.hidden = files.length === 0;
    this.note.hidden = files.length > 0;
    setText(this.note, 'Nothing left of this day.');
  }

  /** @param {Recording} file */
  rowFor(file) {
    let row = this.rows.get(file.name);
    if (row && row.file.start === file.start && row.file.source === file.source) {
      row.update(file);
    } else {
      this.drop(file.name);
      row = new RecordingRow(file, this.around);
      this.rows.set(file.name, row);
    }
    return row;
  }

  /** @param {string} name */
  drop(name) {
    this.rows.get(name)?.remove();
    this.rows.delete(name);
  }

  /** @param {string} text why there are no rows */
  fail(text) {
    setText(this.note, text);
    this.note.hidden = false;
  }

  remove() {
    for (const name of this.rows.keys()) this.drop(name);
    if (this.isHighlighted) this.around.highlight(this, false);
    this.root.remove();
  }
}
