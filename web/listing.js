import * as api from './api.js';
import {dayOf} from './format.js';

/** @typedef {import('./api.js').Recording} Recording */
/** @typedef {import('./api.js').Day} Day */
/** @typedef {{text: string, source: string, from: string, to: string, starred: string}} Filter '' where it lets all through */
/** @typedef {{days: Day[], shown: number, total: number, hasMore: boolean}} Extent newest day first */

/** @param {Recording[]} files of one day */
function summaryOf(files) {
  return {
    day: dayOf(files[0].date),
    count: files.length,
    duration: files.reduce((sum, {duration}) => sum + (duration ?? 0), 0),
    size: files.reduce((sum, {size}) => sum + size, 0),
  };
}

/**
 * Which recordings there are for the page. Where all of a day's are let through, the recorder's own
 * summary of the days is enough, and a day is read when it is opened; else what matches is read.
 */
export class Listing {
  constructor() {
    /** @type {Filter} */
    this.filter = {text: '', source: '', from: '', to: '', starred: ''};
    this.pages = 1;  // of what matches
    /** @type {Map<string, Recording[]> | null} what matches, by day; null: all of every day */
    this.matches = null;
  }

  /** @param {Filter} filter */
  use(filter) {
    this.filter = filter;
    this.pages = 1;
  }

  /** @returns {Promise<Extent | null>} null: the filter changed meanwhile */
  async read() {
    const {filter} = this;
    const all = await api.getDays();
    const total = all.reduce((sum, {count}) => sum + count, 0);
    const search = filter.text || filter.source || filter.starred ? await this.search(filter) : null;
    if (filter !== this.filter) return null;
    this.matches = search && Map.groupBy(search.files, ({date}) => dayOf(date));
    const days = this.matches ? [...this.matches.values()].map(summaryOf).sort((a, b) => (a.day < b.day ? 1 : -1))
      : all.filter(({day}) => isWithin(day, filter));
    const shown = days.reduce((sum, {count}) => sum + count, 0);
    return {days, shown, total, hasMore: search !== null && search.next !== null};
  }

  /** @param {Filter} filter */
  async search(filter) {
    /** @type {Recording[]} */
    const files = [];
    let next = api.searchAddress(filter);
    for (let page = 0; page < this.pages && next !== null; ++page) {
      const answer = await api.getFiles(next);
      files.push(...answer.files.filter(({date}) => isWithin(dayOf(date), filter)));
      next = answer.next;
    }
    return {files, next};
  }

  /** @param {string} day @returns {Promise<Recording[]>} newest first */
  async filesOf(day) {
    return this.matches ? this.matches.get(day) ?? [] : api.getFilesOfDay(day);
  }
}

/** @param {string} day @param {Filter} filter */
function isWithin(day, {from, to}) {
  return (from === '' || day >= from) && (to === '' || day <= to);
}
