import * as api from './api.js';
import {element} from './dom.js';

/** @typedef {{announce: (text: string) => void, notice: (text: string) => void, saved: () => void}} Told */

/** Keeps the last seconds of a source as a file. */
export class SaveForm {
  /** @param {string} source @param {Told} told */
  constructor(source, told) {
    this.source = source;
    this.told = told;
    this.root = element('form', 'source-save');
    this.button = element('button', 'tool', '● Save last');
    this.seconds = element('input');
    Object.assign(this.seconds, {type: 'number', min: '1', max: '1000000', step: 'any', required: true});
    this.seconds.setAttribute('aria-label', `Seconds of ${source} to save`);
    this.label = element('input');
    Object.assign(this.label, {type: 'text', maxLength: 200, placeholder: 'label', autocomplete: 'off'});
    this.label.setAttribute('aria-label', `Label of what is saved of ${source}`);
    this.root.append(this.button, ' ', this.seconds, ' s ', this.label);
    this.root.addEventListener('submit', (event) => {
      event.preventDefault();
      this.save();
    });
  }

  /** @param {number} seconds that are saved where nobody says */
  offer(seconds) {
    if (this.seconds.value === '') this.seconds.value = String(seconds);
  }

  async save() {
    const label = this.label.value;
    this.button.disabled = true;
    try {
      const {seconds, note} = await api.saveReplay({source: this.source, seconds: Number(this.seconds.value), label});
      this.label.value = '';
      this.told.announce(`${this.source}: saved ${note ?? `${seconds.toFixed(1)} s`}`);
      this.told.saved();
    } catch (error) {
      this.told.notice(String(error instanceof Error ? error.message : error));
    }
    this.button.disabled = false;
  }
}
