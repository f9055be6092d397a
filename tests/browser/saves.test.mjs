// What has just happened is saved from the page, and heard there.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Visitor } from './chromium.mjs';
import { Isr, waitFor } from './isr.mjs';

let isr;
let visitor;
let page;
let saves;

before(async () => {
  saves = mkdtempSync(join(tmpdir(), 'saves-'));
  isr = await Isr.start({}, {
    desk: { type: 'test', record: 'no', replay_seconds: 5 },
    garden: { type: 'test' },
    replay: { directory: saves, template: '%(source)s/%(label|untitled)s.%(ext)s' },
  });
  await waitFor('five seconds in memory', async () => {
    const { active } = await (await fetch(`${isr.origin}/api/status`)).json();
    return active.find(({ name }) => name === 'desk')?.memory?.seconds >= 5;
  });
  visitor = await Visitor.open(isr.origin);
  page = visitor.page;
});

after(async () => {
  await visitor?.close();
  assert.equal(await isr?.stop(/garden: not saved: cannot open the folder 'garden'/), 0);
  rmSync(saves, { recursive: true });
});

const card = (name) => page.getByRole('region', { name: 'Sources' }).getByRole('listitem').filter({ hasText: name });
const saved = (name) => page.locator('#saves').getByRole('listitem').filter({ hasText: name });

test('the last seconds are saved with a label, and play', async () => {
  assert.equal(await page.getByLabel('Seconds of desk to save').inputValue(), '5');
  await card('desk').getByText('the last 0:05 in memory, not recorded').waitFor();
  await card('desk').getByText('listening', { exact: true }).waitFor();
  await page.getByText(/^REC$/).waitFor();
  await page.getByLabel('Label of what is saved of desk').fill('owl');
  await card('desk').getByRole('button', { name: 'Save last' }).click();
  await page.getByRole('status').filter({ hasText: 'desk: saved 5.0 s' }).waitFor();
  await page.getByText('Saved (1)').click();
  const audio = saved('desk/owl.wav').locator('audio');
  await audio.evaluate((element) => element.play());
  await waitFor('it to play', () => audio.evaluate((element) => element.currentTime > 0.2));
  assert.ok(Math.abs(await audio.evaluate((element) => element.duration) - 5) < 0.01);
  await visitor.photograph('saves');
});

test('so are those of a source that is recorded, from the keyboard', async () => {
  await page.getByLabel('Seconds of garden to save').fill('2');
  await page.getByLabel('Label of what is saved of garden').fill('bee');
  await page.keyboard.press('Enter');
  await saved('garden/bee.wav').waitFor();
  await page.getByText('Saved (2)').waitFor();
});

test('what cannot be saved is said', async () => {
  isr.command('pause', 'garden');
  rmSync(join(saves, 'garden'), { recursive: true });
  writeFileSync(join(saves, 'garden'), 'in the way');
  await card('garden').getByRole('button', { name: 'Save last' }).click();
  await page.getByText(/The recorder could not answer: .*garden/).waitFor();
  rmSync(join(saves, 'garden'));
  assert.deepEqual(visitor.complaints.splice(0).filter((complaint) => !/507/.test(complaint)), []);
  isr.command('resume', 'garden');
});

test('nothing is listed or sent that lies elsewhere', async () => {
  mkdirSync(join(saves, '.hidden'));
  writeFileSync(join(saves, '.hidden', 'x.wav'), 'hidden');
  writeFileSync(join(saves, 'notes.txt'), 'no sound');
  writeFileSync(join(isr.folder, 'outside.wav'), 'outside');
  symlinkSync(join(isr.folder, 'outside.wav'), join(saves, 'link.wav'));
  symlinkSync(isr.folder, join(saves, 'folder'));
  const names = (await (await fetch(`${isr.origin}/api/replay`)).json()).map(({ name }) => name);
  assert.deepEqual(names, ['desk/owl.wav']);
  for (const path of ['link.wav', 'folder/outside.wav', '.hidden/x.wav', 'notes.txt', '..%2Fisr.ini',
    '%2e%2e/outside.wav', 'desk/../../outside.wav', '%2Fetc%2Fpasswd', '']) {
    assert.equal((await fetch(`${isr.origin}/saved/${path}`)).status, 404, path);
  }
});
