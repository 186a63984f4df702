// `--systemd`: the socket is one that another process has opened.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { heldSocket } from '../../deploy/services.js';
import { onTestEnd } from '../../support/test-server.js';
import { top } from '../../support/top.js';

/** As systemd starts a service: `LISTEN_PID` is the process itself, which a shell knows before it becomes the program. */
function started(fd: number | undefined, args: readonly string[]) {
  const variables = fd === undefined ? '' : 'LISTEN_FDS=1 LISTEN_PID=$$ ';
  const child = spawn(
    'sh',
    ['-c', `${variables}exec "$0" "$@"`, process.execPath, `${top}/dist/cli/main.js`, ...args],
    { stdio: ['ignore', 'pipe', 'pipe', fd ?? 'ignore'] },
  );
  onTestEnd(() => child.kill('SIGKILL'));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  return {
    child,
    said: () => said,
    async line(pattern: RegExp): Promise<void> {
      while (!pattern.test(said)) await once(child.stdout as NodeJS.ReadableStream, 'data');
    },
  };
}

test.each([[[]], [['--workers', '2']]])(
  'serves on the socket that it was handed, with %j',
  async (more) => {
    const { port, fd } = heldSocket();
    const command = started(fd, ['--systemd', ...more, `${top}/examples/deploy/app.js`]);
    await command.line(new RegExp(`serving .* on http://127\\.0\\.0\\.1:${port}/`));
    const response = await fetch(`http://127.0.0.1:${port}/x`, {
      headers: { Connection: 'close' },
    });
    expect(await response.json()).toMatchObject({ bytes: 0 });
    const exit = once(command.child, 'exit');
    command.child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  },
);

test.each([
  [
    ['--systemd'],
    1,
    /^sluice: --systemd: can't listen on the socket of systemd: LISTEN_FDS is not set/,
  ],
  [
    ['--systemd', '--port', '80'],
    2,
    /^sluice: --systemd takes the socket as it is, and --port says/,
  ],
  [['--systemd', '-H', '::'], 2, /^sluice: --systemd takes the socket as it is, and --host says/],
])('%j can’t be', async (args, code, message) => {
  const { child, said } = started(undefined, args);
  expect((await once(child, 'close'))[0]).toBe(code);
  expect(said()).toMatch(message);
});
