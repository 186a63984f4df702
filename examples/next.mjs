// A Next.js app on sluice, as its custom server: copy this into the app, then next build, and node next.mjs
// The app needs no custom server with: node --import sluice/register node_modules/next/dist/bin/next start

import next from 'next';
import { createServer } from 'sluice/node';

const hostname = '127.0.0.1';
const app = next({ dev: process.env.NODE_ENV === 'development', hostname });
const answer = app.getRequestHandler();
await app.prepare();

const server = createServer((req, res) => void answer(req, res));
// Hot reloading speaks WebSocket.
server.on('upgrade', app.getUpgradeHandler());

server.listen(Number(process.env.PORT ?? 7878), hostname, () => {
  const { address, port } = server.address();
  console.log(`http://${address}:${port}/`);
});

process.once('SIGTERM', () => {
  server.close(async () => {
    await app.close();
    console.log('closed');
  });
});
