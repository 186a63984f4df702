// The server of the test, of sluice: one listener for HTTP, one that requires the PROXY protocol.

import { createServer, reply } from '../../dist/index.js';
import { events, handled } from './application.mjs';

const [port, proxyPort, readinessDelayMs] = process.argv.slice(2).map(Number);

const server = createServer({
  // A machine that is busy with other tests is no reason to refuse.
  concurrency: 10_000,
  trustedProxies: ['loopback'],
  health: { live: '/livez', ready: '/readyz' },
  async fetch(request, { target, clientAddress, bodyBytesMax }) {
    handled(target);
    const told = { 'X-Client': clientAddress, 'X-Url': request.url, 'X-Max': bodyBytesMax };
    if (target.startsWith('/events')) {
      return reply(events(), { headers: { ...told, 'Content-Type': 'text/event-stream' } });
    }
    const { byteLength } = await request.arrayBuffer();
    return reply(`${byteLength}`, { headers: told });
  },
});
await server.listen({ port });
await server.listen({ port: proxyPort, proxyProtocol: true });
process.once('SIGTERM', async () => {
  const report = await server.close({ readinessDelayMs, graceMs: 7000 });
  process.send?.(report);
  process.disconnect?.();
});
process.send?.('listening');
