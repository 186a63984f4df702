// The files of examples/deploy beside those that rolling-restart.test.ts starts: their times agree, the program in
// them runs, and the tools that read them take them.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { onTestEnd } from '../support/test-server.js';
import { top } from '../support/top.js';
import { CA_FILE, freePorts, has } from './services.js';

const read = (name: string): string => readFileSync(join(top, 'examples/deploy', name), 'utf8');

/** The number behind `name`, in whatever form the file gives it. */
function numberOf(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`${pattern} is not there`);
  return Number(found);
}

test('a container ends before Docker kills it', () => {
  const text = read('Dockerfile');
  const delayMs = numberOf(text, /READINESS_DELAY_MS=(\d+)/);
  const graceMs = numberOf(text, /GRACE_MS=(\d+)/);
  expect(delayMs + graceMs).toBeLessThanOrEqual(9000);
  // The same times, and two checks of haproxy.cfg fit into the delay.
  const program = read('server.js');
  expect(numberOf(program, /READINESS_DELAY_MS \?\? (\d+)/)).toBe(delayMs);
  expect(numberOf(program, /GRACE_MS \?\? (\d+)/)).toBe(graceMs);
  const proxy = read('haproxy.cfg');
  const checks = numberOf(proxy, /inter (\d+)ms/) * (numberOf(proxy, /fall (\d+)/) + 1);
  expect(delayMs).toBeGreaterThan(checks);
  expect(text).toMatch(/^USER node$/m);
  // The form without a shell, which would keep the signal.
  expect(text).toMatch(/^CMD \["node", /m);
});

test('a pod ends before Kubernetes kills it', () => {
  const text = read('kubernetes/app.yaml');
  const allowed = numberOf(text, /terminationGracePeriodSeconds: (\d+)/);
  const preStop = numberOf(text, /command: \['sleep', '(\d+)'\]/);
  const delay = numberOf(text, /READINESS_DELAY_MS, value: '(\d+)'/) / 1000;
  const grace = numberOf(text, /GRACE_MS, value: '(\d+)'/) / 1000;
  expect(preStop + delay + grace).toBeLessThanOrEqual(allowed - 3);
  expect(text).toContain(`# ${preStop} + ${delay} + ${grace} = ${preStop + delay + grace}`);
  const period = numberOf(text, /\/readyz, port: http \}\n\s+periodSeconds: (\d+)/);
  expect(delay).toBeGreaterThan(period * numberOf(text, /failureThreshold: (\d+)/));
});

test('a service ends before systemd kills it', () => {
  for (const name of ['app.service', 'app@.service']) {
    const seconds = numberOf(read(`systemd/${name}`), /TimeoutStopSec=(\d+)/);
    const program = read('server.js');
    expect(1000 * seconds).toBeGreaterThan(numberOf(program, /GRACE_MS \?\? (\d+)/) + 2000);
    // The next process serves at the same socket. A proxy that is told 503 would send it no request.
    expect(read(`systemd/${name}`)).toMatch(/^Environment=.*\bREADINESS_DELAY_MS=0$/m);
  }
});

test.skipIf(!has('systemd-analyze'))('systemd takes its units', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-units-'));
  for (const name of ['app.socket', 'app.service', 'app@.service']) {
    const text = read(`systemd/${name}`).replace('/usr/bin/node', process.execPath);
    writeFileSync(join(folder, name), text);
  }
  // Without systemd's own units there is nothing that it could be verified against.
  let said = '';
  try {
    execFileSync(
      'systemd-analyze',
      [
        'verify',
        ...['app.socket', 'app.service', 'app@a.service'].map((name) => join(folder, name)),
      ],
      {
        stdio: 'pipe',
      },
    );
  } catch (error) {
    said = String((error as { stderr?: unknown }).stderr);
  }
  expect(said).not.toMatch(/Unknown|Failed to parse|Invalid|not executable/);
});

test.skipIf(!has('haproxy'))('HAProxy takes its files', () => {
  const files = ['haproxy.cfg', 'haproxy-tls.cfg', 'haproxy-agent.cfg'];
  for (const count of [1, 3]) {
    const given = files
      .slice(0, count)
      .flatMap((name) => ['-f', join(top, 'examples/deploy', name)]);
    execFileSync('haproxy', ['-c', ...given], { stdio: 'pipe', env: { ...process.env, CA_FILE } });
  }
});

test('the program serves, says 503 first, and exits by itself', async () => {
  const [port = 0, proxyPort = 0] = await freePorts(2);
  const env = {
    ...process.env,
    PORT: String(port),
    PROXY_PORT: String(proxyPort),
    READINESS_DELAY_MS: '1000',
  };
  const child = spawn(process.execPath, [join(top, 'examples/deploy/server.js')], {
    cwd: top,
    env,
  });
  onTestEnd(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const ask = async (path: string): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      headers: { Connection: 'close' },
    });
    await response.text();
    return response.status;
  };
  expect([await ask('/'), await ask('/readyz'), await ask('/livez')]).toEqual([200, 200, 200]);
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  while ((await ask('/readyz')) !== 503);
  expect([await ask('/'), await ask('/livez')]).toEqual([200, 200]);
  expect(await exit).toEqual([0, null]);
});
