// Real Chromium with the fixture's own page in it: what the page shows, and what the browser complains about.

import { chromium } from 'playwright-core';
import { commandOf } from './tools.mjs';

const LIMIT = 10000;

export async function withBrowser(work) {
  // Without its sandbox, which root can't have.
  const browser = await chromium.launch({ executablePath: commandOf('chromium'), args: ['--no-sandbox'] });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

export class DeskPage {
  constructor(page) {
    this.page = page;
    this.complaints = [];
    page.setDefaultTimeout(LIMIT);
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  // Loads the page and logs in as a person would.
  static async open(browser, url, { id, name, role }) {
    const desk = new DeskPage(await browser.newPage());
    const { page } = desk;
    await page.goto(url);
    await page.getByLabel('User id').fill(String(id));
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Role').selectOption(role);
    await page.getByRole('button', { name: 'Connect' }).click();
    return desk;
  }

  state() { return this.page.locator('#state').textContent(); }

  online() { return this.page.locator('#state', { hasText: 'online' }).waitFor(); }

  // With the page's own connection.
  openTicket(id) { return this.page.evaluate(async (ticket) => (await import('/src/live.js')).openTicket(ticket), id); }

  // The lines of its list, one an event.
  shown() { return this.page.locator('#events li').allTextContents(); }

  close() { return this.page.close(); }

  screenshot(path) { return this.page.screenshot({ path, fullPage: true }); }
}
