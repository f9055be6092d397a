import {streamUrl} from './api.js';
import {byId} from './dom.js';
import * as format from './format.js';
import {titleOf} from './recording_row.js';

/** @typedef {import('./api.js').Recording} Recording */

/** The bar at the bottom: one recording at a time. */
export class Player {
  /** @param {(text: string) => void} announce */
  constructor(announce) {
    this.root = byId('player');
    this.title = byId('player-title');
    this.audio = /** @type {HTMLAudioElement} */ (byId('player-audio'));
    this.announce = announce;
    this.audio.addEventListener('error', () => this.fail());
  }

  /** @param {Recording} file */
  play(file) {
    this.root.hidden = false;
    this.title.textContent = `${titleOf(file)} · ${format.dayTitle(format.dayOf(file.date))}`;
    this.audio.setAttribute('aria-label', `Player: ${titleOf(file)}`);
    this.audio.src = streamUrl(file);
    this.audio.play().catch(() => {
      // The controls are there: a browser that does not start by itself waits for them.
    });
  }

  fail() {
    const text = 'This recording cannot be played. It may be gone, or of a kind that this browser does not play.';
    this.title.textContent = text;
    this.announce(text);
  }
}
