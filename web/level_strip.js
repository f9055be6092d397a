import * as api from './api.js';
import {element} from './dom.js';
import {paintLevels} from './paint.js';
import {Picture} from './picture.js';
import {watchSeen} from './seen.js';
import {Turns} from './turns.js';

/** @typedef {import('./api.js').Recording} Recording */
/** @typedef {import('./api.js').Analysis} Analysis */
/** @typedef {import('./detection.js').Detection} Detection */

const POINTS = 240;
// A browser opens six connections: some are left to what is played.
const turns = new Turns(2);

/** @param {number} count */
export function countSections(count) {
  return count === 1 ? '1 section' : `${count} sections`;
}

/** The levels of a recording at a glance, asked for when it is seen. */
export class LevelStrip {
  /**
   * @param {Recording} file
   * @param {string} title
   * @param {Detection} detection
   */
  constructor(file, title, detection) {
    this.file = file;
    this.title = title;
    this.detection = detection;
    this.isSeen = false;
    this.isLoading = false;
    this.loaded = '';
    /** @type {Analysis | null} */
    this.analysis = null;
    this.picture = new Picture('level-strip', (sheet) => {
      if (this.analysis) paintLevels(sheet, this.analysis);
    });
    this.root = this.picture.root;
    /** Why there is nothing to see, for who sees. */
    this.note = element('span', 'level-strip-note');
    this.note.setAttribute('aria-hidden', 'true');  // the picture's name says it
    this.note.hidden = true;
    this.picture.name(`Levels of ${title}`);
    watchSeen(this.root, (isSeen) => {
      this.isSeen = isSeen;
      this.load();
    });
  }

  /** @param {Recording} file the same, as it is now */
  update(file) {
    this.file = file;
    this.load();
  }

  /** What the answer depends on. */
  get wanted() {
    return JSON.stringify([this.file.recording, this.file.duration, this.detection.asked]);
  }

  async load() {
    if (!this.isSeen || this.isLoading || this.wanted === this.loaded) return;
    this.isLoading = true;
    const wanted = await turns.take(() => this.fetch());
    this.isLoading = false;
    if (wanted === null) return;
    this.loaded = wanted;
    this.load();  // what changed meanwhile
  }

  /** @returns {Promise<string | null>} what it has now; null: the next update tries again */
  async fetch() {
    const wanted = this.wanted;
    if (!this.isSeen) return null;
    try {
      const analysis = await api.getAnalysis(this.file.name, {...this.detection.asked, points: POINTS});
      this.detection.learn(analysis);
      this.show(analysis);
      return wanted;
    } catch (error) {
      // The list itself says when the recorder is gone.
      if (!(error instanceof api.ApiError) || error.status !== 422) return null;
      this.picture.name(`Levels of ${this.title}: no decoder reads it`);
      this.note.textContent = 'no decoder reads it';
      this.note.hidden = false;
      return wanted;
    }
  }

  /** @param {Analysis} analysis */
  show(analysis) {
    this.analysis = analysis;
    this.note.hidden = true;
    this.picture.draw();
    const found = analysis.analysed ? countSections(analysis.sections.length) : 'not measured yet';
    this.picture.name(`Levels of ${this.title}: ${found}`);
  }
}
