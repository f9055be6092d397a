import {recall, remember} from './store.js';

const KEY = 'volume';

/** Who makes one player softer finds all of them so, those to come as well. */
export function keepVolume() {
  const apply = (/** @type {HTMLAudioElement} */ audio) => Object.assign(audio, recall(KEY) ?? {});
  // Neither event bubbles; both are seen on their way down.
  document.addEventListener('loadstart', ({target}) => apply(/** @type {HTMLAudioElement} */ (target)), true);
  document.addEventListener('volumechange', ({target}) => {
    const {volume, muted} = /** @type {HTMLAudioElement} */ (target);
    remember(KEY, {volume, muted});
    document.querySelectorAll('audio').forEach(apply);
  }, true);
}
