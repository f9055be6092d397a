import {byId, element, setText} from './dom.js';
import {counted} from './format.js';
import {recall, remember} from './store.js';

/** @typedef {import('./listing.js').Filter} Filter */

const KEY = 'filter';
const FIELDS = /** @type {(keyof Filter)[]} */ (['text', 'source', 'from', 'to', 'starred']);

/** The fields of the filter: what stands there is in force at once, and remembered over a reload. */
export class FilterControls {
  /** @param {(filter: Filter) => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
    this.form = /** @type {HTMLFormElement} */ (byId('filter'));
    this.sources = /** @type {HTMLSelectElement} */ (byId('filter-source'));
    this.count = byId('filter-count');
    const stored = recall(KEY) ?? {};
    if (stored.source) this.offer([stored.source]);
    for (const name of FIELDS) this.field(name).value = stored[name] ?? '';
    this.form.addEventListener('input', () => this.apply());
    this.form.addEventListener('submit', (event) => event.preventDefault());
    for (const id of ['filter-clear', 'no-match-clear']) byId(id).addEventListener('click', () => this.clear());
  }

  /** @param {keyof Filter} name @returns {HTMLInputElement | HTMLSelectElement} */
  field(name) {
    return /** @type {HTMLInputElement} */ (byId(`filter-${name}`));
  }

  /** @returns {Filter} */
  get filter() {
    return {
      text: this.field('text').value.trim(),
      source: this.field('source').value,
      from: this.field('from').value,
      to: this.field('to').value,
      starred: this.field('starred').value,
    };
  }

  get isActive() {
    return Object.values(this.filter).some((value) => value !== '');
  }

  apply() {
    remember(KEY, this.filter);
    this.onChange(this.filter);
  }

  clear() {
    for (const name of FIELDS) this.field(name).value = '';
    this.field('text').focus();
    this.apply();
  }

  /** @param {string[]} names of sources that can be chosen, besides those that are there */
  offer(names) {
    const known = [...this.sources.options].map(({value}) => value);
    for (const name of names.filter((each) => !known.includes(each))) {
      const option = element('option', '', name);
      option.value = name;
      this.sources.append(option);
    }
  }

  /** @param {import('./listing.js').Extent} extent */
  show({shown, total}) {
    byId('filter-clear').hidden = !this.isActive;
    setText(this.count, this.isActive ? `${shown} of ${counted(total, 'recording')} shown`
      : counted(total, 'recording'));
  }
}
