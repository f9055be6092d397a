/**
 * How levels and what stands out of them look, on every canvas of the page.
 *
 * @typedef {import('./picture.js').Sheet} Sheet
 * @typedef {import('./api.js').Analysis} Analysis
 */

const QUIETEST = -72;   // dBFS at the lower edge
const MARK_HEIGHT = 4;  // CSS pixels

/**
 * A bar along the upper edge besides the colour, so that a section is seen without it too.
 * @param {Sheet} sheet
 * @param {number} left
 * @param {number} right
 * @param {{top?: number, bottom?: number}} [lane]
 */
export function paintSection({context, height, colour}, left, right, {top = 0, bottom = height} = {}) {
  const width = Math.max(right - left, 2);
  context.fillStyle = colour('mark-ground');
  context.fillRect(left, top, width, bottom - top);
  context.fillStyle = colour('mark');
  context.fillRect(left, top, width, MARK_HEIGHT);
}

/**
 * What is missing: hatched.
 * @param {Sheet} sheet
 * @param {number} left
 * @param {number} right
 * @param {{top?: number, bottom?: number}} [lane]
 */
export function paintGap({context, height, colour}, left, right, {top = 0, bottom = height} = {}) {
  const width = Math.max(right - left, 3);
  context.save();
  context.beginPath();
  context.rect(left, top, width, bottom - top);
  context.fillStyle = colour('surface');
  context.fill();
  context.clip();
  context.strokeStyle = colour('recording');
  context.beginPath();
  for (let x = left - (bottom - top); x < left + width; x += 5) {
    context.moveTo(x, bottom);
    context.lineTo(x + bottom - top, top);
  }
  context.stroke();
  context.restore();
}

/**
 * The levels of [from, to) seconds of a recording, its sections and its gaps.
 * @param {Sheet} sheet
 * @param {Analysis} analysis
 */
export function paintLevels(sheet, analysis) {
  const {context, width, height, colour} = sheet;
  const {from, to, rms_display: levels} = analysis;
  const x = (/** @type {number} */ seconds) => ((seconds - from) / Math.max(to - from, 1e-3)) * width;
  for (const {start, end} of analysis.sections) {
    if (end >= from && start <= to) paintSection(sheet, x(start), x(end));
  }
  context.fillStyle = colour('level');
  const step = width / Math.max(levels.length, 1);
  const room = height - MARK_HEIGHT - 2;
  levels.forEach((level, index) => {
    if (level === null) return;
    const bar = Math.max(1, (1 - Math.max(level, QUIETEST) / QUIETEST) * room);
    context.fillRect(index * step, height - bar, Math.max(step - (step > 3 ? 1 : 0), 0.5), bar);
  });
  for (const {at} of analysis.gaps) {
    // The missing time is no part of the file: the gap is a place in it.
    if (at >= from && at <= to) paintGap(sheet, x(at) - 2, x(at) + 2);
  }
}
