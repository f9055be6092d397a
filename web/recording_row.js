import {downloadUrl} from './api.js';
import {button, element, setText} from './dom.js';
import {FilePanel} from './file_panel.js';
import * as format from './format.js';
import {LevelStrip} from './level_strip.js';
import {writePlace} from './place.js';

/** @typedef {import('./api.js').Recording} Recording */
/**
 * What rows and days need of the page. `opened`: a row's player is there, or not any more.
 * `highlight`: a day is to show what stands out, or not any more.
 * @typedef {{detection: import('./detection.js').Detection,
 *   askToDelete: (file: Recording) => void,
 *   marks: import('./marks.js').Marks,
 *   setReviewed: (file: Recording, reviewed: boolean) => void,
 *   opened: (row: RecordingRow, isOpen: boolean) => void,
 *   highlight: (day: import('./day_section.js').DaySection, isShown: boolean) => void}} Surroundings
 */

/** What a recording is called where there is no table around it. @param {Recording} file */
export function titleOf(file) {
  return `${format.timeOfDay(file.date)} ${file.source || file.name}`;
}

/** One recording: a row of a day's table. */
export class RecordingRow {
  /**
   * @param {Recording} file
   * @param {Surroundings} around
   */
  constructor(file, around) {
    this.file = file;
    this.around = around;
    /** @type {FilePanel | null} */
    this.panel = null;
    this.root = element('tbody', 'recording');
    this.toggle = button('play-button', '▶', () => {
      if (this.panel) this.close();
      else this.open().play();
    });
    this.length = element('td', 'recording-length');
    this.size = element('td', 'recording-size');
    this.badge = element('span', 'recording-badge', 'recording');
    this.marks = element('span', 'recording-marks');
    this.match = button('tool recording-match', '', () => this.open().playFrom(Math.max(this.file.title?.at ?? 0, 0)));
    this.strip = new LevelStrip(file, titleOf(file), around.detection);
    const row = element('tr');
    row.append(this.playCell(), element('td', '', format.timeOfDay(file.date)),
      this.sourceCell(), this.length, this.size, this.downloadCell());
    this.root.append(row);
    this.update(file);
  }

  playCell() {
    this.toggle.setAttribute('aria-label', `Play ${titleOf(this.file)}`);
    this.toggle.setAttribute('aria-expanded', 'false');
    const cell = element('td', 'recording-play');
    cell.append(this.toggle);
    return cell;
  }

  sourceCell() {
    const cell = element('td', 'recording-source');
    const name = element('span', this.file.source ? '' : 'recording-file',
      this.file.source || this.file.name);
    name.title = this.file.name;
    cell.append(name, this.badge, this.marks, this.match, this.strip.note, this.strip.root);
    return cell;
  }

  downloadCell() {
    const link = element('a', 'download-link');
    link.href = downloadUrl(this.file);
    link.download = '';
    link.setAttribute('aria-label', `Download ${titleOf(this.file)}`);
    link.append('↓ ', element('span', 'download-text', this.file.ext));
    const cell = element('td');
    cell.append(link);
    return cell;
  }

  /** @param {Recording} file the same, as it is now */
  update(file) {
    this.file = file;
    setText(this.length, file.duration === null ? '–' : format.duration(file.duration));
    setText(this.size, format.size(file.size));
    this.badge.hidden = !file.recording;
    setText(this.marks, [file.reviewed ? '✓ reviewed' : '', file.stars ? `★ ${file.stars}` : ''].filter(Boolean).join(' · '));
    this.match.hidden = !file.title;
    setText(this.match, file.title ? `♪ ${format.duration(Math.max(file.title.at, 0))} ${file.title.text}` : '');
    this.strip.update(file);
    this.panel?.update(file);
  }

  /** @param {number} seconds so long it is by now @returns {boolean} whether that is seen on its levels */
  growTo(seconds) {
    const whole = Math.floor(seconds);
    const known = this.file.duration ?? 0;
    if (!this.file.recording || whole <= known) return false;
    setText(this.length, format.duration(whole));
    // What it has got more is drawn when it can be seen, and not more often than that.
    const isSeen = whole >= known + Math.max(1, Math.min(known / 10, 5), known / 240);
    if (isSeen) this.update({...this.file, duration: whole});
    return isSeen;
  }

  /** @returns {FilePanel} */
  open() {
    if (this.panel) return this.panel;
    this.panel = new FilePanel(this.file, titleOf(this.file), this.around,
      (seconds) => this.remember(seconds), () => this.around.askToDelete(this.file));
    this.panel.root.id = 'open-recording';  // one at a time
    const cell = element('td');
    cell.colSpan = this.root.rows[0].cells.length;
    cell.append(this.panel.root);
    const line = element('tr', 'recording-panel');
    line.append(cell);
    this.root.append(line);
    this.show(true);
    this.remember(0);
    return this.panel;
  }

  close() {
    if (!this.panel) return;
    this.panel.remove();
    this.panel = null;
    this.root.rows[1].remove();
    this.show(false);
    writePlace({});
  }

  /** @param {boolean} isOpen */
  show(isOpen) {
    this.toggle.textContent = isOpen ? '✕' : '▶';
    this.toggle.setAttribute('aria-expanded', String(isOpen));
    if (this.panel) this.toggle.setAttribute('aria-controls', this.panel.root.id);
    else this.toggle.removeAttribute('aria-controls');
    this.root.classList.toggle('is-open', isOpen);
    this.around.opened(this, isOpen);
  }

  /** @param {number} seconds where its player stands */
  remember(seconds) {
    if (this.panel) writePlace({file: this.file.name, t: seconds});
  }

  redetect() {
    this.strip.load();
    this.panel?.load();
  }

  remove() {
    this.close();
    this.root.remove();
  }
}
