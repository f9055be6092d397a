import {downloadUrl} from './api.js';
import {button, element, setText} from './dom.js';
import * as format from './format.js';
import {LevelStrip} from './level_strip.js';

/** @typedef {import('./api.js').Recording} Recording */
/**
 * What a row needs of the page.
 * @typedef {{detection: import('./detection.js').Detection, play: (file: Recording) => void}} Surroundings
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
    this.root = element('tbody', 'recording');
    this.length = element('td', 'recording-length');
    this.size = element('td', 'recording-size');
    this.badge = element('span', 'recording-badge', 'recording');
    this.strip = new LevelStrip(file, titleOf(file), around.detection);
    const row = element('tr');
    row.append(this.playCell(around), element('td', '', format.timeOfDay(file.date)),
      this.sourceCell(), this.length, this.size, this.downloadCell());
    this.root.append(row);
    this.update(file);
  }

  /** @param {Surroundings} around */
  playCell(around) {
    const play = button('play-button', '▶', () => around.play(this.file));
    play.setAttribute('aria-label', `Play ${titleOf(this.file)}`);
    const cell = element('td', 'recording-play');
    cell.append(play);
    return cell;
  }

  sourceCell() {
    const cell = element('td', 'recording-source');
    const name = element('span', this.file.source ? '' : 'recording-file',
      this.file.source || this.file.name);
    name.title = this.file.name;
    cell.append(name, this.badge, this.strip.root);
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
    this.strip.update(file);
  }

  redetect() {
    this.strip.load();
  }

  remove() {
    this.root.remove();
  }
}
