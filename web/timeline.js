import {element} from './dom.js';
import * as format from './format.js';
import {paintGap, paintSection} from './paint.js';
import {Picture} from './picture.js';

/** @typedef {import('./api.js').DayReview} DayReview */
/** @typedef {import('./picture.js').Sheet} Sheet */

const LANE = 34;      // CSS pixels
const MARGIN = 5;     // of a lane
const FOREIGN = 'other files';

/** How long a file is at least: of some, only what was found in them tells. @param {DayReview} review */
function endsOf({files, sections}) {
  const ends = new Map(files.map(({name, start, duration}) => [name, start + duration]));
  for (const {file, time, start, end} of sections) {
    ends.set(file, Math.max(ends.get(file) ?? 0, time + end - start));
  }
  return ends;
}

/** A day, one lane a source: where there are recordings, what stands out, what is missing. */
export class Timeline {
  /** @param {(index: number) => void} onPick of the section next to a click */
  constructor(onPick) {
    this.onPick = onPick;
    /** @type {DayReview | null} */
    this.review = null;
    /** @type {string[]} */
    this.lanes = [];
    this.from = 0;
    this.to = 1;
    this.current = -1;
    this.root = element('div', 'timeline');
    this.names = element('ul', 'timeline-lanes');
    this.picture = new Picture('timeline-canvas', (sheet) => this.paint(sheet));
    this.scale = ['start', 'middle', 'end'].map(() => element('span'));
    const scale = element('div', 'timeline-scale');
    scale.append(...this.scale);
    this.root.append(this.names, this.picture.root, scale);
    this.picture.root.addEventListener('click', (event) => this.pick(event.offsetX, event.offsetY));
  }

  /** @param {DayReview} review */
  show(review) {
    this.review = review;
    this.ends = endsOf(review);
    this.lanes = [...new Set(review.files.map(({source}) => source))].sort();
    this.from = Math.min(...review.files.map(({start}) => start));
    this.to = Math.max(...this.ends.values(), this.from + 1);
    this.names.replaceChildren(...this.lanes.map((source) => element('li', '', source || FOREIGN)));
    this.picture.root.style.height = `${this.lanes.length * LANE}px`;
    const date = review.files[0]?.date ?? '';
    [this.from, (this.from + this.to) / 2, this.to].forEach((time, index) => {
      this.scale[index].textContent = format.timeThere(time, date);
    });
    this.picture.name(`Timeline of ${format.dayTitle(review.day)}, ${this.scale[0].textContent} to `
      + `${this.scale[2].textContent}: ${format.counted(review.files.length, 'recording')}, `
      + `${format.counted(review.sections.length, 'section')}, ${format.counted(review.gaps.length, 'gap')}`);
    this.picture.draw();
  }

  /** @param {number} index of the section that plays; -1: none */
  mark(index) {
    this.current = index;
    this.picture.draw();
  }

  /** @param {number} time @param {number} width */
  x(time, width) {
    return ((time - this.from) / (this.to - this.from)) * width;
  }

  /** @param {Sheet} sheet */
  paint(sheet) {
    if (!this.review) return;
    const {context, width, colour} = sheet;
    const {files, sections, gaps} = this.review;
    const laneOf = (/** @type {string} */ source) => {
      const top = this.lanes.indexOf(source) * LANE + MARGIN;
      return {top, bottom: top + LANE - 2 * MARGIN};
    };
    context.fillStyle = colour('extent');
    for (const {name, source, start} of files) {
      const {top, bottom} = laneOf(source);
      const left = this.x(start, width);
      const right = this.x(this.ends?.get(name) ?? start, width);
      context.fillRect(left, top, Math.max(right - left - 1, 2), bottom - top);
    }
    for (const {source, start, end} of gaps) {
      if (!this.lanes.includes(source)) continue;
      const [left, right] = [Math.max(start, this.from), Math.min(end, this.to)].map((time) => this.x(time, width));
      paintGap(sheet, left, right, laneOf(source));
    }
    sections.forEach(({source, time, start, end}, index) => {
      const left = this.x(time, width);
      paintSection(sheet, left, this.x(time + end - start, width), laneOf(source));
      if (index !== this.current) return;
      context.fillStyle = colour('text');
      context.fillRect(left - 1, laneOf(source).top - MARGIN, 3, LANE);
    });
  }

  /** @param {number} x @param {number} y */
  pick(x, y) {
    if (!this.review) return;
    const source = this.lanes[Math.floor(y / LANE)];
    const width = this.picture.root.clientWidth;
    const distance = (/** @type {number} */ index) =>
      Math.abs(this.x(/** @type {DayReview} */ (this.review).sections[index].time, width) - x);
    const near = this.review.sections.map((_, index) => index)
      .filter((index) => this.review?.sections[index].source === source)
      .sort((a, b) => distance(a) - distance(b));
    if (near.length > 0) this.onPick(near[0]);
  }
}
