import {element} from './dom.js';
import * as format from './format.js';
import {paintLevels} from './paint.js';
import {Picture} from './picture.js';

/** @typedef {import('./api.js').Analysis} Analysis */

const DRAG = 5;  // CSS pixels; less is a click

/** The levels of a recording, where it plays, and where to: a click seeks, and one draws what to select. */
export class Waveform {
  /**
   * @param {string} title
   * @param {(seconds: number) => void} onSeek
   * @param {(start: number, end: number) => void} onSelect
   */
  constructor(title, onSeek, onSelect) {
    this.title = title;
    /** @type {Analysis | null} */
    this.analysis = null;
    this.seconds = 0;
    /** @type {{start: number, end: number} | null} */
    this.selected = null;
    this.root = element('div', 'waveform');
    this.picture = new Picture('waveform-canvas', (sheet) => {
      if (this.analysis) paintLevels(sheet, this.analysis);
    });
    this.picture.name(`Waveform of ${title}`);
    this.cursor = element('div', 'waveform-cursor');
    this.cursor.hidden = true;
    this.selection = element('div', 'waveform-selection');
    this.selection.hidden = true;
    this.from = element('span');
    this.middle = element('span');
    this.to = element('span');
    const scale = element('div', 'waveform-scale');
    scale.append(this.from, this.middle, this.to);
    const stage = element('div', 'waveform-stage');
    stage.append(this.picture.root, this.selection, this.cursor);
    this.root.append(stage, scale);
    this.listen(onSeek, onSelect);
  }

  /**
   * @param {(seconds: number) => void} onSeek
   * @param {(start: number, end: number) => void} onSelect
   */
  listen(onSeek, onSelect) {
    const canvas = this.picture.root;
    /** Where the pointer went down; null: it is up. @type {number | null} */
    let begin = null;
    let isDrawing = false;
    canvas.addEventListener('pointerdown', (event) => {
      if (!this.analysis || event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      begin = event.offsetX;
      isDrawing = false;
    });
    canvas.addEventListener('pointermove', ({offsetX}) => {
      if (begin === null) return;
      isDrawing ||= Math.abs(offsetX - begin) >= DRAG;
      if (isDrawing) onSelect(this.secondsAt(Math.min(begin, offsetX)), this.secondsAt(Math.max(begin, offsetX)));
    });
    canvas.addEventListener('pointerup', ({offsetX}) => {
      if (begin !== null && !isDrawing) onSeek(this.secondsAt(offsetX));
      begin = null;
    });
    canvas.addEventListener('pointercancel', () => { begin = null; });
  }

  /** @param {number} x CSS pixels from the left edge */
  secondsAt(x) {
    const {from, to} = /** @type {Analysis} */ (this.analysis);
    const part = Math.min(Math.max(x / this.picture.root.clientWidth, 0), 1);
    return from + part * (to - from);
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
    this.select(this.selected);
  }

  /** @param {{start: number, end: number} | null} range what is chosen */
  select(range) {
    this.selected = range;
    if (!this.analysis) return;
    const {from, to} = this.analysis;
    const start = Math.max(range?.start ?? 0, from);
    const end = Math.min(range?.end ?? 0, to);
    this.selection.hidden = !range || end <= start;
    this.selection.style.left = `${((start - from) / (to - from)) * 100}%`;
    this.selection.style.width = `${((end - start) / (to - from)) * 100}%`;
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
