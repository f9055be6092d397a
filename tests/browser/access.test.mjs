// The page from another machine, over plain HTTP: a login page, and then all of it. Unlike 127.0.0.1, an address in a
// network is no secure context, so that a browser offers the page less.

import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { after, before, test } from 'node:test';

import { Visitor } from './chromium.mjs';
import { Isr, waitFor } from './isr.mjs';
import { makeSounds } from './sounds.mjs';

const PASSWORD = 'correct horse';
const ADDRESS = Object.values(networkInterfaces()).flat()
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
const DAY = 'Wednesday, November 18, 2026';
const PLACE = '#file=one.wav&t=2.0';

const options = { skip: ADDRESS ? false : 'this machine has no address but loopback' };
let isr;
let visitor;
let page;
let origin;

before(async () => {
  if (!ADDRESS) return;
  isr = await Isr.start({}, { studio: { type: 'test' } }, (folder) => makeSounds(folder, [
    { name: 'one.wav', start: new Date('2026-11-18T10:00:00Z'), seconds: 12, tones: [] },
  ]));
  origin = isr.origin.replace('127.0.0.1', ADDRESS);
  visitor = await Visitor.open(`${origin}/${PLACE}`);
  page = visitor.page;
});

after(async () => {
  await visitor?.close();
  assert.equal(isr ? await isr.stop() : 0, 0);
});

// What the visitor noted so far is all that was refused, and nothing else went wrong.
function assertOnlyRefused(...statuses) {
  for (const complaint of visitor.complaints.splice(0)) {
    assert.ok(statuses.some((status) => complaint.includes(`${status}`)), complaint);
  }
}

const passwordField = () => page.getByLabel('Password');

async function logIn(password) {
  await passwordField().fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

// The player is open where the address says.
async function assertAtPlace() {
  const audio = page.locator('.file-panel audio');
  await audio.waitFor();
  await waitFor('the player at its place', () => audio.evaluate(({ currentTime }) => currentTime === 2));
  await waitFor('the address of that place', () => page.url() === `${origin}/${PLACE}`);
}

test('without a password it says how to set one', options, async () => {
  await page.getByText('sudo isr passwd').waitFor();
  await visitor.photograph('access-closed');
  assertOnlyRefused(403);
});

test('then it asks for the password', options, async () => {
  isr.setPassword(PASSWORD);
  await page.reload();
  assert.ok(page.url().startsWith(`${origin}/login`), page.url());
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'password');
  await visitor.photograph('access-login');
  await logIn('wrong horse');
  await page.getByRole('alert').getByText('not the password').waitFor();
  await visitor.photograph('access-wrong');
  assertOnlyRefused(403);
});

test('the right one leads to the place that was wanted, and the page works', options, async () => {
  await logIn(PASSWORD);
  await assertAtPlace();
  assert.equal(await page.evaluate(() => isSecureContext), false);
  const audio = page.locator('.file-panel audio');
  await audio.evaluate((element) => element.play());
  await waitFor('the player to advance', () => audio.evaluate(({ currentTime }) => currentTime > 2.3));
  // Where it stops is its place from then on, be it the end.
  await audio.evaluate((element) => { element.pause(); element.currentTime = 2; });
  await assertAtPlace();
  await visitor.photograph('access-inside');
  assertOnlyRefused();
});

test('when the login is over the page asks for it, and comes back to its place', options, async () => {
  await page.reload();
  await assertAtPlace();
  isr.setPassword('another horse');
  await passwordField().waitFor();
  await logIn('another horse');
  await assertAtPlace();
  assertOnlyRefused(401);
});

test('a logout leads to the login page, and the way back is closed', options, async () => {
  await page.getByRole('button', { name: 'Log out' }).click();
  await passwordField().waitFor();
  await page.goto(origin);
  await passwordField().waitFor();
});

test('this machine is asked for nothing and has nothing to log out of', options, async () => {
  const config = page.waitForResponse('**/api/config');
  await page.goto(isr.origin);
  await page.getByRole('button', { name: DAY, exact: true }).waitFor();
  assert.equal((await (await config).json()).login, false);
  assert.equal(await page.getByRole('button', { name: 'Log out' }).isVisible(), false);
});
