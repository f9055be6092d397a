import {element} from './dom.js';

/** @type {WeakMap<Element, Picture>} */
const pictures = new WeakMap();

const sizes = new ResizeObserver((entries) => {
  for (const entry of entries) pictures.get(entry.target)?.draw();
});

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const canvas of document.querySelectorAll('canvas')) pictures.get(canvas)?.draw();
});

/**
 * What a painter gets: the canvas in CSS pixels, and the colours of the page by their names in app.css.
 * @typedef {{context: CanvasRenderingContext2D, width: number, height: number,
 *   colour: (name: string) => string}} Sheet
 */

/** A canvas with a name, drawn anew when its size or the colours of the page change. */
export class Picture {
  /**
   * @param {string} className
   * @param {(sheet: Sheet) => void} paint
   */
  constructor(className, paint) {
    this.root = element('canvas', className);
    this.root.setAttribute('role', 'img');
    this.paint = paint;
    pictures.set(this.root, this);
    sizes.observe(this.root);
  }

  /** @param {string} text what it shows */
  name(text) {
    if (this.root.getAttribute('aria-label') !== text) this.root.setAttribute('aria-label', text);
  }

  draw() {
    const {clientWidth: width, clientHeight: height} = this.root;
    if (width === 0 || height === 0) return;
    const scale = devicePixelRatio;
    this.root.width = Math.round(width * scale);
    this.root.height = Math.round(height * scale);
    const context = this.root.getContext('2d');
    if (!context) return;
    context.scale(scale, scale);
    const style = getComputedStyle(this.root);
    this.paint({context, width, height, colour: (name) => style.getPropertyValue(`--${name}`)});
  }
}
