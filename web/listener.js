import {startListening, stopListening} from './api.js';

const CHECK = 1000;       // ms between two looks at the connection
const SILENT_CHECKS = 3;  // without a packet; then it is lost
const FIRST_DELAY = 1000; // ms before a new try; doubles
const LAST_DELAY = 30000; // ms

/** @typedef {{codec: string, bitrate: number, delay: number}} Quality kb/s; ms that the browser buffers */

/** Without it a browser plays two channels as one. @param {string} sdp */
function askForStereo(sdp) {
  const type = /a=rtpmap:(\d+) opus\/48000\/2/i.exec(sdp)?.[1];
  return type ? sdp.replace(new RegExp(`(a=fmtp:${type} [^\r]*)`), '$1;stereo=1') : sdp;
}

/**
 * Hears a source now, and connects again by itself. Tells `change` when its state is another or its quality
 * is measured: 'off', 'connecting', 'live', or 'waiting' (`trouble` says why).
 */
export class Listener extends EventTarget {
  /** @param {string} source */
  constructor(source) {
    super();
    this.source = source;
    this.state = 'off';
    this.trouble = '';
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {Quality | null} */
    this.quality = null;
    /** @type {RTCPeerConnection | null} */
    this.connection = null;
    this.location = '';
    this.delay = FIRST_DELAY;
    this.timer = 0;
  }

  start() {
    this.stop();
    this.delay = FIRST_DELAY;
    this.connect();
  }

  stop() {
    this.drop();
    this.enter('off');
  }

  /** @param {string} state @param {string} [trouble] */
  enter(state, trouble = '') {
    this.state = state;
    this.trouble = trouble;
    this.dispatchEvent(new Event('change'));
  }

  drop() {
    clearTimeout(this.timer);
    const {connection, location} = this;
    this.connection = null;
    this.stream = null;
    this.quality = null;
    this.location = '';
    if (!connection) return;
    // A connection that closes first ends the session by itself.
    if (location) stopListening(location).catch(() => {}).finally(() => connection.close());
    else connection.close();
  }

  async connect() {
    this.enter('connecting');
    const connection = new RTCPeerConnection();
    this.connection = connection;
    connection.addTransceiver('audio', {direction: 'recvonly'});
    connection.addEventListener('track', ({track}) => {
      if (connection !== this.connection) return;
      this.stream = new MediaStream([track]);
    });
    connection.addEventListener('connectionstatechange', () => {
      if (connection !== this.connection) return;
      if (connection.connectionState === 'connected') this.begin();
      if (connection.connectionState === 'failed') this.lose('The connection is lost.');
    });
    try {
      const {sdp = ''} = await connection.createOffer();
      const offer = askForStereo(sdp);
      await connection.setLocalDescription({type: 'offer', sdp: offer});
      const answer = await startListening(this.source, offer);
      if (connection !== this.connection) {
        stopListening(answer.location).catch(() => {});
        return;
      }
      this.location = answer.location;
      this.timer = setTimeout(() => this.lose('No connection comes about.'), LAST_DELAY / 2);
      await connection.setRemoteDescription({type: 'answer', sdp: answer.sdp});
    } catch (error) {
      if (connection === this.connection) this.lose(error instanceof Error ? error.message : String(error));
    }
  }

  begin() {
    clearTimeout(this.timer);
    this.delay = FIRST_DELAY;
    this.enter('live');
    this.watch({time: performance.now(), bytes: 0, packets: 0, delay: 0, played: 0}, 0);
  }

  /**
   * A connection whose other side is gone says so after many seconds; packets tell at once.
   * @param {{time: number, bytes: number, packets: number, delay: number, played: number}} before
   * @param {number} silent checks without a packet
   */
  watch(before, silent) {
    const {connection} = this;
    this.timer = setTimeout(async () => {
      const report = await connection?.getStats();
      if (!report || connection !== this.connection) return;
      let now = before;
      let codec = '';
      for (const one of report.values()) {
        if (one.type !== 'inbound-rtp') continue;
        codec = report.get(one.codecId)?.mimeType?.replace('audio/', '') ?? '';
        now = {time: performance.now(), bytes: one.bytesReceived, packets: one.packetsReceived,
          delay: one.jitterBufferDelay, played: one.jitterBufferEmittedCount};
      }
      const played = now.played - before.played;
      this.quality = {codec, bitrate: 8 * (now.bytes - before.bytes) / Math.max(now.time - before.time, 1),
        delay: played > 0 ? 1000 * (now.delay - before.delay) / played : 0};
      this.dispatchEvent(new Event('change'));
      const quiet = now.packets === before.packets ? silent + 1 : 0;
      if (quiet >= SILENT_CHECKS) this.lose('Nothing comes any more.');
      else this.watch(now, quiet);
    }, CHECK);
  }

  /** @param {string} why */
  lose(why) {
    this.location = '';  // the recorder finds out by itself, or has before us
    this.drop();
    this.enter('waiting', why);
    this.timer = setTimeout(() => this.connect(), this.delay);
    this.delay = Math.min(2 * this.delay, LAST_DELAY);
  }
}
