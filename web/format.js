/** Numbers and times as people read them. */

const DAY = new Intl.DateTimeFormat('en', {
  weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC',
});

/**
 * The clock on the wall where it was recorded.
 * @param {string} date "2026-11-21T14:00:00+01:00"
 */
export function timeOfDay(date) {
  return date.slice(11, 19);
}

/** @param {string} date @returns {string} "2026-11-21" */
export function dayOf(date) {
  return date.slice(0, 10);
}

/** @param {string} day "2026-11-21" */
export function dayTitle(day) {
  return DAY.format(new Date(`${day}T00:00:00Z`));
}

/** @param {number} seconds @returns {string} "59:30" or "1:00:00" */
export function duration(seconds) {
  const whole = Math.round(seconds);
  const pad = (/** @type {number} */ value) => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

/** @param {number} seconds @returns {string} "1:05.25": to the millisecond */
export function exactTime(seconds) {
  const ms = Math.round(seconds * 1000);
  const fraction = ms % 1000 === 0 ? '' : `.${String(ms % 1000).padStart(3, '0')}`.replace(/0+$/, '');
  return duration(Math.floor(ms / 1000)) + fraction;
}

/**
 * "1:05.25", "1:02:03", or seconds alone.
 * @param {string} text
 * @returns {number | null} seconds; null: it is no time
 */
export function parseTime(text) {
  const parts = /^(?:(?:(\d+):)?(\d+):)?(\d+(?:[.,]\d*)?)$/.exec(text.trim());
  if (!parts) return null;
  const [hours, minutes] = [Number(parts[1] ?? 0), Number(parts[2] ?? 0)];
  const seconds = Number(parts[3].replace(',', '.'));
  if ((parts[1] && minutes >= 60) || (parts[2] && seconds >= 60)) return null;
  return hours * 3600 + minutes * 60 + seconds;
}

const DATE = new Intl.DateTimeFormat('en-GB', {day: 'numeric', month: 'short'});
const TIME = new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit'});

/** Here, not where the recorder is. @param {number} time UNIX @returns {string} "14 Nov at 03:00" */
export function dayAndTime(time) {
  const date = new Date(time * 1000);
  return `${DATE.format(date)} at ${TIME.format(date)}`;
}

/** @param {number} time UNIX @returns {string} "03:00", with the day unless that is today */
export function sinceWhen(time) {
  const date = new Date(time * 1000);
  return date.toDateString() === new Date().toDateString() ? TIME.format(date) : dayAndTime(time);
}

/** @param {number} seconds @returns {string} "3 h 20 min" */
export function roughDuration(seconds) {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(minutes / 1440)} days`;
}

/** @param {number} bytes @returns {string} "12.4 MB" */
export function size(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; ++unit) value /= 1000;
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/**
 * The clock on the wall at a UNIX time, where and when `date` was.
 * @param {number} time
 * @param {string} date "2026-11-21T14:00:00+01:00"
 */
export function timeThere(time, date) {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(date) ?? ['', '+', '0', '0'];
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60 : 60);
  return new Date((time + offset) * 1000).toISOString().slice(11, 19);
}

/** @param {number} count @param {string} one @param {string} [many] */
export function counted(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}
