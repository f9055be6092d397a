import * as api from './api.js';
import {CutPanel} from './cut_panel.js';
import {button, element, setText} from './dom.js';
import * as format from './format.js';
import {markOf, withMark} from './marks.js';
import {PlacesList} from './places_list.js';
import {Waveform} from './waveform.js';

/** @typedef {import('./api.js').Recording} Recording */
/** @typedef {import('./api.js').Analysis} Analysis */
/** @typedef {import('./recording_row.js').Surroundings} Surroundings */

const POINTS = 1600;
export const ZOOM_IN = 0.25;
const SHORTEST_VIEW = 2;  // seconds
const UNPLAYABLE = 'This recording cannot be played. It may be gone, or of a kind that this browser does not play.';

/** The player of one recording: its waveform, what stands out in it, what is missing. */
export class FilePanel {
  /**
   * @param {Recording} file
   * @param {string} title
   * @param {Surroundings} around
   * @param {(seconds: number) => void} onPlace where it stands, when that is worth remembering
   * @param {() => void} onDelete
   */
  constructor(file, title, around, onPlace, onDelete) {
    this.file = file;
    this.around = around;
    this.detection = around.detection;
    /** @type {Analysis['sections']} */
    this.found = [];
    /** What is seen of the file; null: all of it. @type {{from: number, to: number} | null} */
    this.view = null;
    this.duration = file.duration ?? 0;
    this.asked = 0;
    this.root = element('div', 'file-panel');
    this.root.setAttribute('role', 'group');
    this.root.setAttribute('aria-label', `Player of ${title}`);
    this.waveform = new Waveform(title, (seconds) => this.seek(seconds), (start, end) => this.cut.select(start, end));
    this.audio = this.makeAudio(title, onPlace);
    /** Where to stop; null: at the end. @type {number | null} */
    this.until = null;
    this.cut = new CutPanel(file, title, {
      place: () => this.audio.currentTime,
      select: (range) => this.waveform.select(range),
      play: (start, end) => this.playFrom(start, end),
    });
    this.sections = new PlacesList(['section', 'sections'], (start, end = start) => {
      this.cut.offer(start, end);
      this.playFrom(start);
    });
    this.gaps = new PlacesList(['gap', 'gaps'], (seconds) => this.playFrom(seconds));
    this.titles = new PlacesList(['title', 'titles'], (seconds) => this.playFrom(seconds));
    this.note = element('p', 'file-panel-note');
    this.note.setAttribute('role', 'status');
    this.reviewed = button('tool', '', () => around.setReviewed(this.file, !this.file.reviewed));
    this.showReviewed();
    this.reload = () => this.load();
    around.marks.addEventListener('change', this.reload);
    this.deleter = button('tool', 'Delete…', onDelete);
    this.deleter.hidden = file.recording;
    this.root.append(this.waveform.root, this.makeControls(), this.cut.root, this.note,
      this.sections.root, this.gaps.root, this.titles.root);
    this.load();
  }

  /** @param {string} title @param {(seconds: number) => void} onPlace */
  makeAudio(title, onPlace) {
    const audio = element('audio', 'file-panel-audio');
    audio.controls = true;
    audio.preload = 'metadata';
    audio.setAttribute('aria-label', title);
    audio.src = api.streamUrl(this.file);
    audio.addEventListener('timeupdate', () => this.follow());
    audio.addEventListener('seeked', () => onPlace(audio.currentTime));
    audio.addEventListener('pause', () => {
      this.until = null;
      onPlace(audio.currentTime);
    });
    audio.addEventListener('ended', () => this.goOn());
    audio.addEventListener('error', () => {
      if (audio.hasAttribute('src')) setText(this.note, UNPLAYABLE);
    });
    return audio;
  }

  makeControls() {
    const controls = element('div', 'file-panel-controls');
    const closer = button('tool', '+', () => this.zoom(ZOOM_IN));
    closer.setAttribute('aria-label', 'Zoom in');
    const farther = button('tool', '−', () => this.zoom(1 / ZOOM_IN));
    farther.setAttribute('aria-label', 'Zoom out');
    controls.append(this.audio, closer, farther, this.cut.toggle, this.reviewed, this.deleter);
    return controls;
  }

  /** @param {Recording} file the same, as it is now */
  update(file) {
    const hasChanged = file.duration !== this.file.duration || file.recording !== this.file.recording;
    this.file = this.cut.file = file;
    this.deleter.hidden = file.recording;
    this.showReviewed();
    if (hasChanged) this.load();
    if (this.audio.ended) this.goOn();
  }

  showReviewed() {
    setText(this.reviewed, this.file.reviewed ? '✓ Reviewed' : 'Mark as reviewed');
  }

  /** That plays, or did last. @returns {import('./marks.js').Stretch | null} */
  get section() {
    const section = this.found.findLast(({start}) => start <= this.audio.currentTime + 0.05);
    return section ? {file: this.file.name, start: section.start, end: section.end} : null;
  }

  async load() {
    const asked = ++this.asked;
    if (!this.waveform.analysis) setText(this.note, 'Reading the levels…');
    try {
      const [analysis, marks] = await Promise.all([
        api.getAnalysis(this.file.name, {...this.detection.asked, ...this.view, points: POINTS}),
        api.getMarks({file: this.file.name})]);
      if (asked === this.asked) this.show(analysis, marks);
    } catch (error) {
      if (asked === this.asked) setText(this.note, error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {Analysis} analysis @param {import('./api.js').Mark[]} marks */
  show(analysis, marks) {
    this.found = analysis.sections;
    this.detection.learn(analysis);
    this.duration = analysis.duration;
    this.waveform.show(analysis);
    this.cut.learn(analysis.duration);
    this.sections.show(analysis.sections.map(({start, end, score}) => ({
      at: start, end, text: withMark(`${format.duration(start)} – ${format.duration(end)} · ${score.toFixed(1)} dB`,
        markOf(marks, {file: this.file.name, start, end})),
    })));
    this.gaps.show(analysis.gaps.map(({at, missing, cause}) => ({
      at, text: `${format.duration(at)} · ${missing.toFixed(1)} s missing (${cause})`,
    })));
    this.titles.show(analysis.titles.map(({at, text}) => ({at: Math.max(at, 0), text: `${format.duration(at)} · ${text}`})));
    setText(this.note, this.remark(analysis));
    this.follow();
  }

  /** @param {Analysis} analysis */
  remark({analysed, growing, sections}) {
    if (!analysed) return 'The levels of this recording are not measured yet: it has no waveform.';
    if (sections.length > 0) return '';
    return growing ? 'Nothing stands out so far.' : 'Nothing stands out here. A smaller margin finds more.';
  }

  follow() {
    if (this.until !== null && this.audio.currentTime >= this.until) this.stopAt(this.until);
    this.keepInView(this.audio.currentTime);
    this.waveform.moveTo(this.audio.currentTime);
    this.sections.mark(this.audio.currentTime);
  }

  /** What was played behind it before anybody noticed does not count. @param {number} seconds */
  stopAt(seconds) {
    this.audio.pause();
    this.seek(seconds);
  }

  /** A zoomed waveform goes along with the player. @param {number} seconds */
  keepInView(seconds) {
    if (!this.view || (seconds >= this.view.from && seconds < this.view.to)) return;
    const length = this.view.to - this.view.from;
    const start = Math.min(Math.max(seconds - length / 10, 0), this.duration - length);
    if (Math.abs(start - this.view.from) < 0.001) return;  // it is at its end
    this.view = {from: start, to: start + length};
    this.load();
  }

  /** @param {number} factor of what is seen; the player's place stays in view */
  zoom(factor) {
    const from = this.view?.from ?? 0;
    const to = this.view?.to ?? this.duration;
    const length = Math.max((to - from) * factor, SHORTEST_VIEW);
    if (length >= this.duration) {
      this.view = null;
    } else {
      const start = Math.min(Math.max(this.audio.currentTime - length / 2, 0), this.duration - length);
      this.view = {from: start, to: start + length};
    }
    this.load();
  }

  /**
   * @param {number} seconds
   * @param {number | null} [until]
   */
  playFrom(seconds, until = null) {
    this.seek(seconds);
    this.until = until;
    this.play();
  }

  /** @param {number} seconds */
  seek(seconds) {
    this.until = null;
    // A growing recording is played as far as it went when it was asked for.
    if (seconds > this.audio.duration && this.hasGrown) this.audio.src = api.streamUrl(this.file);
    this.audio.currentTime = seconds;
    this.waveform.moveTo(seconds);
  }

  get hasGrown() {
    return !this.audio.src.endsWith(api.streamUrl(this.file));
  }

  /** At the end of what there was. */
  goOn() {
    if (!this.hasGrown) return;
    this.playFrom(this.audio.currentTime + 0.001);
  }

  play() {
    this.audio.play().catch(() => {
      // The controls are there: a browser that does not start by itself waits for them.
    });
  }

  /** Ends the download as well. */
  remove() {
    ++this.asked;
    this.around.marks.removeEventListener('change', this.reload);
    this.audio.pause();
    this.audio.removeAttribute('src');
    this.audio.load();
    this.root.remove();
  }
}
