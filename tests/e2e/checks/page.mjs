// Pages in real Chromium during a day at the help desk. Beside each sits a witness, a client in Node.js of the same user in
// the same rooms: the page has to show exactly what its witness gets, without a word on the browser's console.

import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { io } from 'socket.io-client';
import { DAY } from '../scenario.mjs';
import { DeskPage } from '../support/browser.mjs';
import { play } from '../support/desk.mjs';
import { sleep, waitFor } from '../support/processes.mjs';
import { tokenFor } from './connections.mjs';

// A technician would change the numbers that the scenario looks at.
const PEOPLE = [{ id: 1, name: 'Ada', role: 'admin' }, { id: 104, name: 'Bea', role: 'billing' }, { id: 2, name: 'Cyd', role: 'customer' }];
const FOR_TECHNICIANS = ['roll_call', 'technician_recall', 'urgent_ticket'];
const TICKET = 1;

// `reference` is the scenario's trace without pages, `compare` finds another one equal to it.
export async function checkPages({ url, pm2 }, browser, { reference, compare, picture }) {
  const desks = [];
  let seen;
  const sit = async (trace, chapter) => {
    if (chapter === 'beforeTheOffice') for (const person of PEOPLE) desks.push(await sitDown(url, browser, person));
    // Nobody else looks at the ticket yet.
    if (chapter === 'tickets') await openTickets(desks);
    // The last moment at which the office is not empty without them.
    if (chapter === 'reports') seen = await readAndLeave(desks, kindsOf(reference), picture);
    return true;
  };
  try {
    compare(await play(DAY, { url, api: pm2 }, reference, sit));
  } finally {
    for (const { witness } of desks) witness.close();
  }
  return { seen };
}

function kindsOf({ clients }) {
  const kinds = new Set(Object.values(clients).flat().map(({ event }) => event));
  return [...kinds].filter((kind) => !kind.startsWith('(') && !FOR_TECHNICIANS.includes(kind)).sort();
}

async function sitDown(url, browser, person) {
  const witness = io(url, { auth: { token: await tokenFor(url, person.id, person.role, person.name) }, forceNew: true });
  const received = [];
  witness.onAny((event, ...args) => received.push([event, ...args]));
  const page = await DeskPage.open(browser, url, person);
  await page.online();
  await waitFor(`the witness of ${person.name}`, () => received.length > 0);
  return { person, page, witness, received };
}

// A witness first: it sees its page come. What the pages see of the witnesses and of each other is told apart by name.
async function openTickets(desks) {
  for (const { witness } of desks) await witness.emitWithAck('join_ticket', TICKET);
  for (const { page } of desks) await page.openTicket(TICKET);
}

// What a page shows and a witness got, without what they saw of each other.
function comparable(events) {
  const isOfThem = ([event, seen]) => event === 'ticket_viewer_joined' && PEOPLE.some(({ name }) => name === seen.name);
  return events.filter((event) => !isOfThem(event));
}

async function shownBy(page) {
  const lines = await page.shown();
  return comparable(lines.map((line) => {
    const [event, args] = line.split(/ (.*)/s);
    return [event, ...JSON.parse(args)];
  }));
}

async function readAndLeave(desks, kinds, picture) {
  const shown = [];
  for (const { person, page, received } of desks) {
    const expected = comparable(JSON.parse(JSON.stringify(received)));
    // A page may need a moment more than its witness.
    await waitFor('', async () => isDeepStrictEqual(await shownBy(page), expected), 3000).catch(() => {});
    assert.deepEqual(await shownBy(page), expected, `what ${person.name}'s page shows`);
    assert.equal(await page.state(), 'online');
    assert.deepEqual(page.complaints, [], `the console of ${person.name}'s page`);
    shown.push(...expected);
  }
  assert.deepEqual([...new Set(shown.map(([event]) => event))].sort(), kinds, 'the kinds of events that the pages show');
  await desks[0].page.screenshot(picture);
  for (const { page, witness } of desks) {
    witness.close();
    await page.close();
  }
  return `${shown.length} events of ${kinds.length} kinds in ${desks.length} pages, no console error: ${picture}`;
}

// One that is connected while something else happens, and must not notice it.
export async function checkUndisturbed({ url }, browser, happening) {
  const page = await DeskPage.open(browser, url, PEOPLE[0]);
  await page.online();
  const result = await happening();
  assert.equal(await page.state(), 'online');
  assert.deepEqual(page.complaints, [], 'the console of the page');
  assert.equal((await shownBy(page)).filter(([event]) => event === 'announcement').length, 1, 'announcements in the page');
  await page.close();
  return { seen: `${result.seen}; a page in Chromium noticed nothing` };
}

// What people saw before: the page of several workers that each own Socket.IO. One page may be lucky: all its connections
// may happen to reach the same worker.
export async function checkUnmigratedPages({ url }, browser, picture) {
  const pages = await Promise.all(PEOPLE.map((person) => DeskPage.open(browser, url, person)));
  const refused = ({ complaints }) => complaints.some((text) => /\b400\b.*\/socket\.io\//.test(text));
  await waitFor('a console to tell of a 400', () => pages.some(refused));
  await pages.find(refused).screenshot(picture);
  await sleep(1000);
  const unlucky = pages.filter(refused);
  await Promise.all(pages.map((page) => page.close()));
  return { seen: `the console of ${unlucky.length} of ${pages.length} pages tells of answers with 400: ${picture}` };
}
