// Workers whose program listens twice at one place: the error says that it is the program's own.

import { afterEach, expect, test } from 'vitest';
import { cleanUp, folderOf, start } from './cli/command.js';
import { WORKER_IMPORTS } from './cli/program-client.js';

afterEach(cleanUp);

/** A program whose workers listen at `first`, and then at `second` by the server that `by` gives. */
async function failing(first: string, by: string, second: string) {
  const folder = await folderOf({
    'app.mjs': `${WORKER_IMPORTS}
      const fetch = () => reply();
      const listenTwice = async () => {
        const server = createServer({ fetch });
        const { port } = await server.listen(${first});
        await (${by}).listen(${second});
        return server;
      };
      await runWorkers({ count: 2, start: listenTwice });`,
  });
  const command = start(['app.mjs'], { cwd: folder });
  const code = await command.exit;
  return { code, text: command.stderr.text };
}

test.each([
  ['server', 'port', 'this server'],
  ['server', "{ host: 'localhost', port }", 'this server'],
  ['createServer({ fetch })', 'port', 'another server of this process'],
])('%s, at %s', async (by, second, owner) => {
  const { code, text } = await failing('', by, second);
  expect(code).toBe(1);
  expect(text).toContain(`${owner} listens there already (EADDRINUSE)`);
});

test('at a path', async () => {
  const path = "{ path: 'a.sock' }";
  const { code, text } = await failing(path, 'server', path);
  expect(code).toBe(1);
  expect(text).toContain('this server listens there already (EADDRINUSE)');
});
