// A server behind proxies: one listener for those that speak HTTP, one for those that forward TCP and send
// a header of the PROXY protocol. It says 503 on /readyz first, then lets requests end, then it exits.

import { createServer } from 'sluice';

const port = Number(process.env.PORT ?? 8081);
const proxyPort = Number(process.env.PROXY_PORT ?? port + 100);
/** So long the proxies may need to see that /readyz says 503: two checks and a little. */
const readinessDelayMs = Number(process.env.READINESS_DELAY_MS ?? 1500);
/** What is left of Docker's 10 s: 1.5 s + 7 s, and 1.5 s to spare. */
const graceMs = Number(process.env.GRACE_MS ?? 7000);

const server = createServer({
  trustedProxies: ['loopback', 'private'],
  health: { live: '/livez', ready: '/readyz' },
  fetch: (request, { clientAddress }) => Response.json({ url: request.url, client: clientAddress }),
});

await server.listen({ port, host: process.env.HOST ?? '127.0.0.1' });
await server.listen({
  port: proxyPort,
  host: process.env.HOST ?? '127.0.0.1',
  proxyProtocol: true,
});
console.log(`ready on ${port}, and on ${proxyPort} behind the PROXY protocol`);

process.once('SIGTERM', async () => {
  console.log('closed:', await server.close({ graceMs, readinessDelayMs }));
});
