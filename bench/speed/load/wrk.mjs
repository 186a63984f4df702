// wrk as the generator: it takes less than any server, and says percentiles.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled, lineOf, start, stop } from '../process.mjs';

const replay = fileURLToPath(new URL('replay.lua', import.meta.url));

export function requireWrk() {
  if (isInstalled('wrk', '-v')) return;
  console.error(
    'wrk is not installed, and the loads of this benchmark are made with it. Debian, Ubuntu: apt-get\n' +
      'install wrk; others: https://github.com/wg/wrk. (--only idle,start needs no wrk.)',
  );
  process.exit(1);
}

/** Puts the requests of a case where wrk can read them. */
export function writeRequests(folder, { name, requests }) {
  return requests.map((bytes, i) => {
    const path = join(folder, `${name}-${i}.http`);
    writeFileSync(path, bytes);
    return path;
  });
}

/** @returns `{ requests, seconds, bytes, ms, errors }` */
export async function drive({ port, connections, encrypted, files, seconds, core }) {
  const child = start(
    [
      'wrk',
      ...['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '5s', '-s', replay],
      `${encrypted ? 'https' : 'http'}://127.0.0.1:${port}/`,
      '--',
      ...files,
    ],
    { core },
  );
  try {
    return await lineOf(child, 'measured', (seconds + 15) * 1000);
  } finally {
    await stop(child);
  }
}
