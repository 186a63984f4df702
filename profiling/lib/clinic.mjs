// clinic's profilers. It is not maintained any more, and says nothing when it fails: it ends with 0
// whatever happens, so the report itself is looked for.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { commandPath } from './install.mjs';

const serverFile = fileURLToPath(new URL('./server.mjs', import.meta.url));
const loadFile = fileURLToPath(new URL('./load.mjs', import.meta.url));

const COMMANDS = { doctor: 'doctor', flame: 'flame', heap: 'heapprofiler' };

/** Load and the report's making; beyond that it hangs. */
const OVERTIME_MS = 180_000;

export async function profile({ tool, case: name, seconds, folder }) {
  const scratch = mkdtempSync(join(folder, 'raw-'));
  try {
    await run(COMMANDS[tool], name, seconds, scratch);
    const report = findReport(scratch);
    if (report === undefined) {
      throw new Error(`clinic ${COMMANDS[tool]} made no report; what it printed is above`);
    }
    const kept = join(folder, 'report.html');
    rmSync(kept, { force: true });
    renameSync(report, kept);
    return [kept];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function run(command, name, seconds, scratch) {
  const load = [process.execPath, loadFile, name, String(seconds)].map((part) => `"${part}"`);
  mkdirSync(scratch, { recursive: true });
  const child = spawn(
    process.execPath,
    [
      commandPath('clinic'),
      command,
      '--open=false',
      '--dest',
      scratch,
      '--on-port',
      `${load.join(' ')} $PORT`,
      '--',
      process.execPath,
      serverFile,
      name,
    ],
    // It asks at the first start whether it may send statistics, and without a terminal ends there.
    { env: { ...process.env, NO_INSIGHT: '1' }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  createInterface(child.stdout).on('line', (line) => {
    // It would name the file as it is called before we move it.
    if (!line.startsWith('Generated HTML file')) console.log(line);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000 + OVERTIME_MS);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  if (signal !== null) throw new Error(`clinic ${command} hung, and was ended`);
  if (code !== 0) throw new Error(`clinic ${command} ended with ${code}`);
}

function findReport(folder) {
  if (!existsSync(folder)) return undefined;
  const name = readdirSync(folder).find((entry) => entry.endsWith('.html'));
  return name === undefined ? undefined : join(folder, name);
}
