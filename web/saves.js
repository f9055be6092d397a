import * as api from './api.js';
import {byId, element, placeAt, setText} from './dom.js';
import {size, sinceWhen} from './format.js';

/** What was saved, to be heard. */
export class Saves {
  /** @param {HTMLElement} root a list */
  constructor(root) {
    this.root = root;
    /** @type {Map<string, HTMLElement>} */
    this.rows = new Map();
  }

  async read() {
    this.show(await api.getSaves());
  }

  /** @param {api.Saved[]} saves newest first */
  show(saves) {
    const keys = saves.map((saved) => `${saved.name} ${saved.time}`);
    for (const [key, row] of this.rows) {
      if (keys.includes(key)) continue;
      row.remove();
      this.rows.delete(key);
    }
    saves.forEach((saved, index) => {
      const row = this.rows.get(keys[index]) ?? this.make(saved);
      this.rows.set(keys[index], row);
      placeAt(this.root, row, index);
    });
    setText(byId('saves-count'), saves.length === 100 ? 'the newest 100' : String(saves.length));
    byId('saves-section').hidden = saves.length === 0;
  }

  /** @param {api.Saved} saved */
  make(saved) {
    const row = element('li', 'saved');
    const link = element('a', 'saved-name', saved.name);
    link.href = api.savedUrl(saved);
    const audio = element('audio', 'saved-audio');
    Object.assign(audio, {controls: true, preload: 'none', src: link.href});
    audio.setAttribute('aria-label', saved.name);
    row.append(link, element('span', 'saved-detail', `${sinceWhen(saved.time)} · ${size(saved.size)}`), audio);
    return row;
  }
}
