import {byId} from './dom.js';
import {recall, remember} from './store.js';

const KEY = 'single-keys';
const TAKES_KEYS = 'input, select, textarea, dialog';
const PLAYER_KEYS = [' ', 'ArrowLeft', 'ArrowRight'];

/** Single keys for what is done often. They can be turned off, for those who speak to their computer. */
export class Keys {
  /**
   * @param {Record<string, () => void>} actions by KeyboardEvent.key, in lower case
   */
  constructor(actions) {
    this.dialog = /** @type {HTMLDialogElement} */ (byId('keys'));
    this.isOn = /** @type {HTMLInputElement} */ (byId('keys-on'));
    this.actions = actions;
    this.isOn.checked = recall(KEY) ?? true;
    this.isOn.addEventListener('change', () => remember(KEY, this.isOn.checked));
    byId('keys-show').addEventListener('click', () => this.dialog.showModal());
    document.addEventListener('keydown', (event) => this.handle(event));
  }

  /** @param {KeyboardEvent} event */
  handle(event) {
    const target = /** @type {Element} */ (event.target);
    if (!this.isOn.checked || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (target.closest(TAKES_KEYS)) return;
    if (PLAYER_KEYS.includes(event.key) && target.closest('audio')) return;
    // Whatever has the focus answers the space bar itself.
    if (event.key === ' ' && target.closest('button, a, summary')) return;
    if (event.key === '?') {
      this.dialog.showModal();
    } else {
      const action = this.actions[event.key.toLowerCase()];
      if (!action) return;
      action();
    }
    event.preventDefault();
  }
}
