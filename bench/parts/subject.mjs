// One part in a process of its own: `node subject.mjs <group> <part> <requests>`. Requests come over connections in
// memory, so the CPU time is that of the server without the kernel.

import { parts, used } from './parts.mjs';

const [group, part, requests] = process.argv.slice(2);
const CONNECTIONS = 32;
const bytes = Buffer.from(
  'GET /items/7?q=1 HTTP/1.1\r\nHost: bench.example\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n',
);

class Line {
  remote = { address: '127.0.0.1', port: 40_000 };
  local = { address: '127.0.0.1', port: 80 };
  encrypted = false;
  unflushedBytes = 0;
  retainedBytes = 0;
  unreadBytes = 0;
  answers = 0;
  write(sent) {
    const text = typeof sent === 'string' ? sent : Buffer.from(sent).toString('latin1', 0, 12);
    if (!text.startsWith('HTTP/1.1 200')) throw new Error(`answered with ${text.slice(0, 40)}`);
    this.answers++;
  }
  writeAll(pieces) {
    this.write(pieces[0]);
  }
  end() {}
  destroy() {}
  lendTo() {}
  reset() {
    throw new Error('reset');
  }
  pause() {}
  resume() {}
}

const options = await parts[group][part].make();
const dist = process.env.SLUICE_DIST ?? new URL('../../dist/', import.meta.url).href;
const { createServer } = await import(new URL('index.js', dist).href);
const server = createServer({ concurrency: 1000, ...options });
const lines = Array.from({ length: CONNECTIONS }, () => new Line());
const sinks = lines.map((line) => server.accept(line, performance.now()));

async function ask(count) {
  for (let i = 0; i < count; i += CONNECTIONS) {
    const now = performance.now();
    for (const sink of sinks) sink.onBytes(bytes, now);
    // Each connection is asked again when it has answered.
    const due = i / CONNECTIONS + 1 + asked;
    do await new Promise((resolve) => setImmediate(resolve));
    while (lines.some(({ answers }) => answers < due));
  }
  asked += Math.ceil(count / CONNECTIONS);
}
let asked = 0;

await ask(Number(requests) / 2);
const before = process.cpuUsage();
await ask(Number(requests));
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ cpuUs: (user + system) / Number(requests), isUsed: used() !== null }));
process.exit(0);
