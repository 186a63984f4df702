// A server with TLS under a flood of handshakes that never end, and honest clients beside it.
// node scripts/half-open.mjs [connections]   (npm run build comes first; it needs as many descriptors twice)

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { createServer, reply } from '../dist/index.js';

const pem = (name) => readFileSync(new URL(`../test/support/tls/${name}.pem`, import.meta.url));

async function serve() {
  const counts = {};
  const server = createServer({
    fetch: () => reply('x'),
    onFault: ({ code }) => {
      counts[code] = (counts[code] ?? 0) + 1;
    },
  });
  const { port } = await server.listen({ tls: { key: pem('local-key'), cert: pem('local-cert') } });
  process.send({ port });
  process.on('message', () => {
    const { rss } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    process.send({
      rss,
      cpuMs: (user + system) / 1000,
      counts,
      refused: server.stats().connectionsRefused,
    });
  });
}

/** What a client of TLS sends first. */
function clientHello() {
  return new Promise((resolve) => {
    const write = (bytes, _encoding, done) => {
      resolve(bytes);
      done();
    };
    connect({ socket: new Duplex({ read() {}, write }) }).on('error', () => undefined);
  });
}

/** Milliseconds from the connect to the answer. */
async function ask(port) {
  const from = performance.now();
  const socket = connect({ host: '127.0.0.1', port, ca: pem('ca-cert') });
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  await once(socket, 'data');
  socket.destroy();
  return performance.now() - from;
}

function connected(socket) {
  return socket.connecting ? once(socket, 'connect') : undefined;
}

async function flood(port, count, first) {
  const open = [];
  for (let i = 0; i < count; i++) {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.on('error', () => undefined).on('data', () => undefined);
    if (first.length > 0) socket.write(first);
    open.push(socket);
    // The kernel drops what comes faster than the server accepts.
    if (i % 200 === 199) await Promise.all(open.slice(-200).map(connected));
  }
  await Promise.all(open.map(connected));
  return open;
}

async function main(count) {
  const hello = await clientHello();
  const floods = {
    silent: Buffer.alloc(0),
    'half a ClientHello': hello.subarray(0, 100),
    'a whole one': hello,
  };
  for (const [name, first] of Object.entries(floods)) {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'serve'], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const [{ port }] = await once(child, 'message');
    const open = await flood(port, count, first);
    const times = [];
    for (let i = 0; i < 20; i++) times.push(await ask(port).catch(() => Infinity));
    child.send('report');
    const [report] = await once(child, 'message');
    times.sort((a, b) => a - b);
    const answered = times.filter((ms) => ms < Infinity).length;
    console.log(
      `${count} connections, ${name}: ${answered} of 20 honest clients answered, after ${times[10].toFixed(0)} ms (median), ${times[19].toFixed(0)} ms (most);`,
      `server ${(report.rss / 2 ** 20).toFixed(0)} MiB, ${report.cpuMs.toFixed(0)} ms of CPU, ${report.refused} refused, faults ${JSON.stringify(report.counts)}`,
    );
    for (const socket of open) socket.destroy();
    child.kill();
    await once(child, 'exit');
  }
}

if (process.argv[2] === 'serve') await serve();
else await main(Number(process.argv[2] ?? 10_000));
