import {downloadUrl} from './api.js';
import {element, setText} from './dom.js';
import * as format from './format.js';

/** @typedef {import('./api.js').Recording} Recording */

/** What a recording is called where there is no table around it. @param {Recording} file */
export function titleOf(file) {
  return `${format.timeOfDay(file.date)} ${file.source || file.name}`;
}

/** One recording: a row of a day's table. */
export class RecordingRow {
  /**
   * @param {Recording} file
   * @param {(file: Recording) => void} onPlay
   */
  constructor(file, onPlay) {
    this.file = file;
    this.root = element('tr', 'recording');
    this.length = element('td', 'recording-length');
    this.size = element('td', 'recording-size');
    this.badge = element('span', 'recording-badge', 'recording');
    this.root.append(this.playCell(onPlay), element('td', '', format.timeOfDay(file.date)),
      this.sourceCell(), this.length, this.size, this.downloadCell());
    this.update(file);
  }

  /** @param {(file: Recording) => void} onPlay */
  playCell(onPlay) {
    const button = element('button', 'play-button', '▶');
    button.type = 'button';
    button.setAttribute('aria-label', `Play ${titleOf(this.file)}`);
    button.addEventListener('click', () => onPlay(this.file));
    const cell = element('td', 'recording-play');
    cell.append(button);
    return cell;
  }

  sourceCell() {
    const cell = element('td', 'recording-source');
    const name = element('span', this.file.source ? '' : 'recording-file',
      this.file.source || this.file.name);
    name.title = this.file.name;
    cell.append(name, this.badge);
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
  }

  /** @param {boolean} isCurrent */
  mark(isCurrent) {
    if (isCurrent) this.root.setAttribute('aria-current', 'true');
    else this.root.removeAttribute('aria-current');
  }
}
