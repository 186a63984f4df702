// How long a program takes from its start to its first answer, with sluice as npm would install it.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuMsOf, lineOf, start, stop } from '../process.mjs';
import { spread } from '../summary.mjs';

const top = fileURLToPath(new URL('../../../', import.meta.url));

const programs = {
  sluice: `import { createServer, reply } from 'sluice';
const server = createServer({ fetch: () => reply('Hello, World!') });
const { port } = await server.listen();
console.log(JSON.stringify({ port }));
`,
  'node-http': `import { createServer } from 'node:http';
const server = createServer((request, response) => response.end('Hello, World!'));
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())));
`,
};

/** Packs sluice as it is built, and installs the package beside the programs. */
export function installPackage(folder) {
  const app = join(folder, 'app');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "private": true, "type": "module" }\n');
  const npm = (args, cwd) =>
    execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [{ filename }] = JSON.parse(
    npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], top),
  );
  npm(['install', '--offline', '--no-audit', '--no-fund', join(folder, filename)], app);
  for (const [name, text] of Object.entries(programs))
    writeFileSync(join(app, `${name}.mjs`), text);
  return app;
}

/** Certificates that a machine adds are read by some at the start (Node 20: 40 ms), and are not what is compared. */
const env = { NODE_EXTRA_CA_CERTS: undefined };

/** @returns medians of milliseconds to the first answer, and of the CPU that was used till then */
export async function measureStart(app, server, { node, starts, core }) {
  const ms = [];
  const cpuMs = [];
  // The first brings the files into the system's cache.
  for (let i = 0; i <= starts; i++) {
    const begunAt = performance.now();
    const child = start([node, `${server}.mjs`], { core, cwd: app, env });
    try {
      await firstAnswer(await lineOf(child, 'port'));
      if (i === 0) continue;
      ms.push(performance.now() - begunAt);
      cpuMs.push(cpuMsOf(child.pid));
    } finally {
      await stop(child);
    }
  }
  return { starts, startMs: spread(ms).median, cpuMs: spread(cpuMs).median };
}

function firstAnswer(port) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('GET / HTTP/1.1\r\nHost: bench.example\r\n\r\n');
    });
    let text = '';
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      text += chunk;
      if (!text.endsWith('World!')) return;
      socket.destroy();
      resolve();
    });
  });
}
