import * as api from './api.js';
import {button, element, placeAt, setText} from './dom.js';
import * as format from './format.js';
import {markOf, withMark} from './marks.js';
import {writePlace} from './place.js';
import {Timeline} from './timeline.js';

/** @typedef {import('./api.js').DayReview} DayReview */
/** @typedef {import('./api.js').DaySection} DaySection */
/** @typedef {import('./clip_bar.js').ClipBar} ClipBar */
/** @typedef {import('./detection.js').Detection} Detection */

const MOST_CHIPS = 50;

/** What stands out on a day: its timeline, and the best sections as buttons. One day at a time. */
export class Highlights {
  /**
   * @param {Detection} detection
   * @param {ClipBar} clips
   * @param {import('./marks.js').Marks} changes of marks
   */
  constructor(detection, clips, changes) {
    /** Of the day. @type {import('./api.js').Mark[]} */
    this.marks = [];
    this.isStarredOnly = false;
    this.detection = detection;
    this.clips = clips;
    this.day = '';
    this.asked = 0;
    /** @type {DayReview | null} */
    this.review = null;
    /** Copied recordings of which there are no levels. @type {Set<string>} */
    this.unreadable = new Set();
    /** @type {Map<string, HTMLLIElement>} */
    this.chips = new Map();
    this.root = element('section', 'highlights');
    this.root.id = 'highlights';
    this.title = element('h3', 'highlights-title');
    this.title.id = 'highlights-title';
    this.root.setAttribute('aria-labelledby', this.title.id);
    this.note = element('p', 'highlights-note');
    this.note.setAttribute('role', 'status');
    this.timeline = new Timeline((index) => this.clips.play(index));
    this.list = element('ol', 'chips');
    this.root.append(this.title, this.note, this.timeline.root, this.list);
    detection.addEventListener('change', () => this.load());
    changes.addEventListener('change', () => this.load());
    clips.addEventListener('change', () => this.mark());
  }

  /**
   * @param {string} day
   * @param {Element} host after which it stands
   */
  async open(day, host) {
    this.day = day;
    this.review = null;
    this.timeline.root.hidden = true;
    this.list.replaceChildren();
    this.chips.clear();
    setText(this.title, `What stands out on ${format.dayTitle(day)}`);
    setText(this.note, 'Loading…');
    host.after(this.root);
    writePlace({day});
    const focused = document.activeElement;
    await this.load();
    if (document.activeElement === focused) this.list.querySelector('button')?.focus();
  }

  close() {
    this.day = '';
    ++this.asked;
    this.root.remove();
  }

  /** Anew, with what plays left alone. */
  async load() {
    if (this.day === '') return;
    const asked = ++this.asked;
    try {
      const [review, marks] = await Promise.all([
        api.getHighlights(this.day, this.detection.asked), api.getMarks({day: this.day})]);
      if (asked !== this.asked) return;
      this.marks = marks;
      this.show(review);
      if (await this.measure(review, asked)) await this.load();
    } catch (error) {
      if (asked === this.asked) setText(this.note, error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * Has the levels made of what somebody brought, one after the other.
   * @param {DayReview} review
   * @param {number} asked
   * @returns {Promise<boolean>} whether there is more to see now
   */
  async measure(review, asked) {
    const files = review.files.filter(({name, analysed}) => !analysed && !this.unreadable.has(name));
    let count = 0;
    for (const {name} of files) {
      setText(this.note, `Making the levels of ${format.counted(files.length, 'copied recording')}…`);
      try {
        await api.getAnalysis(name, {margin: null, min_gap: null, points: 1});
        ++count;
      } catch {
        this.unreadable.add(name);
      }
      if (asked !== this.asked) return false;
    }
    if (files.length > 0 && count === 0) this.show(review);
    return count > 0;
  }

  /** @param {DayReview} review */
  show(review) {
    this.review = review;
    this.detection.learn(review);
    this.timeline.root.hidden = review.files.length === 0;
    if (review.files.length > 0) this.timeline.show(review);
    if (this.isStarredOnly) {
      this.showStarred(review);
      return;
    }
    const best = review.by_score.slice(0, MOST_CHIPS);
    this.showChips(best.map((index) => review.sections[index]));
    const all = review.sections.length;
    const count = all > best.length ? `The ${best.length} best of ${all} sections` : format.counted(all, 'section');
    setText(this.note, all === 0 ? 'Nothing stands out. A smaller margin finds more.'
      : `${count}, best first. J and K step through all in the order of time.`);
    this.clips.load(review);
  }

  /**
   * All stretches with a star, in the order of time: sections, and what is one no more with this margin.
   * @param {DayReview} review
   */
  showStarred(review) {
    const stars = this.marks.filter(({starred}) => starred);
    const starred = stars.flatMap((mark) => {
      const section = review.sections.find((each) => markOf(stars, each) === mark);
      const file = review.files.find(({name}) => name === mark.file);
      if (section || !file) return section ?? [];
      return {source: file.source, file: mark.file, start: mark.start, end: mark.end, time: file.start + mark.start,
        score: 0, prominence: 0};
    }).sort((a, b) => a.time - b.time);
    this.showChips(starred);
    setText(this.note, starred.length === 0 ? 'No section of this day has a star.'
      : `${format.counted(starred.length, 'section')} with a star, in the order of time.`);
    this.clips.load(review);
  }

  /** @param {DaySection[]} sections */
  showChips(sections) {
    const keys = sections.map(({file, start}) => `${start} ${file}`);
    for (const [key, chip] of this.chips) {
      if (keys.includes(key)) continue;
      chip.remove();
      this.chips.delete(key);
    }
    sections.forEach((section, place) => {
      let chip = this.chips.get(keys[place]);
      if (!chip) {
        chip = element('li');
        chip.append(button('chip', '', () => this.clips.toggle(section)));
        this.chips.set(keys[place], chip);
      }
      setText(chip.children[0], this.textOf(section));
      placeAt(this.list, chip, place);
    });
  }

  /** @param {DaySection} section */
  textOf(section) {
    const date = this.review?.files.find(({name}) => name === section.file)?.date ?? '';
    const score = section.score > 0 ? ` · ${section.score.toFixed(1)} dB` : '';
    return withMark(`${format.timeThere(section.time, date)} · ${section.source || section.file}${score}`,
      markOf(this.marks, section));
  }

  /** Shows which section plays. Who stands on the chip of the one before is taken along. */
  mark() {
    const {current} = this.clips;
    const chip = current && this.chips.get(`${current.start} ${current.file}`)?.querySelector('button');
    const before = this.list.querySelector('[aria-current]');
    const isTaken = before !== null && before === document.activeElement;
    before?.removeAttribute('aria-current');
    chip?.setAttribute('aria-current', 'true');
    if (isTaken) chip?.focus();
    this.timeline.mark(this.clips.index);
  }
}
