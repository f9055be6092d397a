import {element, setText} from './dom.js';
import {duration, roughDuration} from './format.js';

/** @typedef {import('./api.js').Source} Source */
/** @typedef {import('./api.js').Status} Status */

/**
 * @param {Source} source
 * @param {number} now
 */
function detailOf(source, now) {
  const length = source.file && source.rate ? (source.frames ?? 0) / source.rate : 0;
  if (source.state === 'recording' && length > 0) return `${duration(length)} in this file`;
  return source.since > 0 ? `for ${roughDuration(now - source.since)}` : '';
}

/** One card. */
class SourceCard {
  /** @param {string} name */
  constructor(name) {
    this.root = element('li', 'source');
    const head = element('div', 'source-head');
    this.state = element('span', 'source-state');
    head.append(element('h3', 'source-name', name), this.state);
    this.detail = element('p', 'source-detail');
    this.message = element('p', 'source-message');
    this.root.append(head, this.detail, this.message);
  }

  /**
   * @param {Source} source
   * @param {number} now
   */
  show(source, now) {
    this.state.dataset.state = source.state;
    setText(this.state, source.state);
    const detail = detailOf(source, now);
    const reconnects = source.reconnects > 0 ? `${source.reconnects} × reconnected` : '';
    setText(this.detail, [source.type, source.format, detail, reconnects].filter(Boolean).join(' · '));
    setText(this.message, source.message);
    this.message.hidden = source.message === '';
  }

  lose() {
    this.state.dataset.state = 'unknown';
    setText(this.state, 'unknown');
  }
}

/** What each source is doing. Changes of state are announced; what merely counts up is not. */
export class Sources {
  /**
   * @param {HTMLElement} root a list
   * @param {(text: string) => void} announce
   */
  constructor(root, announce) {
    this.root = root;
    this.announce = announce;
    /** @type {Map<string, SourceCard>} */
    this.cards = new Map();
    /** @type {Map<string, string>} */
    this.states = new Map();
  }

  /** @param {Status} status */
  show(status) {
    const names = new Set(status.active.map((source) => source.name));
    for (const [name, card] of this.cards) {
      if (names.has(name)) continue;
      card.root.remove();
      this.cards.delete(name);
      this.states.delete(name);
    }
    const changes = [];
    for (const source of status.active) {
      this.cardFor(source.name).show(source, status.time);
      const before = this.states.get(source.name);
      if (before && before !== source.state) changes.push(`${source.name}: ${source.state}`);
      this.states.set(source.name, source.state);
    }
    if (changes.length > 0) this.announce(changes.join(', '));
  }

  /** Nobody tells any more what the sources do. */
  lose() {
    for (const card of this.cards.values()) card.lose();
    this.states.clear();
  }

  /** @param {string} name */
  cardFor(name) {
    let card = this.cards.get(name);
    if (!card) {
      card = new SourceCard(name);
      this.cards.set(name, card);
      this.root.append(card.root);
    }
    return card;
  }
}
