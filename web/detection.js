import {recall, remember} from './store.js';

/** @typedef {{margin: number | null, min_gap: number | null}} Asked null: as the recorder is set */

const KEY = 'detection';

/**
 * What counts as a section, for all of the page. Sends 'change' when something else does, and
 * 'learned' when it knows how the recorder is set.
 */
export class Detection extends EventTarget {
  constructor() {
    super();
    const {margin = null, min_gap: minGap = null} = recall(KEY) ?? {};
    /** @type {Asked} */
    this.asked = {margin, min_gap: minGap};
    /** @type {Asked} */
    this.recorders = {margin: null, min_gap: null};
  }

  /** @param {{margin: number, min_gap: number}} answer which tells what the recorder took where nothing was asked */
  learn(answer) {
    for (const key of /** @type {(keyof Asked)[]} */ (['margin', 'min_gap'])) {
      if (this.asked[key] !== null || this.recorders[key] === answer[key]) continue;
      this.recorders[key] = answer[key];
      this.dispatchEvent(new Event('learned'));
    }
  }

  /**
   * @param {keyof Asked} key
   * @param {number | null} value
   */
  ask(key, value) {
    if (this.asked[key] === value) return;
    this.asked = {...this.asked, [key]: value};
    remember(KEY, this.asked);
    this.dispatchEvent(new Event('change'));
  }
}
