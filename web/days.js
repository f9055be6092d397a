import {DaySection} from './day_section.js';
import {placeAt} from './dom.js';
import {recall, remember} from './store.js';

/** @typedef {import('./api.js').Recording} Recording */
/** @typedef {import('./api.js').Day} Day */
/** @typedef {import('./recording_row.js').Surroundings} Surroundings */

const KEY = 'open-days';

/**
 * The recordings by local day, newest first. A day that is closed asks for nothing; which ones are
 * open is remembered, and unless somebody said otherwise that is the newest.
 */
export class Days {
  /**
   * @param {HTMLElement} root
   * @param {Surroundings} around
   * @param {(day: string) => Promise<Recording[]>} filesOf
   */
  constructor(root, around, filesOf) {
    this.root = root;
    this.around = around;
    this.filesOf = filesOf;
    /** @type {Map<string, DaySection>} */
    this.sections = new Map();
    /** @type {Record<string, boolean>} what somebody chose */
    this.chosen = recall(KEY) ?? {};
    around.detection.addEventListener('change', () => this.redetect());
  }

  /** @param {Day[]} days newest first */
  async show(days) {
    const names = new Set(days.map(({day}) => day));
    for (const [name, section] of this.sections) {
      if (names.has(name)) continue;
      section.remove();
      this.sections.delete(name);
    }
    await Promise.all(days.map((day, index) => {
      // What is open by itself does not close when the next day begins.
      const isOpen = this.sections.get(day.day)?.isOpen || index === 0;
      const section = this.sectionFor(day.day);
      placeAt(this.root, section.root, index);
      section.summarize(day);
      section.expand(this.chosen[day.day] ?? isOpen);
      return this.fill(section, day);
    }));
  }

  /** @param {string} day */
  sectionFor(day) {
    let section = this.sections.get(day);
    if (!section) {
      section = new DaySection(day, this.around, (isOpen) => this.open(day, isOpen));
      this.sections.set(day, section);
    }
    return section;
  }

  /**
   * @param {string} day
   * @param {boolean} isOpen
   */
  async open(day, isOpen) {
    this.chosen[day] = isOpen;
    remember(KEY, this.chosen);
    const section = this.sections.get(day);
    if (!section) return;
    section.expand(isOpen);
    await this.fill(section, null).catch((error) => section.fail(String(error.message ?? error)));
  }

  /**
   * Reads the rows of an open day, unless they are known as of this summary.
   * @param {DaySection} section
   * @param {Day | null} day null: whatever it is
   */
  async fill(section, day) {
    if (!section.isOpen || (day && JSON.stringify(day) === JSON.stringify(section.known))) return;
    section.show(await this.filesOf(section.day));
    section.known = day;
  }

  /**
   * @param {string} day
   * @param {string} name
   * @returns {Promise<import('./recording_row.js').RecordingRow | undefined>} undefined: it is not there
   */
  async find(day, name) {
    if (!this.sections.get(day)?.rows.has(name)) await this.open(day, true);
    else this.sections.get(day)?.expand(true);
    return this.sections.get(day)?.rows.get(name);
  }

  /** @param {string} name @returns {import('./recording_row.js').RecordingRow | undefined} */
  rowOf(name) {
    for (const {rows} of this.sections.values()) {
      const row = rows.get(name);
      if (row) return row;
    }
  }

  /** At the next summary, what is open by itself and what stands there is found out anew. */
  forget() {
    this.forgetRows();
    for (const section of this.sections.values()) section.isOpen = false;
  }

  /** What stands in the rows is read anew at the next summary. */
  forgetRows() {
    for (const section of this.sections.values()) section.known = null;
  }

  redetect() {
    for (const section of this.sections.values()) {
      for (const row of section.rows.values()) row.redetect();
    }
  }
}
