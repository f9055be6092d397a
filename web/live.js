import {eventsUrl, getConfig} from './api.js';

/** @typedef {import('./api.js').Level} Level */
/** @typedef {import('./api.js').Recording} Recording */
/** @typedef {import('./api.js').Source} Source */
/**
 * Who is told what happens. `begin`: from here on all is told; what was before is to be read. `lost`:
 * nothing is told any more.
 * @typedef {{begin: () => void, lost: () => void, source: (source: Source) => void,
 *   sourceRemoved: (name: string) => void, level: (level: Level) => void,
 *   file: (change: string, file: Recording) => void}} Listener
 */

const RETRY = 2000;  // ms

/** How many levels a second are drawn. */
const LEVELS = matchMedia('(prefers-reduced-motion: reduce)').matches ? 1 : 10;

/**
 * What happens, as the recorder tells it. Only while somebody looks at the page: a browser opens six
 * connections to a recorder, and each hidden tab would keep one.
 */
export class Live {
  /** @param {Listener} listener */
  constructor(listener) {
    this.listener = listener;
    /** @type {EventSource | null} */
    this.stream = null;
    this.timer = 0;
  }

  start() {
    document.addEventListener('visibilitychange', () => this.follow());
    addEventListener('pagehide', () => this.close());
    addEventListener('pageshow', () => this.follow());
    this.follow();
  }

  follow() {
    if (document.hidden) this.close();
    else if (!this.stream) this.open();
  }

  open() {
    this.close();
    const stream = new EventSource(eventsUrl(LEVELS));
    this.stream = stream;
    const on = (/** @type {string} */ name, /** @type {(data: any) => void} */ tell) => {
      stream.addEventListener(name, ({data}) => tell(JSON.parse(data)));
    };
    const {listener} = this;
    on('hello', () => listener.begin());
    on('resync', () => listener.begin());
    on('source', (source) => listener.source(source));
    on('source-removed', ({name}) => listener.sourceRemoved(name));
    on('file', ({change, file}) => listener.file(change, file));
    on('level', (level) => listener.level(level));
    stream.onerror = () => {
      this.close();
      this.timer = setTimeout(() => this.follow(), RETRY);
      listener.lost();
      // A stream does not say why it ends; a request leads to the login when that is over.
      getConfig().catch(() => {});
    };
  }

  close() {
    clearTimeout(this.timer);
    this.stream?.close();
    this.stream = null;
  }
}
