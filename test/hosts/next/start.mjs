// The app by a custom server.

import http from 'node:http';
import { fileURLToPath } from 'node:url';
import next from 'next';

export async function start(createServer = http.createServer) {
  const app = next({ dev: false, dir: fileURLToPath(new URL('.', import.meta.url)) });
  await app.prepare();
  const answer = app.getRequestHandler();
  const server = createServer((req, res) => void answer(req, res));
  server.on('upgrade', app.getUpgradeHandler());
  server.on('close', () => app.close());
  return server.listen(0, '127.0.0.1');
}
