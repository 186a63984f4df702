// The vectors of other projects, played over sockets by their own runner. They live outside of the
// repository, in `../shared/conformance` beside it; where they are absent, this says so and passes.
// `npm test` plays them whole; `npm run conformance` a byte a segment, too, and cut at random.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type ConnectionOptions, connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const RUNNER = fileURLToPath(new URL('../../../shared/conformance/run.mjs', import.meta.url));
const APP = fileURLToPath(new URL('../support/conformance-app.mjs', import.meta.url));
/** Each case has a handshake, and a byte alone is a record of 23 bytes. After 5 s, sluice ends what is too slow. */
const PATIENTLY = ['--conc', '8', '--settle', '400', '--timeout', '3500'];

const TLS_FOLDER = fileURLToPath(new URL('../support/tls', import.meta.url));

/** Scored cases that want what the folder's README, which wins, does not. */
const CONTRADICTED: readonly string[] = [
  // These methods are tokens, and unknown methods are dispatched.
  'gunicorn/invalid/003c',
  'llhttp/invalid:69',
  'llhttp/invalid:359',
  // HTTP/0.9 is refused.
  'llhttp/sample:317',
];

/** What may differ by timing: a client whose content comes with its head gets no 100 (RFC 9110 §10.1.1). */
const TIMED: readonly string[] = ['SMUG-EXPECT-100-CL-DESYNC'];

interface Result {
  readonly id: string;
  readonly scored: boolean;
  readonly verdict: 'pass' | 'warn' | 'fail' | 'error';
  readonly got: string;
}

const cut = process.env.SLUICE_CONFORMANCE === 'all';

if (existsSync(RUNNER)) describe('the shared conformance vectors', playAll);
else test('the shared conformance vectors are not here, so they are not played', notice);

function notice(): void {
  console.log(`no ${RUNNER}: the vectors of other projects are not played`);
}

function playAll(): void {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-conformance-'));
  let app: ChildProcess;
  let ports: string[];
  let underTls: ChildProcess;
  let bridges: Server[] = [];
  let whole: readonly Result[];

  beforeAll(async () => {
    app = spawn(process.execPath, [APP, '0', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    ports = await portsOf(app);
    underTls = spawn(process.execPath, [APP, '0', '0', TLS_FOLDER], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    bridges = await Promise.all((await portsOf(underTls)).map((port) => bridgeTo(Number(port))));
  });

  afterAll(() => {
    app.kill();
    underTls.kill();
    for (const bridge of bridges) bridge.close();
    rmSync(folder, { recursive: true });
  });

  const play = (...how: string[]): Promise<readonly Result[]> => playAt(ports, how);
  const playAt = async (at: string[], how: string[]): Promise<readonly Result[]> => {
    const [echo = '', reflect = ''] = at;
    const file = join(folder, 'results.json');
    const where = ['--port', echo, '--reflect-port', reflect, '--json', file];
    await promisify(execFile)(process.execPath, [RUNNER, ...where, ...how]);
    return (JSON.parse(readFileSync(file, 'utf8')) as { results: Result[] }).results;
  };

  test('pass, but those that their README contradicts', async () => {
    whole = await play();
    expect(whole.length).toBeGreaterThan(0);
    const failing = whole.filter(({ scored, verdict }) => scored && /fail|error/.test(verdict));
    expect(failing.filter(({ id }) => !CONTRADICTED.includes(id))).toEqual([]);
  }, 120_000);

  for (const size of cut ? ['whole', '1'] : ['whole']) {
    test(`get the same verdicts under TLS: ${size}`, async () => {
      const at = bridges.map((bridge) => String((bridge.address() as AddressInfo).port));
      const verdicts = new Map(whole.map(({ id, verdict }) => [id, verdict]));
      const secured = await playAt(at, [
        ...(size === 'whole' ? [] : ['--frag', size]),
        ...PATIENTLY,
      ]);
      expect(secured.length).toBe(whole.length);
      const changed = secured.filter(({ id, verdict }) => verdicts.get(id) !== verdict);
      expect(changed.filter(({ id }) => !TIMED.includes(id))).toEqual([]);
    }, 900_000);
  }

  for (const size of cut ? ['1', 'rand'] : []) {
    test(`get the same verdicts when they are cut: ${size}`, async () => {
      const verdicts = new Map(whole.map(({ id, verdict }) => [id, verdict]));
      const cutUp = await play('--frag', size);
      const changed = cutUp.filter(({ id, verdict }) => verdicts.get(id) !== verdict);
      expect(changed.filter(({ id }) => !TIMED.includes(id))).toEqual([]);
    }, 900_000);
  }
}

/** A port on which plain bytes travel on under TLS, and each end as such. */
async function bridgeTo(port: number): Promise<Server> {
  const bridge = createServer({ allowHalfOpen: true, noDelay: true }, (plain) => {
    const options = { host: '127.0.0.1', port, rejectUnauthorized: false, allowHalfOpen: true };
    // A boundary: the types of this Node leave `allowHalfOpen` out.
    const secured = connect(options as ConnectionOptions).setNoDelay(true);
    for (const [from, to] of [
      [plain, secured],
      [secured, plain],
    ] as const) {
      from.on('data', (bytes) => to.write(bytes));
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroySoon());
    }
  });
  bridge.listen(0, '127.0.0.1');
  await once(bridge, 'listening');
  return bridge;
}

/** Reads `echo P reflect R` from the app. */
async function portsOf(app: ChildProcess): Promise<string[]> {
  const { stdout } = app;
  if (stdout === null) throw new Error('the app has no output');
  for await (const line of createInterface(stdout)) {
    const ports = /^echo (\d+) reflect (\d+)$/.exec(line);
    if (ports !== null) return ports.slice(1);
  }
  throw new Error('the app ended without listening: npm run build comes first');
}
