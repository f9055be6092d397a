import {button, element, setText} from './dom.js';

/** @typedef {{at: number, end?: number, text: string}} ListedPlace seconds from the file's start */

/** Buttons that lead to places of a recording, under a headline that counts them. */
export class PlacesList {
  /**
   * @param {[string, string]} nouns one, many
   * @param {(seconds: number, end?: number) => void} onPick
   */
  constructor(nouns, onPick) {
    this.nouns = nouns;
    this.onPick = onPick;
    /** @type {ListedPlace[]} */
    this.places = [];
    this.root = element('div', 'places');
    this.title = element('h3', 'places-title');
    this.list = element('ol', 'chips');
    this.root.append(this.title, this.list);
    this.root.hidden = true;
  }

  /** @param {ListedPlace[]} places by time; a button stays the same element while its place keeps its number */
  show(places) {
    this.places = places;
    this.root.hidden = places.length === 0;
    setText(this.title, `${places.length} ${this.nouns[places.length === 1 ? 0 : 1]}`);
    while (this.list.children.length > places.length) this.list.lastElementChild?.remove();
    places.forEach(({text}, index) => {
      if (!this.list.children[index]) this.append(index);
      setText(this.list.children[index].children[0], text);
    });
  }

  /** @param {number} index */
  append(index) {
    const item = element('li');
    item.append(button('chip', '', () => this.onPick(this.places[index].at, this.places[index].end)));
    this.list.append(item);
  }

  /** @param {number} seconds where it plays now */
  mark(seconds) {
    this.places.forEach(({at, end = at}, index) => {
      const place = this.list.children[index].children[0];
      if (seconds >= at && seconds < end) place.setAttribute('aria-current', 'true');
      else place.removeAttribute('aria-current');
    });
  }
}
