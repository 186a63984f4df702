// A folder of files, a server of it, and what that answers.

import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import {
  type StaticFilesOptions,
  staticFiles,
} from '../../../../src/adapters/static-files/index.js';
import { createServer, type FetchHandler, type Server } from '../../../../src/index.js';
import { inject } from '../../../../src/testing/index.js';

/** The content of `long.bin`. */
export const long = Buffer.from(Array.from({ length: 300_000 }, (_, i) => 97 + (i % 26)));

/** The folder that a test may write to. Its folder `root` is served. */
export let place: string;
export let root: string;
export let server: Server;

/** Each test has a folder of files of its own, and a server of it. */
export function useStaticFolder(): void {
  beforeEach(() => {
    place = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-')));
    root = join(place, 'root');
    mkdirSync(join(root, 'dir'), { recursive: true });
    writeFileSync(join(root, 'index.html'), 'index');
    writeFileSync(join(root, '404.html'), 'not here');
    writeFileSync(join(root, 'a.txt'), 'first');
    writeFileSync(join(root, 'b.txt'), 'other');
    writeFileSync(join(root, 'empty.txt'), '');
    writeFileSync(join(root, 'dir', 'index.html'), 'dir');
    writeFileSync(join(root, 'long.bin'), long);
    symlinkSync('a.txt', join(root, 'link.txt'));
    serve();
  });
  afterEach(() => rmSync(place, { recursive: true }));
}

export function serve(options: StaticFilesOptions = {}): void {
  serveBy(staticFiles(root, options));
}

export function serveBy(fetch: FetchHandler): void {
  server = createServer({ fetch });
}

export interface Seen {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export async function get(target: string, headers: Record<string, string> = {}): Promise<Seen> {
  return ask('GET', target, headers);
}

export async function ask(
  method: string,
  target: string,
  fields: Record<string, string> = {},
): Promise<Seen> {
  const request = new Request(`http://localhost${target}`, { method, headers: fields });
  const response = await inject(server, request);
  const { date: _, ...headers } = Object.fromEntries(response.headers);
  const body = Buffer.from(await response.arrayBuffer()).toString('latin1');
  return { status: response.status, headers, body };
}
