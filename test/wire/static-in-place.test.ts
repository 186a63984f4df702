// A file that is written while it is read: a client gets the old, the new, or a cut connection.

import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { staticFiles } from '../../src/adapters/static-files/index.js';
import { createServer, type Server } from '../../src/index.js';

let root: string;
let server: Server;
let port: number;
const errors: unknown[] = [];

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'sluice-')));
  server = createServer({ fetch: staticFiles(root), onError: (error) => void errors.push(error) });
  port = (await server.listen({ port: 0 })).port;
});

afterAll(async () => {
  await server.close({ graceMs: 0 });
  await rm(root, { recursive: true });
});

/** Of one letter and one length each, so that a mixture shows. */
const contentOf = (turn: number, size: number): string =>
  String.fromCharCode(97 + (turn % 26)).repeat(size + (turn % 7));

function isWhole(body: string, size: number): boolean {
  const turn = body.charCodeAt(0) - 97;
  return new Set(body).size === 1 && body.length >= size && body.length < size + 7 && turn >= 0;
}

interface Tally {
  whole: number;
  cut: number;
  readonly wrong: string[];
}

async function askOften(target: string, size: number, until: () => boolean): Promise<Tally> {
  const tally: Tally = { whole: 0, cut: 0, wrong: [] };
  do {
    try {
      const response = await fetch(`http://127.0.0.1:${port}${target}`);
      const { status } = response;
      const body = await response.text();
      if (status === 200 && isWhole(body, size)) tally.whole++;
      else tally.wrong.push(`${status}, ${body.length} bytes of ${[...new Set(body)].join('')}`);
    } catch {
      tally.cut++;
    }
  } while (!until());
  return tally;
}

/** As a program writes that has the file open: the length changes first, and then the bytes, in pieces. */
function rewriteByPieces(path: string, content: string): void {
  const file = openSync(path, 'r+');
  ftruncateSync(file, 0);
  const length = Math.ceil(content.length / 4);
  for (let i = 0; i < 4; i++) writeSync(file, content.slice(i * length, (i + 1) * length));
  closeSync(file);
}

describe.each([
  ['short', 1000],
  ['one that is read at once', 60_000],
  ['one that is read in pieces or kept', 1_000_000],
  ['one that is too long to be kept', 3_000_000],
])('a file, %s', (_, size) => {
  test.each([
    ['writeFile', (path: string, content: string) => writeFileSync(path, content)],
    ['pieces', rewriteByPieces],
  ])('is never mixed, and never a 500, while %s rewrites it', async (how, rewrite) => {
    const name = `${size}-${how}.txt`;
    const path = join(root, name);
    await writeFile(path, contentOf(0, size));
    let over = false;
    const asking = [0, 1].map(() => askOften(`/${name}`, size, () => over));
    // The writer has this thread to itself: file reads go on in others meanwhile.
    for (let turn = 1; turn <= 60; turn++) {
      rewrite(path, contentOf(turn, size));
      for (let i = 0; i < turn % 8; i++) await setImmediate();
    }
    over = true;
    const tallies = await Promise.all(asking);
    expect(tallies.flatMap((tally) => tally.wrong)).toEqual([]);
    // When all is quiet again, everybody gets the last one.
    expect(await (await fetch(`http://127.0.0.1:${port}/${name}`)).text()).toBe(
      contentOf(60, size),
    );
    // A connection that had to be cut is told of, and nothing else.
    expect(errors.filter((error) => (error as Error).name !== 'FileChanged')).toEqual([]);
  });
});
