/** @type {WeakMap<Element, (isSeen: boolean) => void>} */
const watchers = new WeakMap();

// What comes into view within the next half screen is prepared.
const observer = new IntersectionObserver((entries) => {
  for (const entry of entries) watchers.get(entry.target)?.(entry.isIntersecting);
}, {rootMargin: '50% 0px'});

/**
 * Tells when an element comes into view or leaves it.
 * @param {Element} target
 * @param {(isSeen: boolean) => void} onChange
 */
export function watchSeen(target, onChange) {
  watchers.set(target, onChange);
  observer.observe(target);
}
