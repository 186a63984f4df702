// A server with a small limiter, its status page, and a browser that looks at it.

import { chromium } from 'playwright-core';
import { createServer, reply } from 'sluice';
import { statusPage } from 'sluice/status';

export const CHROMIUM = '/usr/bin/chromium';

/** @param {number} workMs how long a handler takes, about */
export async function serve(workMs = 10) {
  const server = createServer({
    concurrency: 6,
    queue: { law: 'timed', waitMs: 150, entriesMax: 40 },
    priority: ({ target }) =>
      ({ '/critical': 'critical', '/sheddable': 'sheddable' })[target] ?? 'default',
    async fetch(request) {
      if (request.method === 'POST') await request.text();
      await new Promise((resolve) => setTimeout(resolve, workMs * (0.5 + Math.random())));
      return reply('done\n');
    },
    onError: () => undefined,
  });
  const { port } = await server.listen(0);
  const status = createServer({ fetch: statusPage({ server, title: 'shop' }) });
  const bound = await status.listen(0);
  return {
    server,
    port,
    status,
    url: `http://127.0.0.1:${bound.port}/`,
    async close() {
      await server.close({ graceMs: 0 });
      await status.close({ graceMs: 0 });
    },
  };
}

export function launch() {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}

/** What a page complained of: its console, its errors, what its policy refused, its dialogs. */
export function complaintsOf(page) {
  const complaints = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
  return complaints;
}

/** The text that the page shows for a key. */
export function shown(page, key) {
  return page.locator(`[data-t="${key}"]`).first().textContent();
}

/** All of it at one moment, so that the numbers belong together. */
export function allShown(page) {
  return page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll('[data-t]')].map((one) => [one.dataset.t, one.textContent]),
    ),
  );
}

export const numberOf = (text) => Number(text.replaceAll(',', ''));
