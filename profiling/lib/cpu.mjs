// The way that needs no tool but Node: `--cpu-prof`, then a summary, a flame graph as a picture, and
// 0x's interactive one, all of the same samples.

import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { flameGraph } from './flame-svg.mjs';
import { commandPath } from './install.mjs';
import { Profile } from './profile.mjs';
import { summary } from './summary.mjs';

const serverFile = fileURLToPath(new URL('./server.mjs', import.meta.url));
const loadFile = fileURLToPath(new URL('./load.mjs', import.meta.url));

const SAMPLE_MICROSECONDS = 500;
const END_MS = 30_000;

export async function profile({ case: name, seconds, folder }) {
  const raw = join(folder, 'profile.cpuprofile');
  rmSync(raw, { force: true });
  await sample(name, seconds, folder);
  if (!existsSync(raw)) throw new Error('node --cpu-prof wrote no profile');
  const samples = new Profile(JSON.parse(readFileSync(raw, 'utf8')));

  const text = summary(samples);
  console.log(`\n${text}`);
  const summaryFile = join(folder, 'summary.txt');
  const picture = join(folder, 'flame.svg');
  writeFileSync(summaryFile, `${text}\n`);
  writeFileSync(picture, flameGraph(samples, `sluice, case '${name}', ${seconds} s`));
  return [summaryFile, picture, interactive(raw, folder), raw];
}

async function sample(name, seconds, folder) {
  const server = fork(serverFile, [name], {
    execArgv: [
      '--cpu-prof',
      `--cpu-prof-interval=${SAMPLE_MICROSECONDS}`,
      `--cpu-prof-dir=${folder}`,
      '--cpu-prof-name=profile.cpuprofile',
    ],
  });
  const exited = once(server, 'exit');
  try {
    const [{ port }] = await Promise.race([once(server, 'message'), exited.then(endedEarly)]);
    const load = fork(loadFile, [name, String(seconds), String(port)]);
    const [code] = await once(load, 'exit');
    if (code !== 0) throw new Error('the load failed; what it printed is above');
    server.kill('SIGTERM');
    const timer = setTimeout(() => server.kill('SIGKILL'), END_MS);
    await exited;
    clearTimeout(timer);
  } finally {
    server.kill('SIGKILL');
  }
}

function endedEarly() {
  throw new Error('the server ended before it was listening; what it printed is above');
}

/** 0x's flame graph of the same samples. */
function interactive(raw, folder) {
  const page = join(folder, 'flame.html');
  rmSync(page, { force: true });
  execFileSync(
    process.execPath,
    [commandPath('0x'), '--visualize-cpu-profile', raw, '--output-dir', folder],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const made = join(folder, 'flamegraph.html');
  if (!existsSync(made)) throw new Error('0x made no flame graph of profile.cpuprofile');
  return made;
}
