// Node samples by itself (`--cpu-prof`). A summary and 0x's flame graph are made of the same samples.

import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandPath } from './install.mjs';
import { Profile, REPOSITORY } from './profile.mjs';
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
  const profile = JSON.parse(readFileSync(raw, 'utf8'));
  const samples = new Profile(profile);
  writeFileSync(raw, JSON.stringify(withShortNames(profile)));

  const text = summary(samples);
  console.log(`\n${text}`);
  const summaryFile = join(folder, 'summary.txt');
  writeFileSync(summaryFile, `${text}\n`);
  return [summaryFile, flameGraph(raw, folder), raw];
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

/** Names files from the repository on, as the summary does. */
function withShortNames(profile) {
  for (const { callFrame } of profile.nodes) callFrame.url = callFrame.url.replace(REPOSITORY, '');
  return profile;
}

/** 0x's flame graph of the same samples: a page. */
function flameGraph(raw, folder) {
  execFileSync(
    process.execPath,
    [commandPath('0x'), '--visualize-cpu-profile', raw, '--output-dir', folder],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const made = join(folder, 'flamegraph.html');
  if (!existsSync(made)) throw new Error('0x made no flame graph of profile.cpuprofile');
  return made;
}
