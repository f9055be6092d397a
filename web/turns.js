/** Work that is let in a few at a time, in the order in which it came. */
export class Turns {
  /** @param {number} most at once */
  constructor(most) {
    this.free = most;
    /** @type {(() => void)[]} */
    this.waiting = [];
  }

  /**
   * @template Result
   * @param {() => Promise<Result>} work
   * @returns {Promise<Result>}
   */
  async take(work) {
    if (this.free > 0) --this.free;
    else await new Promise((resolve) => this.waiting.push(() => resolve(null)));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else ++this.free;
    }
  }
}
