// A server behind proxies. It says 503 on /readyz first, then lets requests end, then it exits.

import { readFile } from 'node:fs/promises';
import { createServer as createAgent } from 'node:net';
import { createServer } from 'sluice';
import { accessLog } from 'sluice/access-log';
import app from './app.js';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 8081);
/** So long the proxies may need to see that /readyz says 503: two checks and a little. */
const readinessDelayMs = Number(process.env.READINESS_DELAY_MS ?? 1500);
/** What is left of Docker's 10 s: 1.5 s + 7 s, and 1.5 s to spare. */
const graceMs = Number(process.env.GRACE_MS ?? 7000);

const server = createServer({ ...app, observer: accessLog() });
let isClosing = false;

// A socket of systemd, where it has started this program.
await server.listen(process.env.LISTEN_FDS ? { systemd: true } : { host, port });

// For proxies that forward TCP, with a header of the PROXY protocol.
if (process.env.PROXY_PORT) {
  await server.listen({ host, port: Number(process.env.PROXY_PORT), proxyProtocol: true });
}

// For proxies that speak TLS to their servers.
if (process.env.TLS_PORT) {
  const key = await readFile(process.env.TLS_KEY ?? 'key.pem');
  const cert = await readFile(process.env.TLS_CERT ?? 'cert.pem');
  await server.listen({ host, port: Number(process.env.TLS_PORT), tls: { key, cert } });
}

// For HAProxy's agent-check: it connects, and reads a line. 'drain' gives this server no new request.
if (process.env.AGENT_PORT) {
  const agent = createAgent((socket) => {
    socket.on('error', () => {}).end(isClosing ? 'drain\n' : 'up ready\n');
  });
  agent.listen(Number(process.env.AGENT_PORT), host).unref();
}

console.log(`ready: process ${process.pid}`);

process.once('SIGTERM', async () => {
  isClosing = true;
  console.log('closed:', await server.close({ graceMs, readinessDelayMs }));
});
