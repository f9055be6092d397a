// What the page writes and reads of times and sizes; needs no browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as format from '../../web/format.js';
import { Storage } from '../../web/storage.js';

const GB = 1e9;
const HOUR = 3600;

// What the line says when the disk will be full in `seconds`.
function storageLine(seconds, full) {
  const root = { textContent: '', hidden: true, classList: { toggle: (name, isOn) => { root.isWarning = isOn; } } };
  new Storage(root).show({ free: 5 * GB, total: 120 * GB, full_at: seconds === null ? null : full ?? Date.now() / 1000 + seconds });
  return root;
}

test('the disk is said to be full at a day and time, with a warning on the last day', () => {
  const full = new Date(Date.now() + 30 * HOUR * 1000);
  const line = storageLine(30 * HOUR, full.getTime() / 1000);
  const two = (number) => String(number).padStart(2, '0');
  const month = full.toLocaleDateString('en-GB', { month: 'short' });
  assert.equal(line.textContent,
    `5.0 GB free of 120 GB · full on ${full.getDate()} ${month} at ${two(full.getHours())}:${two(full.getMinutes())}`);
  assert.equal(line.isWarning, false);
  assert.equal(storageLine(23 * HOUR).isWarning, true);
  assert.equal(storageLine(400 * 24 * HOUR).textContent, '5.0 GB free of 120 GB · room for more than a year');
  assert.equal(storageLine(null).textContent, '5.0 GB free of 120 GB');
});

test('times are read as they are written', () => {
  for (const seconds of [0, 0.5, 59.999, 60, 61.25, 3599.5, 3600, 36000.001, 86399]) {
    assert.equal(format.parseTime(format.exactTime(seconds)), seconds, format.exactTime(seconds));
  }
  assert.deepEqual(['65', ' 1:05,5 ', '1:5', '90:00'].map(format.parseTime), [65, 65.5, 65, 5400]);
  for (const text of ['', ' ', 'abc', '1:60', '1:60:00', '-1:00', '1:00:60', '1:2:3:4', '1e3', '∞']) {
    assert.equal(format.parseTime(text), null, text);
  }
});

test('sizes have three figures', () => {
  assert.deepEqual([0, 999, 1000, 99949, 99950, 999499, 999500, 1e12].map(format.size),
    ['0 B', '999 B', '1.0 kB', '99.9 kB', '100 kB', '999 kB', '1.0 MB', '1.0 TB']);
});

test('the time of day is that of the place of the recording', () => {
  assert.equal(format.timeThere(0, '1970-01-01T05:30:00+05:30'), '05:30:00');
  assert.equal(format.timeThere(0, '1969-12-31T16:00:00-08:00'), '16:00:00');
});
