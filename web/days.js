import {element, setText} from './dom.js';
import * as format from './format.js';
import {RecordingRow} from './recording_row.js';

/** @typedef {import('./api.js').Recording} Recording */
/** @typedef {import('./api.js').Day} Day */

const COLUMNS = ['Play', 'Time', 'Source', 'Length', 'Size', 'Download'];

/** Newest first, as the server sorts. @param {Recording} a @param {Recording} b */
function newestFirst(a, b) {
  return b.start - a.start || (b.name > a.name ? 1 : -1);
}

/** One day: its headline and its table. */
class DaySection {
  /** @param {string} day */
  constructor(day) {
    this.root = element('section', 'day');
    const head = element('div', 'day-head');
    const title = element('h2', 'day-title', format.dayTitle(day));
    title.id = `day-${day}`;
    this.summary = element('p', 'day-summary');
    head.append(title, this.summary);

    const table = element('table', 'recordings');
    table.setAttribute('aria-labelledby', title.id);
    const header = element('tr');
    for (const column of COLUMNS) {
      const cell = element('th', '', column);
      cell.scope = 'col';
      header.append(cell);
    }
    const columns = element('thead', 'visually-hidden');
    columns.append(header);
    this.rows = element('tbody');
    table.append(columns, this.rows);
    this.root.append(head, table);
  }

  /** @param {Day} day */
  summarize(day) {
    const count = day.count === 1 ? '1 recording' : `${day.count} recordings`;
    setText(this.summary, [count, format.roughDuration(day.duration), format.size(day.size)].join(' · '));
  }
}

/** The recordings by local day, newest first. Rows stay the same elements while they change. */
export class Days {
  /**
   * @param {HTMLElement} root
   * @param {(file: Recording) => void} onPlay
   */
  constructor(root, onPlay) {
    this.root = root;
    this.onPlay = onPlay;
    /** @type {Map<string, RecordingRow>} */
    this.rows = new Map();
    /** @type {Map<string, DaySection>} */
    this.sections = new Map();
    /** @type {string | null} */
    this.current = null;
  }

  get isEmpty() {
    return this.rows.size === 0;
  }

  /**
   * Takes in a page of the list. `first` and `isLast` tell what it knows of files that it does not
   * hold: between the newest there is and its oldest, there are no others.
   * @param {Recording[]} files
   * @param {{first: boolean, isLast: boolean}} page
   */
  merge(files, {first, isLast}) {
    if (first) this.dropMissing(files, isLast);
    for (const file of files) {
      const row = this.rows.get(file.name);
      if (row && row.file.start === file.start && row.file.source === file.source) row.update(file);
      else this.replace(file);
    }
    this.arrange();
  }

  /** @param {Recording[]} files @param {boolean} isLast */
  dropMissing(files, isLast) {
    const names = new Set(files.map((file) => file.name));
    const oldest = isLast ? -Infinity : files[files.length - 1].start;
    for (const [name, row] of this.rows) {
      if (!names.has(name) && row.file.start > oldest) this.drop(name);
    }
  }

  /** @param {string} name */
  drop(name) {
    this.rows.get(name)?.root.remove();
    this.rows.delete(name);
  }

  /** @param {Recording} file */
  replace(file) {
    this.drop(file.name);
    const row = new RecordingRow(file, this.onPlay);
    row.mark(file.name === this.current);
    this.rows.set(file.name, row);
  }

  /** Puts every row where it belongs; moves none that is there already. */
  arrange() {
    /** @type {Map<string, RecordingRow[]>} */
    const byDay = new Map();
    const sorted = [...this.rows.values()].sort((a, b) => newestFirst(a.file, b.file));
    for (const row of sorted) {
      const day = format.dayOf(row.file.date);
      const rows = byDay.get(day);
      if (rows) rows.push(row);
      else byDay.set(day, [row]);
    }
    for (const [day, section] of this.sections) {
      if (byDay.has(day)) continue;
      section.root.remove();
      this.sections.delete(day);
    }
    const days = [...byDay.keys()].sort().reverse();
    days.forEach((day, index) => {
      const section = this.sectionFor(day);
      placeAt(this.root, section.root, index);
      (byDay.get(day) ?? []).forEach((row, line) => placeAt(section.rows, row.root, line));
    });
  }

  /** @param {string} day */
  sectionFor(day) {
    let section = this.sections.get(day);
    if (!section) {
      section = new DaySection(day);
      this.sections.set(day, section);
    }
    return section;
  }

  /** @param {Day[]} days */
  summarize(days) {
    for (const day of days) this.sections.get(day.day)?.summarize(day);
  }

  /** @param {string} name of the recording in the player */
  mark(name) {
    if (this.current !== null) this.rows.get(this.current)?.mark(false);
    this.current = name;
    this.rows.get(name)?.mark(true);
  }
}

/**
 * @param {Element} parent
 * @param {Element} child
 * @param {number} index
 */
function placeAt(parent, child, index) {
  const there = parent.children[index] ?? null;
  if (there !== child) parent.insertBefore(child, there);
}
