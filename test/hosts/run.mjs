// The program of each process: `node [--import sluice/register] run.mjs APP [node]`. An app exports `start`, which
// makes a server as its users do, and listens on port 0. With `node` it is given createServer of `sluice/node`.

import { once } from 'node:events';
import { createServer, Server } from 'sluice/node';

const [, , app, how] = process.argv;
const { start } = await import(`./apps/${app}.mjs`);
const server = await start(how === 'node' ? createServer : undefined);
if (!server.listening) await once(server, 'listening');
process.send({ port: server.address().port, isSluice: server instanceof Server });
process.once('message', () => {
  server.close();
  server.closeIdleConnections();
  process.disconnect();
});
