/**
 * All that the page asks of the recorder.
 *
 * @typedef {{name: string, source: string, size: number, date: string, start: number,
 *   duration: number | null, ext: string, recording: boolean, reviewed?: boolean, stars?: number,
 *   title?: {at: number, text: string}}} Recording `title`: in which what was searched for is
 * @typedef {{file: string, start: number, end: number, starred: boolean, label: string, note: string,
 *   version: number}} Mark seconds from the file's begin; `version` 0: it is not there
 * @typedef {{day: string, count: number, duration: number, size: number}} Day
 * @typedef {{name: string, type: string, format: string, state: string, since: number,
 *   message: string, file: string, file_start?: number, frames?: number, rate?: number,
 *   reconnects: number, title: string, disk: string, replay_seconds: number,
 *   memory?: {seconds: number, capacity: number, bytes: number, memory: number},
 *   last_gap: {start: number, end: number, cause: string} | null}} Source
 * @typedef {{source: string, time: number, rms: number, peak: number, floor: number | null,
 *   file: string, position: number}} Level `position`: seconds of the file so far
 * @typedef {{name: string, size: number, time: number}} Saved `name`: below the folder of what is saved
 * @typedef {{free: number, total: number, full_at: number | null}} Storage bytes; UNIX time
 * @typedef {{version: string, time: number, active: Source[]}} Status
 * @typedef {{start: number, end: number, score: number, prominence: number}} Section
 * @typedef {{file: string, source: string, start: number, date: string, duration: number,
 *   growing: boolean, analysed: boolean, margin: number, min_gap: number, floor: number | null,
 *   from: number, to: number, rms_display: (number | null)[], sections: Section[],
 *   gaps: {at: number, missing: number, cause: string}[],
 *   titles: {at: number, text: string}[]}} Analysis `start`: UNIX time; else seconds from there
 * @typedef {{source: string, file: string, start: number, end: number, time: number,
 *   score: number, prominence: number}} DaySection `time`: UNIX; `start`, `end`: seconds from the file's start
 * @typedef {{day: string, margin: number, min_gap: number,
 *   files: {name: string, source: string, start: number, date: string, duration: number, analysed: boolean}[],
 *   sections: DaySection[], by_score: number[],
 *   gaps: {source: string, start: number, end: number, cause: string}[]}} DayReview
 */

const PAGE_SIZE = 500;
const DAY = 86400;         // seconds
const LONGEST_CLIP = 600;  // seconds that the recorder decodes at once
const PATIENCE = 15;       // seconds
const SAVING = 3600;       // seconds that a slow disk may take for days of audio
const MEASURING = 3600;    // seconds that it may take to decode a whole recording

/** What went wrong, as a sentence for the person at the page. */
export class ApiError extends Error {
  /** @param {string} message @param {number} [status] of HTTP; 0: there was no answer */
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

/**
 * @param {string} path
 * @param {string} [method]
 * @param {number} [patience] seconds
 * @param {BodyInit} [body]
 * @returns {Promise<Response>}
 */
async function ask(path, method = 'GET', patience = PATIENCE, body = undefined) {
  let response;
  try {
    response = await fetch(path, {method, body, cache: 'no-store', signal: AbortSignal.timeout(patience * 1000)});
  } catch {
    throw new ApiError('The recorder does not answer. Is it running?');
  }
  if (response.ok) return response;
  const document = await response.json().catch(() => null);
  if (response.status === 401 || document?.error?.code === 'no-password') return logIn();
  const reason = document?.error?.message ?? `status ${response.status}`;
  throw new ApiError(`The recorder could not answer: ${reason}.`, response.status);
}

/**
 * The login is over: to the login page, and from there back to this place.
 * @returns {Promise<never>} for what waits until the page is left
 */
function logIn() {
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}${location.hash}`);
  return new Promise(() => {});
}

/**
 * What is null or '' is not asked.
 * @param {string} path
 * @param {Record<string, string | number | null>} parameters
 */
function address(path, parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== '') query.set(name, String(value));
  }
  return `${path}?${query}`;
}

/** @returns {Promise<Status>} */
export async function getStatus() {
  return (await ask('/api/status')).json();
}

/** @returns {Promise<Storage>} */
export async function getStorage() {
  return (await ask('/api/storage')).json();
}

/** @returns {Promise<Saved[]>} newest first */
export async function getSaves() {
  return (await ask('/api/replay')).json();
}

/**
 * What has just happened becomes a file; waits until that is safe.
 * @param {{source: string, seconds: number, label: string}} wanted
 * @returns {Promise<{path: string, seconds: number, note: string | null}>}
 */
export async function saveReplay(wanted) {
  const answer = await (await ask('/api/replay', 'POST', SAVING, JSON.stringify(wanted))).json();
  return answer.saves[0];
}

/** @param {Saved} saved */
export function savedUrl(saved) {
  return `/saved/${escapePath(saved.name)}`;
}

/** What happens, as it happens. @param {number} levels a second of each source */
export function eventsUrl(levels) {
  return address('/api/events', {levels});
}

/**
 * Listens to a source by WebRTC.
 * @param {string} source
 * @param {string} offer SDP
 * @returns {Promise<{sdp: string, location: string}>} the answer, and what ends it
 */
export async function startListening(source, offer) {
  const response = await ask(`/whep/${encodeURIComponent(source)}`, 'POST', PATIENCE,
    new Blob([offer], {type: 'application/sdp'}));
  return {sdp: await response.text(), location: response.headers.get('Location') ?? ''};
}

/** @param {string} location of what startListening began */
export async function stopListening(location) {
  await ask(location, 'DELETE');
}

/** @returns {Promise<{version: string, margin: number, min_gap: number, login: boolean}>} */
export async function getConfig() {
  return (await ask('/api/config')).json();
}

/** @returns {Promise<Day[]>} */
export async function getDays() {
  return (await ask('/api/days')).json();
}

/**
 * One page of the list, newest first.
 * @param {string} path
 * @returns {Promise<{files: Recording[], next: string | null}>}
 */
export async function getFiles(path) {
  const response = await ask(path);
  const link = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('Link') ?? '');
  return {files: await response.json(), next: link ? link[1] : null};
}

/**
 * UNIX times that surely enclose these local days, wherever on Earth that was.
 * @param {string} first "2026-11-21", or '' for no limit
 * @param {string} last likewise
 */
function timesOf(first, last) {
  return {
    from: first && Date.parse(`${first}T00:00:00+14:00`) / 1000,
    to: last && Date.parse(`${last}T00:00:00-12:00`) / 1000 + DAY,
  };
}

/**
 * Where to read what matches; more than that at the edges of the days.
 * @param {{text: string, source: string, from: string, to: string, starred: string}} filter
 * @returns {string | null}
 */
export function searchAddress({text, source, from, to, starred}) {
  return address('/api/files', {q: text, source, starred, ...timesOf(from, to), limit: PAGE_SIZE});
}

/**
 * Those that began on a local day, newest first.
 * @param {string} day
 */
export async function getFilesOfDay(day) {
  /** @type {Recording[]} */
  const found = [];
  /** @type {string | null} */
  let next = address('/api/files', {day, limit: PAGE_SIZE});
  while (next !== null) {
    const page = await getFiles(next);
    found.push(...page.files);
    next = page.next;
  }
  return found;
}

/** @param {string} name @returns {Promise<Recording | undefined>} */
export async function findFile(name) {
  /** @type {string | null} */
  let next = address('/api/files', {q: name, limit: PAGE_SIZE});
  while (next !== null) {
    const page = await getFiles(next);
    const file = page.files.find((each) => each.name === name);
    if (file) return file;
    next = page.next;
  }
  return undefined;
}

/** For good. @param {string} name */
export async function deleteFile(name) {
  const response = await ask(`/api/files/${escapePath(name)}`, 'DELETE');
  await response.text();  // Chromium takes an answer that nobody reads for one that was given up
}

/**
 * @param {{file: string} | {day: string}} where
 * @returns {Promise<Mark[]>}
 */
export async function getMarks(where) {
  return (await ask(address('/api/marks', where))).json();
}

/**
 * @param {{file: string, start: number, end: number}} stretch
 * @param {{starred?: boolean, label?: string, note?: string, version?: number}} change what is not named stays
 * @returns {Promise<Mark>}
 */
export async function putMark({file, start, end}, change) {
  const where = address(`/api/marks/${escapePath(file)}`, {start, end});
  return (await ask(where, 'PUT', PATIENCE, JSON.stringify(change))).json();
}

/** @param {string} name @param {boolean} reviewed */
export async function setReviewed(name, reviewed) {
  await (await ask(`/api/reviewed/${escapePath(name)}`, reviewed ? 'PUT' : 'DELETE')).text();
}

/**
 * What somebody brought is measured when it is asked for first, which may take minutes.
 * @param {string} name
 * @param {{margin: number | null, min_gap: number | null, points?: number, from?: number, to?: number}} options
 * @returns {Promise<Analysis>}
 */
export async function getAnalysis(name, options) {
  return (await ask(address('/api/analyze', {file: name, ...options}), 'GET', MEASURING)).json();
}

/**
 * @param {string} day
 * @param {{margin: number | null, min_gap: number | null}} asked
 * @returns {Promise<DayReview>}
 */
export async function getHighlights(day, asked) {
  return (await ask(address('/api/highlights', {day, ...asked}))).json();
}

/**
 * Where to hear a piece of a recording.
 * @param {string} file
 * @param {number} start seconds
 * @param {number} end
 * @param {number} pre seconds that come before, where there are any
 */
export function clipUrl(file, start, end, pre) {
  return address('/api/clip', {file, start, end: Math.min(end, start + LONGEST_CLIP - pre), pre});
}

/**
 * Where a piece of a recording is as a file of its own.
 * @param {string} file
 * @param {number} start seconds
 * @param {number} end
 */
export function cutUrl(file, start, end) {
  return address('/api/cut', {file, start, end});
}

/** @param {string} name */
function escapePath(name) {
  return name.split('/').map(encodeURIComponent).join('/');
}

/**
 * Where to play a recording. One that still grows is played as far as it goes now: a player that
 * finds another size at each request gives up.
 * @param {Recording} file
 */
export function streamUrl(file) {
  const url = `/stream/${escapePath(file.name)}`;
  return file.recording && file.size > 0 ? `${url}?upto=${file.size}` : url;
}

/** Fails, with the reason, where a download would. @param {string} url */
export async function checkDownload(url) {
  const response = await fetch(url, {method: 'HEAD', cache: 'no-store'}).catch(() => null);
  // The answer to HEAD has no text.
  if (!response?.ok) await (await ask(url)).body?.cancel();
}

/** @param {Recording} file */
export function downloadUrl(file) {
  return `/download/${escapePath(file.name)}`;
}
