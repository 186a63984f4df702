// The server of one case of bench/status.

import { statusPage } from '../../dist/adapters/status/index.js';
import { createServer, reply } from '../../dist/index.js';

const server = createServer({ fetch: () => reply('Hello, World!') });
const { port } = await server.listen(0);
let statusPort = 0;
if (process.argv[2] !== 'none') {
  const status = createServer({ fetch: statusPage({ server }) });
  ({ port: statusPort } = await status.listen(0));
}
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({ micros: user + system });
});
process.send({ port, statusPort });
