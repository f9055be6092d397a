/** Work that is done once more when that is asked for while it is being done. */
export class Repeated {
  /** @param {() => Promise<void>} work that tells by itself when it fails */
  constructor(work) {
    this.work = work;
    this.isAsked = false;
    /** @type {Promise<void> | null} */
    this.running = null;
  }

  /** @returns {Promise<void>} ends when nothing is left to do */
  run() {
    this.isAsked = true;
    this.running ??= this.repeat();
    return this.running;
  }

  async repeat() {
    while (this.isAsked) {
      this.isAsked = false;
      await this.work();
    }
    this.running = null;
  }
}
