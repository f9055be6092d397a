import {byId, element, placeAt, setText} from './dom.js';
import {counted, duration, sinceWhen} from './format.js';
import {LevelMeter} from './level_meter.js';
import {Listening} from './listening.js';
import {SaveForm} from './save_form.js';

/** @typedef {import('./api.js').Source} Source */
/** @typedef {import('./api.js').Level} Level */
/** @typedef {import('./save_form.js').Told & {play: (file: string, seconds: number) => void}} Told */

const NOTHING = '\u00a0';  // keeps its line: what is below does not jump

/** @param {Source} source */
function gapOf({last_gap: gap}) {
  if (!gap) return '';
  return `last gap: ${(gap.end - gap.start).toFixed(1)} s at ${sinceWhen(gap.start)} (${gap.cause})`;
}

/** What it does, in a word. @param {Source} source */
function wordOf({state, memory}) {
  return memory && state === 'recording' ? 'listening' : state;
}

/** One card. */
class SourceCard {
  /** @param {string} name @param {Told} told */
  constructor(name, told) {
    this.root = element('li', 'source');
    /** What is recorded now, as far as it is known. @type {Level | null} */
    this.level = null;
    this.listening = new Listening(name, (seconds) => {
      if (this.level?.file) told.play(this.level.file, Math.max(this.level.position - seconds, 0));
      else told.announce(`${name} records nothing that could be played.`);
    }, told.announce);
    const head = element('div', 'source-head');
    this.state = element('span', 'source-state');
    head.append(element('h3', 'source-name', name), this.state);
    this.meter = new LevelMeter(name);
    this.detail = element('p', 'source-detail');
    this.title = element('p', 'source-title');
    this.length = element('p', 'source-detail', NOTHING);
    this.gap = element('p', 'source-detail');
    this.message = element('p', 'source-message');
    this.disk = element('p', 'source-message');
    this.save = new SaveForm(name, told);
    this.root.append(head, this.meter.root, this.title, this.detail, this.length, this.gap, this.message, this.disk,
      this.listening.root, this.save.root);
  }

  /** @param {Source} source */
  show(source) {
    this.state.dataset.state = source.state;
    setText(this.state, wordOf(source));
    const since = source.since > 0 ? `since ${sinceWhen(source.since)}` : '';
    const reconnects = source.reconnects > 0 ? counted(source.reconnects, 'retry', 'retries') : '';
    this.put(this.detail, [source.type, source.format, since, reconnects].filter(Boolean).join(' · '));
    this.put(this.title, source.title && `♪ ${source.title}`);
    this.put(this.gap, gapOf(source));
    this.put(this.message, source.message);
    this.put(this.disk, source.disk && `The disk does not take it: ${source.disk}.`);
    this.save.offer(source.replay_seconds);
    if (source.memory) this.put(this.length, `the last ${duration(source.memory.capacity)} in memory, not recorded`);
    else if (source.file && source.rate) this.showLength((source.frames ?? 0) / source.rate);
    else this.put(this.length, source.state === 'recording' ? NOTHING : '');
    if (source.state === 'recording') return;
    this.level = null;
    this.meter.clear();
  }

  /** @param {number} seconds of the file that grows */
  showLength(seconds) {
    this.put(this.length, `${duration(Math.floor(seconds))} in this file`);
  }

  /** @param {Level} level */
  showLevel(level) {
    if (this.state.dataset.state !== 'recording') return;  // of the audio before it ended
    this.level = level;
    this.meter.show(level);
    if (level.file) this.showLength(level.position);
  }

  /** @param {Element} line @param {string} text empty: it is not there */
  put(line, text) {
    setText(line, text);
    /** @type {HTMLElement} */ (line).hidden = text === '';
  }

  lose() {
    this.state.dataset.state = 'unknown';
    setText(this.state, 'unknown');
    this.meter.clear();
  }
}

/** What each source is doing. Changes of state are announced; what merely counts up is not. */
export class Sources {
  /**
   * @param {HTMLElement} root a list
   * @param {Told} told
   */
  constructor(root, told) {
    this.root = root;
    this.announce = (/** @type {string} */ text) => {
      if (text) told.announce(text);
    };
    this.told = {...told, announce: this.announce};
    /** @type {Map<string, SourceCard>} */
    this.cards = new Map();
    /** @type {Map<string, string>} */
    this.states = new Map();
  }

  /** @param {Source[]} sources all that there are */
  show(sources) {
    const names = new Set(sources.map((source) => source.name));
    for (const name of this.cards.keys()) {
      if (!names.has(name)) this.remove(name);
    }
    byId('no-sources').hidden = sources.length > 0;
    sources.forEach((source, index) => placeAt(this.root, this.cardFor(source.name).root, index));
    this.announce(sources.map((source) => this.take(source)).filter(Boolean).join(', '));
    this.count();
  }

  /** @param {Source} source one of them, as it is now */
  update(source) {
    this.announce(this.take(source));
    this.count();
  }

  /** @param {Source} source @returns {string} what is to be announced; empty: nothing */
  take(source) {
    this.cardFor(source.name).show(source);
    const before = this.states.get(source.name);
    const state = wordOf(source);
    this.states.set(source.name, state);
    return before && before !== state ? `${source.name}: ${state}` : '';
  }

  /** @param {string} name */
  remove(name) {
    this.cards.get(name)?.listening.remove();
    this.cards.get(name)?.root.remove();
    this.cards.delete(name);
    this.states.delete(name);
    this.count();
  }

  /** @param {Level} level */
  showLevel(level) {
    this.cards.get(level.source)?.showLevel(level);
  }

  get names() {
    return [...this.cards.keys()];
  }

  /** Says how many record, on the page and on its tab. */
  count() {
    const recording = [...this.states.values()].filter((state) => state === 'recording').length;
    const badge = byId('rec');
    setText(badge, recording > 1 ? `REC ${recording}` : 'REC');
    badge.title = recording === 1 ? 'One source records' : `${recording} sources record`;
    badge.hidden = recording === 0;
    document.title = `${recording > 0 ? '● ' : ''}Recordings · isr`;
  }

  /** Nobody tells any more what the sources do. */
  lose() {
    for (const card of this.cards.values()) card.lose();
    this.states.clear();
    this.count();
  }

  /** @param {string} name */
  cardFor(name) {
    let card = this.cards.get(name);
    if (!card) {
      card = new SourceCard(name, this.told);
      this.cards.set(name, card);
      this.root.append(card.root);
    }
    return card;
  }
}
