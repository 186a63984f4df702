// `npm run bench:status -- [--rounds n] [--requests n]`
//
// What the status page costs the server that it shows: CPU time of its process (user and system) for a request, without
// a page, with a page that nobody looks at, and with one that is open. The small GET of bench/speed, 64
// connections that stay, each with one request at a time. The cases are interleaved; medians and ranges are printed.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { wholeNumber } from '../lib/arguments.mjs';
import { spread } from '../speed/summary.mjs';

const { values: given } = parseArgs({
  options: { rounds: { type: 'string' }, requests: { type: 'string' } },
});
const rounds = wholeNumber('rounds', given.rounds, 7);
const requests = wholeNumber('requests', given.requests, 100_000);
const CONNECTIONS = 64;
const CASES = ['none', 'unseen', 'open'];

const subject = fileURLToPath(new URL('subject.mjs', import.meta.url));
const costs = Object.fromEntries(CASES.map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const name of CASES) costs[name].push(await measure(name));
}
console.log(
  `Node ${process.version}, ${rounds} rounds of ${requests} requests; µs of CPU a request`,
);
const without = spread(costs.none).median;
for (const name of CASES) {
  const { median, low, high } = spread(costs[name]);
  const more = (median / without - 1) * 100;
  console.log(
    `${name.padEnd(8)} ${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)}), ${more >= 0 ? '+' : ''}${more.toFixed(1)} %`,
  );
}

async function measure(name) {
  const child = fork(subject, [name]);
  try {
    const [{ port, statusPort }] = await once(child, 'message');
    const viewer = name === 'open' ? await watch(statusPort) : undefined;
    await load(port, requests / 4);
    const before = await cpuOf(child);
    await load(port, requests);
    const after = await cpuOf(child);
    viewer?.destroy();
    return (after - before) / requests;
  } finally {
    child.kill();
    await once(child, 'exit');
  }
}

async function cpuOf(child) {
  child.send('cpu');
  return (await once(child, 'message'))[0].micros;
}

/** A page that is open: it reads its event stream. */
async function watch(port) {
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
  socket.resume();
  await once(socket, 'data');
  return socket;
}

async function load(port, count) {
  let left = count;
  const request = Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await Promise.all(
    Array.from(
      { length: CONNECTIONS },
      () =>
        new Promise((resolve, reject) => {
          const socket = connect(port, '127.0.0.1').setNoDelay();
          const ask = () => {
            if (left-- > 0) socket.write(request);
            else socket.end();
          };
          socket.on('connect', ask);
          socket.on('data', (bytes) => {
            if (!bytes.toString('latin1').startsWith('HTTP/1.1 200')) reject(new Error(`${bytes}`));
            else ask();
          });
          socket.on('error', reject);
          socket.on('close', resolve);
        }),
    ),
  );
}
