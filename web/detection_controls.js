import {byId} from './dom.js';

/** @typedef {import('./detection.js').Detection} Detection */
/** @typedef {import('./detection.js').Asked} Asked */

/** The fields for margin and grace: what is typed there is in force at once, and empty means as the recorder is set. */
export class DetectionControls {
  /** @param {Detection} detection */
  constructor(detection) {
    this.detection = detection;
    this.connect('margin', 'margin');
    this.connect('min-gap', 'min_gap');
  }

  /**
   * @param {string} id
   * @param {keyof Asked} key
   */
  connect(id, key) {
    const field = /** @type {HTMLInputElement} */ (byId(id));
    const show = () => {
      const value = this.detection.asked[key] ?? this.detection.recorders[key];
      if (value !== null && document.activeElement !== field) field.value = String(value);
    };
    show();
    this.detection.addEventListener('learned', show);
    field.addEventListener('input', () => {
      if (!field.checkValidity()) return;
      const value = field.value === '' ? null : Number(field.value);
      this.detection.ask(key, value === this.detection.recorders[key] ? null : value);
    });
    field.addEventListener('blur', () => {
      field.reportValidity();
      if (field.value === '') show();
    });
  }
}
