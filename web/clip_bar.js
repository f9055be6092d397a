import * as api from './api.js';
import {byId, setText} from './dom.js';
import * as format from './format.js';
import {recall, remember} from './store.js';

/** @typedef {import('./api.js').DayReview} DayReview */
/** @typedef {import('./api.js').DaySection} DaySection */

const PRE_ROLL = 1;  // seconds
const KEY = 'clip-player';

/** The bar at the bottom that plays a day's sections. Sends 'change' when it plays another one. */
export class ClipBar extends EventTarget {
  /**
   * @param {(text: string) => void} announce
   * @param {(file: string, seconds: number) => void} openFile
   * @param {(file: string, seconds: number) => void} cutFile
   */
  constructor(announce, openFile, cutFile) {
    super();
    this.announce = announce;
    /** @type {DayReview | null} */
    this.review = null;
    /** What plays, or did last. @type {DaySection | null} */
    this.current = null;
    this.root = byId('clip-bar');
    this.title = byId('clip-title');
    this.audio = /** @type {HTMLAudioElement} */ (byId('clip-audio'));
    this.after = /** @type {HTMLSelectElement} */ (byId('clip-after'));
    this.speed = /** @type {HTMLSelectElement} */ (byId('clip-speed'));
    const {after = 'best', speed = '1'} = recall(KEY) ?? {};
    this.after.value = after;
    this.speed.value = speed;
    this.listen(openFile, cutFile);
    this.applySpeed();
    new ResizeObserver(() => {
      document.documentElement.style.setProperty('--clip-bar', `${this.root.offsetHeight}px`);
    }).observe(this.root);
  }

  /**
   * @param {(file: string, seconds: number) => void} openFile
   * @param {(file: string, seconds: number) => void} cutFile
   */
  listen(openFile, cutFile) {
    byId('clip-previous').addEventListener('click', () => this.step(-1));
    byId('clip-next').addEventListener('click', () => this.step(1));
    byId('clip-close').addEventListener('click', () => this.close());
    for (const [id, open] of /** @type {const} */ ([['clip-open', openFile], ['clip-cut', cutFile]])) {
      byId(id).addEventListener('click', () => {
        if (!this.current) return;
        this.audio.pause();
        open(this.current.file, this.current.start);
      });
    }
    for (const choice of [this.after, this.speed]) {
      choice.addEventListener('change', () => {
        this.applySpeed();
        remember(KEY, {after: this.after.value, speed: this.speed.value});
      });
    }
    this.audio.addEventListener('ended', () => this.goOn());
    this.audio.addEventListener('error', () => {
      if (this.audio.hasAttribute('src')) this.say('This section cannot be played. Its recording may be gone.');
    });
  }

  applySpeed() {
    this.audio.defaultPlaybackRate = Number(this.speed.value);
    this.audio.playbackRate = Number(this.speed.value);
  }

  /** @param {DayReview} review what there is to play now; what plays goes on */
  load(review) {
    this.review = review;
    this.dispatchEvent(new Event('change'));
  }

  /** Of what plays, in the day's sections; -1: not among them. */
  get index() {
    const {current} = this;
    if (!current || !this.review) return -1;
    return this.review.sections.findIndex(({file, start}) => file === current.file && start === current.start);
  }

  /** @param {DaySection} section is played, or, when it is there already, paused or played on */
  toggle(section) {
    if (section.file !== this.current?.file || section.start !== this.current.start) {
      this.playSection(section);
    } else {
      this.togglePlay();
    }
  }

  togglePlay() {
    if (!this.audio.paused) this.audio.pause();
    else this.start();
  }

  /** @param {number} index of the day's sections */
  play(index) {
    const section = this.review?.sections[index];
    if (section) this.playSection(section);
  }

  /** @param {DaySection} section */
  playSection(section) {
    const file = this.review?.files.find(({name}) => name === section.file);
    // A section may go on in the next recording; a clip is of one.
    const end = file && file.duration > section.start ? Math.min(section.end, file.duration) : section.end;
    this.current = section;
    this.root.hidden = false;
    this.audio.src = api.clipUrl(section.file, section.start, end, PRE_ROLL);
    this.applySpeed();
    this.start();
    this.dispatchEvent(new Event('change'));
    const place = this.index < 0 ? '' : `${this.index + 1} of ${this.review?.sections.length}`;
    this.say([format.timeThere(section.time, file?.date ?? ''), section.source || section.file,
      `${section.score.toFixed(1)} dB`, place].filter(Boolean).join(' · '));
  }

  start() {
    this.audio.play().catch(() => {
      // The controls are there: a browser that does not start by itself waits for them.
    });
  }

  /** @param {number} by -1 or 1, in the order of time */
  step(by) {
    const sections = this.review?.sections ?? [];
    const {index, current} = this;
    if (index >= 0) {
      this.playOrEnd(index + by);
    } else if (!current) {
      this.playOrEnd(by > 0 ? 0 : sections.length - 1);
    } else {
      const next = sections.findIndex(({time}) => time > current.time);
      const count = next < 0 ? sections.length : next;
      this.playOrEnd(by > 0 ? count : count - 1);
    }
  }

  /** After the end of a section. */
  goOn() {
    if (this.after.value === 'time') this.step(1);
    if (this.after.value !== 'best' || !this.review) return;
    const next = this.review.by_score[this.review.by_score.indexOf(this.index) + 1];
    this.playOrEnd(next ?? -1);
  }

  /** @param {number} index */
  playOrEnd(index) {
    if (this.review?.sections[index]) this.play(index);
    else this.announce('There are no more sections on this day.');
  }

  /** @param {string} text */
  say(text) {
    setText(this.title, text);
    this.announce(text);
  }

  close() {
    this.audio.pause();
    this.audio.removeAttribute('src');
    this.audio.load();
    this.current = null;
    this.root.hidden = true;
    this.dispatchEvent(new Event('change'));
  }
}
