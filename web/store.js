/**
 * What this tab remembers over a reload. Where the browser stores nothing, it forgets.
 */

/**
 * @param {string} key
 * @returns {any} null: nothing
 */
export function recall(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {unknown} value
 */
export function remember(key, value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Forgotten, then.
  }
}
