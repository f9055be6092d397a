/**
 * What the address of the page tells after its '#': "#day=2026-11-21" or "#file=one.wav&t=12.5".
 * @typedef {{day: string, file: string, t: number}} Place '' where it tells no day or file
 */

/** @returns {Place} */
export function readPlace() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const t = Number(hash.get('t'));
  return {day: hash.get('day') ?? '', file: hash.get('file') ?? '', t: t > 0 ? t : 0};
}

/** @param {Partial<Place>} place @returns {string} */
export function hashOf({day = '', file = '', t = 0}) {
  const hash = new URLSearchParams();
  if (day) hash.set('day', day);
  if (file) hash.set('file', file);
  if (file && t > 0) hash.set('t', t.toFixed(1));
  return hash.size > 0 ? `#${hash}` : '';
}

/** @param {Partial<Place>} place as the address tells it from now on, without another entry in the history */
export function writePlace(place) {
  history.replaceState(null, '', location.pathname + hashOf(place));
}
