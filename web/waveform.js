import {element} from './dom.js';
import * as format from './format.js';
import {paintLevels} from './paint.js';
import {Picture} from './picture.js';

/** @typedef {import('./api.js').Analysis} Analysis */

/** The levels of a recording, where it plays, and where to: a click seeks. */
export class Waveform {
  /**
   * @param {string} title
   * @param {(seconds: number) => void} onSeek
   */
  constructor(title, onSeek) {
    this.title = title;
    /** @type {Analysis | null} */
    this.analysis = null;
    this.seconds = 0;
    this.root = element('div', 'waveform');
    this.picture = new Picture('waveform-canvas', (sheet) => {
      if (this.analysis) paintLevels(sheet, this.analysis);
    });
    this.picture.name(`Waveform of ${title}`);
    this.cursor = element('div', 'waveform-cursor');
    this.cursor.hidden = true;
    this.from = element('span');
    this.middle = element('span');
    this.to = element('span');
    const scale = element('div', 'waveform-scale');
    scale.append(this.from, this.middle, this.to);
    const stage = element('div', 'waveform-stage');
    stage.append(this.picture.root, this.cursor);
    this.root.append(stage, scale);
    this.picture.root.addEventListener('click', (event) => {
      if (this.analysis) onSeek(this.secondsAt(event.offsetX));
    });
  }

  /** @param {number} x CSS pixels from the left edge */
  secondsAt(x) {
    const {from, to} = /** @type {Analysis} */ (this.analysis);
    return from + (x / this.picture.root.clientWidth) * (to - from);
  }

  /** @param {Analysis} analysis */
  show(analysis) {
    this.analysis = analysis;
    const {from, to, sections, gaps} = analysis;
    this.from.textContent = format.duration(from);
    this.middle.textContent = format.duration((from + to) / 2);
    this.to.textContent = format.duration(to);
    this.picture.name(`Waveform of ${this.title}, ${format.duration(from)} to ${format.duration(to)}; `
      + `in all ${sections.length} sections and ${gaps.length} gaps, listed below`);
    this.picture.draw();
    this.moveTo(this.seconds);
  }

  /** @param {number} seconds where it plays now */
  moveTo(seconds) {
    this.seconds = seconds;
    if (!this.analysis) return;
    const {from, to} = this.analysis;
    this.cursor.hidden = seconds < from || seconds > to || to <= from;
    this.cursor.style.left = `${((seconds - from) / (to - from)) * 100}%`;
  }
}
