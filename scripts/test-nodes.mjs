// The tests on every Node that is supported, and over either transport:
// `npm run test:nodes -- [--short] [arguments of vitest]`. The other Nodes stand in test/nodes, with a lockfile
// of their own. `--short`: without what looks at the repository, starts processes or searches for long, and
// over node:net's sockets only what has sockets; the Node that runs this is left out, for it runs everything.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TESTED_NODE_MAJORS } from '../build/io/transport/stream-api.js';
import { addCounts, countsOf, reportsTo } from './counts.mjs';

const top = fileURLToPath(new URL('../', import.meta.url));
const vitest = `${top}node_modules/vitest/vitest.mjs`;
const nodes = `${top}test/nodes/`;

const given = process.argv.slice(2);
const short = given.includes('--short');
const filters = given.filter((argument) => argument !== '--short');
const ownMajor = Number.parseInt(process.versions.node, 10);

const units = ['conn', 'fsm', 'globals', 'http', 'io', 'limiter', 'observe', 'options', 'testing'];
const shortFiles = {
  auto: [...units.map((name) => `test/unit/${name}/`), 'test/model/', 'test/wire/'],
  net: ['test/wire/'],
};

if (TESTED_NODE_MAJORS.some((major) => !existsSync(`${nodes}node_modules/node${major}`))) {
  const flags = ['ci', '--prefix', nodes, '--ignore-scripts', '--no-audit', '--no-fund'];
  execFileSync('npm', flags, { stdio: 'inherit' });
}

let passed = 0;
let failed = 0;
for (const major of TESTED_NODE_MAJORS) {
  if (short && major === ownMajor) continue;
  const path = major === ownMajor ? process.execPath : `${nodes}node_modules/node${major}/bin/node`;
  for (const transport of ['auto', 'net']) run(path, transport);
}
console.log(`\nother Nodes: ${passed} passed, ${failed} failed`);
addCounts('nodes', { passed, failed });
if (failed > 0 || passed === 0) process.exitCode = 1;

function run(path, transport) {
  const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim();
  console.log(`\n== Node ${version}, transport ${transport}`);
  const results = `${top}coverage/node-${version}-${transport}.json`;
  rmSync(results, { force: true });
  const files = short ? [...shortFiles[transport], '--exclude', 'test/wire/cli/**'] : [];
  const env = { ...process.env };
  if (transport === 'net') env.SLUICE_TRANSPORT = 'net';
  else delete env.SLUICE_TRANSPORT;
  const { status } = spawnSync(path, [vitest, 'run', ...files, ...filters, ...reportsTo(results)], {
    cwd: top,
    stdio: 'inherit',
    env,
  });
  const counts = countsOf(results, status);
  passed += counts.passed;
  failed += counts.failed;
}
