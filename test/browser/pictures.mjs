// Takes the pictures of docs/operating.md: `npm run build && node test/browser/pictures.mjs`, after one run of
// `npm run test:browser`. A server that can do 400 requests a second gets 250, then 900, then 250 again.

import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { createServer, reply } from 'sluice';
import { statusPage } from 'sluice/status';
import { launch } from './scene.mjs';

const folder = fileURLToPath(new URL('../../docs/status/', import.meta.url));
const SECONDS = 40;
/** As many may wait for an answer at once. */
const CONNECTIONS_MAX = 600;

const server = createServer({
  concurrency: 8,
  priority: ({ target }) => (target === '/report' ? 'sheddable' : 'default'),
  async fetch(request) {
    if (request.method === 'POST') await request.text();
    // A backend that takes 20 ms.
    await new Promise((resolve) => setTimeout(resolve, 15 + Math.random() * 10));
    return reply('done\n');
  },
});
const { port } = await server.listen(0);
const status = createServer({ fetch: statusPage({ server, title: 'shop' }) });
const { port: statusPort } = await status.listen(0);
const browser = await launch();
// The browser draws beside it, and is not what is shown.
if (process.getuid?.() === 0) setPriority(-15);
mkdirSync(folder, { recursive: true });

const wide = await open({ width: 1280, height: 748 }, 'light');
const generator = openLoop(port);
for (const [name, perSecond] of [
  ['before', 250],
  ['during', 900],
  ['after', 250],
]) {
  generator.rate = perSecond;
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  await wide.screenshot({ path: `${folder}${name}.png`, animations: 'allow' });
  if (name === 'during') {
    const narrow = await open({ width: 320, height: 700 }, 'dark');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await narrow.screenshot({ path: `${folder}narrow.png` });
    await narrow.close();
  }
  console.log(
    name,
    JSON.stringify(await (await fetch(`http://127.0.0.1:${statusPort}/status.json`)).json()).slice(
      0,
      1900,
    ),
  );
}
generator.stop();
await browser.close();
await server.close({ graceMs: 0 });
await status.close({ graceMs: 0 });

async function open(viewport, colorScheme) {
  const context = await browser.newContext({ viewport, colorScheme });
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${statusPort}/`);
  return page;
}

/** Requests at a rate, whether or not there were answers, on as many connections as it takes. */
function openLoop(to) {
  const idle = [];
  let connections = 0;
  let owed = 0;
  let turn = 0;
  let last = performance.now();
  const generator = { rate: 0, stop: () => clearInterval(timer) };
  const ask = (socket) => {
    turn++;
    const target = turn % 3 === 0 ? '/report' : '/cart';
    if (turn % 4 > 0) socket.write(`GET ${target} HTTP/1.1\r\nHost: shop\r\n\r\n`);
    else socket.write(`POST ${target} HTTP/1.1\r\nHost: shop\r\nContent-Length: 5\r\n\r\nhello`);
  };
  const timer = setInterval(() => {
    const now = performance.now();
    owed = Math.min(owed + ((now - last) / 1000) * generator.rate, 100);
    last = now;
    for (; owed >= 1; owed--) {
      const socket = idle.pop();
      if (socket !== undefined) ask(socket);
      else if (connections < CONNECTIONS_MAX) dial();
    }
  }, 5);
  return generator;

  function dial() {
    connections++;
    const socket = connect(to, '127.0.0.1').setNoDelay();
    socket.on('connect', () => ask(socket));
    socket.on('data', () => idle.push(socket));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      connections--;
      const at = idle.indexOf(socket);
      if (at >= 0) idle.splice(at, 1);
    });
  }
}
