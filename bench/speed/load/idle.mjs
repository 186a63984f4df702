// Opens many connections, uses each once, and holds them.

import { connect } from 'node:net';
import { lineOf } from '../process.mjs';
import { get } from '../requests.mjs';

const atOnce = 100;
const request = get('/');

/** @returns memory of the process for each idle connection, in bytes, after garbage collection */
export async function measureIdle(child, port, connections) {
  // What the first connections make the process load and compile is not a connection's.
  await closeAll(await openAll(port, 500));
  const before = await memoryOf(child);
  const sockets = await openAll(port, connections);
  const after = await memoryOf(child);
  const still = sockets.filter((socket) => !socket.destroyed).length;
  await closeAll(sockets);
  if (still < connections) throw new Error(`${connections - still} connections were closed`);
  const each = (key) => (after[key] - before[key]) / connections;
  return { connections, bytes: each('rss'), heapBytes: each('heapUsed'), rssBytes: after.rss };
}

async function memoryOf(child) {
  let memory;
  // A collector that works in the background frees some more a little later.
  for (let i = 0; i < 3; i++) {
    const line = lineOf(child, 'memory');
    child.stdin.write('memory\n');
    memory = await line;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return memory;
}

async function openAll(port, count) {
  const sockets = [];
  while (sockets.length < count) {
    const length = Math.min(atOnce, count - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length }, () => used(port)))));
  }
  return sockets;
}

/** A connection on which a request was answered. */
function used(port) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    let text = '';
    socket.setEncoding('latin1');
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed after '${text}'`)));
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on('data', (chunk) => {
      text += chunk;
      if (!text.endsWith('World!')) return;
      socket.setTimeout(0);
      resolve(socket);
    });
  });
}

function closeAll(sockets) {
  return Promise.all(
    sockets.map(
      (socket) =>
        new Promise((resolve) => {
          if (socket.closed) return resolve();
          socket.once('close', resolve);
          socket.end();
          setTimeout(() => socket.destroy(), 1000);
        }),
    ),
  );
}
