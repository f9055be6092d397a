import {ChannelMeters} from './channel_meters.js';
import {button, element, setText} from './dom.js';
import {Listener} from './listener.js';

const REWINDS = /** @type {[string, number][]} */ ([['−10 s', 10], ['−1 min', 60]]);
const STATES = new Map([['connecting', 'Connecting…'], ['live', 'Live'], ['waiting', 'Trying again…']]);

/** The part of a source's card with which it is heard as it sounds now. */
export class Listening {
  /**
   * @param {string} source
   * @param {(seconds: number) => void} rewind plays what was recorded so many seconds ago
   * @param {(text: string) => void} announce
   */
  constructor(source, rewind, announce) {
    this.source = source;
    this.announce = announce;
    this.listener = new Listener(source);
    this.toggle = button('tool listen-button', '🎧 Listen', () => {
      if (this.listener.state === 'off') this.start();
      else this.listener.stop();
    });
    this.toggle.setAttribute('aria-label', `Listen to ${source} live`);
    this.toggle.setAttribute('aria-pressed', 'false');
    this.audio = element('audio', 'listen-audio');
    this.audio.controls = true;
    this.audio.setAttribute('aria-label', `${source} live`);
    this.meters = new ChannelMeters();
    this.status = element('p', 'source-detail listen-status');
    const rewinds = element('div', 'listen-rewinds');
    rewinds.append(...REWINDS.map(([text, seconds]) => {
      const made = button('tool', text, () => rewind(seconds));
      made.setAttribute('aria-label', `Play ${source} from ${seconds} seconds ago`);
      return made;
    }));
    this.panel = element('div', 'listen-panel');
    this.panel.append(this.audio, this.meters.root, this.status, rewinds);
    this.panel.hidden = true;
    this.root = element('div', 'listen');
    this.root.append(this.toggle, this.panel);
    this.listener.addEventListener('change', () => this.show());
    // Whoever plays something else does not want both; neither does who pauses what is now.
    this.audio.addEventListener('pause', () => {
      if (this.audio.srcObject && this.listener.state === 'live') this.listener.stop();
    });
    this.state = 'off';
  }

  start() {
    // While the click still counts as somebody's wish to hear.
    this.audio.play().catch(() => {});
    this.listener.start();
  }

  show() {
    const {state, trouble, quality, stream} = this.listener;
    if (state === 'live' && this.audio.srcObject !== stream && stream) {
      this.audio.srcObject = stream;
      this.audio.play().catch(() => {});
      this.meters.start(stream);
    } else if (state !== 'live' && this.audio.srcObject) {
      this.audio.srcObject = null;
      this.meters.stop();
    }
    const facts = quality ? [quality.codec, `${Math.round(quality.bitrate)} kb/s`,
      `${Math.round(quality.delay)} ms buffered`] : [];
    setText(this.status, [STATES.get(state) ?? '', trouble, ...facts].filter(Boolean).join(' · '));
    if (state === this.state) return;
    this.state = state;
    this.toggle.setAttribute('aria-pressed', String(state !== 'off'));
    this.panel.hidden = state === 'off';
    this.panel.dataset.state = state;
    this.announce(state === 'off' ? `${this.source}: not listening` : `${this.source}: ${STATES.get(state)} ${trouble}`.trim());
  }

  remove() {
    this.listener.stop();
  }
}
