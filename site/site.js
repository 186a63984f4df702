// The site of the book: "The Rust Programming Language", last chapter, where a server
// is built from a TCP listener and a pool of four workers. `/` greets, `/sleep` is the
// slow request, anything else is not found. `npm start` serves it.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { reply } from 'sluice';

const SLEEP_MS = 5_000;

// Read once, at the start: a reply with a whole body may be sent many times.
const hello = page('hello.html', 200);
const notFound = page('404.html', 404);

function page(name, status) {
  const html = readFileSync(new URL(name, import.meta.url), 'utf8');
  return reply(html, { status, headers: { 'Content-Type': 'text/html; charset=utf-8' } });
}

function fetch(request) {
  if (request.method !== 'GET' && request.method !== 'HEAD') return notFound;
  switch (pathOf(request.url)) {
    case '/':
      return hello;
    case '/sleep':
      return helloAfterSleep(request.signal);
    default:
      return notFound;
  }
}

async function helloAfterSleep(signal) {
  try {
    await sleep(SLEEP_MS, undefined, { signal });
  } catch {
    // The client left, and with it the reason to keep a worker. Nobody reads this reply.
  }
  return hello;
}

/** The path of a URL that may hold anything a client sends: `new URL` would throw at some of it. */
function pathOf(url) {
  const from = url.indexOf('/', url.indexOf('//') + 2);
  return from < 0 ? '/' : url.slice(from).split('?', 1)[0];
}

export default {
  fetch,
  // The book's four workers: a fifth `/sleep` waits for its turn, as every request does then.
  concurrency: 4,
  queue: { law: 'timed', waitMs: 60_000 },
};
