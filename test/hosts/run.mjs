// The program of each process: `node [--import sluice/register] run.mjs APP [node]`. An app exports `start`, which
// makes a server as its users do, and listens on port 0. With `node` it is given createServer and `https` of
// `sluice/node`.

import { once } from 'node:events';
import { createServer, https, Server } from 'sluice/node';

const [, , app, how] = process.argv;
const { start } = await import(`./apps/${app}.mjs`);
const server = await (how === 'node' ? start(createServer, https) : start());
if (!server.listening) await once(server, 'listening');
const isSluice = server instanceof Server || server instanceof https.Server;
process.send({ port: server.address().port, isSluice });
process.once('message', () => {
  server.close();
  server.closeIdleConnections();
  process.disconnect();
});
