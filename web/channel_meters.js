import {element, setText} from './dom.js';

const QUIETEST = -60;        // dBFS
const HOLD = 1500;           // ms that the highest peak stays
const NAME_INTERVAL = 1000;  // ms; nobody reads faster
const INTERVAL = 100;        // ms

/** @param {number} amplitude */
const decibel = (amplitude) => Math.max(20 * Math.log10(amplitude || 1e-9), -120);

/** One channel. */
class ChannelMeter {
  /** @param {AudioContext} context @param {string} name */
  constructor(context, name) {
    this.name = name;
    this.analyser = context.createAnalyser();
    this.samples = new Float32Array(this.analyser.fftSize);
    this.root = element('div', 'channel-meter');
    this.bar = element('meter');
    Object.assign(this.bar, {min: QUIETEST, max: 0, low: QUIETEST, high: -3, value: QUIETEST});
    this.bar.setAttribute('aria-label', `Level ${name}`);
    this.text = element('span', 'channel-level');
    this.root.append(element('span', 'channel-name', name), this.bar, this.text);
    this.peak = QUIETEST;
    this.peakTime = 0;
    this.namedAt = -Infinity;
  }

  measure() {
    this.analyser.getFloatTimeDomainData(this.samples);
    let power = 0;
    let highest = 0;
    for (const sample of this.samples) {
      power += sample * sample;
      highest = Math.max(highest, Math.abs(sample));
    }
    const now = performance.now();
    const rms = decibel(Math.sqrt(power / this.samples.length));
    const peak = decibel(highest);
    if (peak >= this.peak || now - this.peakTime > HOLD) {
      this.peak = peak;
      this.peakTime = now;
    }
    this.bar.value = Math.max(rms, QUIETEST);
    if (now - this.namedAt < NAME_INTERVAL) return;
    this.namedAt = now;
    const text = rms <= QUIETEST ? 'silent' : `${Math.round(rms)} dB, peak ${Math.round(this.peak)} dB`;
    setText(this.text, text);
    this.bar.title = text;
  }
}

/** How loud the left and the right of what is heard are: RMS, and the highest peak for a moment. */
export class ChannelMeters {
  constructor() {
    this.root = element('div', 'channel-meters');
    /** @type {AudioContext | null} */
    this.context = null;
    this.timer = 0;
  }

  /** @param {MediaStream} stream */
  start(stream) {
    this.stop();
    const context = new AudioContext();
    this.context = context;
    const source = context.createMediaStreamSource(stream);
    const splitter = context.createChannelSplitter(2);
    source.connect(splitter);
    const meters = ['left', 'right'].map((name) => new ChannelMeter(context, name));
    meters.forEach(({analyser}, channel) => splitter.connect(analyser, channel));
    this.root.replaceChildren(...meters.map(({root}) => root));
    this.timer = setInterval(() => meters.forEach((meter) => meter.measure()), INTERVAL);
  }

  stop() {
    clearInterval(this.timer);
    this.context?.close();
    this.context = null;
    this.root.replaceChildren();
  }
}
