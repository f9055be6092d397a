import {Picture} from './picture.js';

/** @typedef {import('./api.js').Level} Level */
/** @typedef {import('./picture.js').Sheet} Sheet */

const QUIETEST = -72;         // dBFS at the left edge
const TICKS = [-60, -40, -20];
const HOLD = 1500;            // ms that the highest peak stays
const NAME_INTERVAL = 1000;   // ms; nobody reads faster
const LETTERS = 12;           // CSS pixels, of the scale's line

/** How loud a source is now: its level as a bar, over the noise floor, and the highest peak. */
export class LevelMeter {
  /** @param {string} title */
  constructor(title) {
    this.title = title;
    /** @type {Level | null} */
    this.level = null;
    this.peak = QUIETEST;
    this.peakTime = 0;
    this.namedAt = -Infinity;
    this.isDue = false;
    this.picture = new Picture('level-meter', (sheet) => this.paint(sheet));
    this.root = this.picture.root;
    this.root.hidden = true;  // until it turns out that there are levels
    this.clear();
  }

  /** Nothing is known of it. */
  clear() {
    this.level = null;
    this.peak = QUIETEST;
    this.picture.name(`Level of ${this.title}: none`);
    this.drawSoon();
  }

  /** @param {Level} level */
  show(level) {
    const now = performance.now();
    if (level.peak >= this.peak || now - this.peakTime > HOLD) {
      this.peak = level.peak;
      this.peakTime = now;
    }
    this.level = level;
    this.root.hidden = false;
    if (now - this.namedAt >= NAME_INTERVAL) this.name(now);
    this.drawSoon();
  }

  drawSoon() {
    if (this.isDue || this.root.hidden) return;
    this.isDue = true;
    requestAnimationFrame(() => {
      this.isDue = false;
      this.picture.draw();
    });
  }

  /** @param {number} now */
  name(now) {
    if (!this.level) return;
    const {rms, floor} = this.level;
    const background = floor === null ? '' : `, background ${Math.round(floor)} dB`;
    this.picture.name(`Level of ${this.title}: ${Math.round(rms)} dB, peak ${Math.round(this.peak)} dB${background}`);
    this.namedAt = now;
  }

  /** @param {Sheet} sheet */
  paint({context, width, height, colour}) {
    const bottom = height - LETTERS;
    const x = (/** @type {number} */ level) => (1 - Math.max(Math.min(level, 0), QUIETEST) / QUIETEST) * width;
    context.fillStyle = colour('line');
    context.fillRect(0, 0, width, bottom);
    if (this.level) {
      context.fillStyle = colour('level');
      context.fillRect(0, 0, x(this.level.rms), bottom);
      context.fillStyle = colour(this.peak > -0.1 ? 'recording' : 'text');
      context.fillRect(Math.min(x(this.peak), width - 2), 0, 2, bottom);
    }
    context.fillStyle = colour('quiet');
    context.font = `${LETTERS - 2}px system-ui, sans-serif`;
    context.textAlign = 'center';
    for (const tick of TICKS) {
      context.fillRect(x(tick), bottom - 3, 1, 3);
      context.fillText(String(tick), x(tick), height - 2);
    }
    context.textAlign = 'right';
    context.fillText('0 dB', width, height - 2);
    if (!this.level || this.level.floor === null) return;
    // The noise floor: a notch from above, to be told from the peak without its colour.
    const floor = x(this.level.floor);
    context.fillStyle = colour('mark');
    context.beginPath();
    context.moveTo(floor - 5, 0);
    context.lineTo(floor + 5, 0);
    context.lineTo(floor, bottom);
    context.fill();
  }
}
