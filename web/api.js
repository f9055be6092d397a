/**
 * All that the page asks of the recorder.
 *
 * @typedef {{name: string, source: string, size: number, date: string, start: number,
 *   duration: number | null, ext: string, recording: boolean}} Recording
 * @typedef {{day: string, count: number, duration: number, size: number}} Day
 * @typedef {{name: string, type: string, format: string, state: string, since: number,
 *   message: string, file: string, file_start?: number, frames?: number, rate?: number,
 *   reconnects: number}} Source
 * @typedef {{version: string, time: number, active: Source[]}} Status
 */

const FIRST_PAGE = '/api/files?limit=200';

/** What went wrong, as a sentence for the person at the page. */
export class ApiError extends Error {}

/**
 * @param {string} path
 * @returns {Promise<Response>}
 */
async function get(path) {
  let response;
  try {
    response = await fetch(path, {cache: 'no-store', signal: AbortSignal.timeout(15000)});
  } catch {
    throw new ApiError('The recorder does not answer. Is it running? Trying again…');
  }
  if (response.ok) return response;
  const document = await response.json().catch(() => null);
  const reason = document?.error?.message ?? `status ${response.status}`;
  throw new ApiError(`The recorder could not answer: ${reason}. Trying again…`);
}

/** @returns {Promise<Status>} */
export async function getStatus() {
  return (await get('/api/status')).json();
}

/** @returns {Promise<Day[]>} */
export async function getDays() {
  return (await get('/api/days')).json();
}

/**
 * One page of the list, newest first.
 * @param {string} [path] as `next` of the page before told it
 * @returns {Promise<{files: Recording[], next: string | null}>}
 */
export async function getFiles(path = FIRST_PAGE) {
  const response = await get(path);
  const link = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('Link') ?? '');
  return {files: await response.json(), next: link ? link[1] : null};
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

/** @param {Recording} file */
export function downloadUrl(file) {
  return `/download/${escapePath(file.name)}`;
}
