import { execFileSync } from 'node:child_process';
import { renameSync, symlinkSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openContained } from '../../../../src/adapters/static-files/contained-file.js';

let place: string;
let root: string;

beforeAll(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'sluice-')));
  root = join(place, 'root');
  await mkdir(join(root, 'dir'), { recursive: true });
  await mkdir(join(place, 'root-beside'));
  await mkdir(join(root, '.hidden'));
  await writeFile(join(root, 'in.txt'), 'inside');
  await writeFile(join(root, 'dir', 'deep.txt'), 'deep');
  await writeFile(join(root, '.env'), 'secret');
  await writeFile(join(root, '.hidden', 'a.txt'), 'secret');
  await writeFile(join(place, 'out.txt'), 'secret');
  await writeFile(join(place, 'root-beside', 'out.txt'), 'secret');
  await symlink('in.txt', join(root, 'link-in'));
  await symlink('dir', join(root, 'link-dir'));
  await symlink('../out.txt', join(root, 'link-out'));
  await symlink(place, join(root, 'link-parent'));
  await symlink('../root-beside', join(root, 'link-beside'));
  await symlink('/etc/passwd', join(root, 'link-absolute'));
  await symlink('.env', join(root, 'link-hidden'));
  await symlink('.hidden', join(root, 'link-hidden-dir'));
  await symlink('loop', join(root, 'loop'));
  await symlink('nothing', join(root, 'dangling'));
  execFileSync('mkfifo', [join(root, 'pipe')]);
});

afterAll(() => rm(place, { recursive: true }));

async function textOf(...segments: string[]): Promise<string | undefined> {
  const found = await openContained(root, segments);
  if (found?.kind !== 'file') return found?.kind;
  const text = await found.handle.readFile('utf8');
  await found.handle.close();
  return text;
}

test('opens a file, also by a symlink that stays below the root', async () => {
  expect(await textOf('in.txt')).toBe('inside');
  expect(await textOf('dir', 'deep.txt')).toBe('deep');
  expect(await textOf('link-in')).toBe('inside');
  expect(await textOf('link-dir', 'deep.txt')).toBe('deep');
});

test('knows a directory, and the root for one', async () => {
  expect(await textOf()).toBe('directory');
  expect(await textOf('dir')).toBe('directory');
  expect(await textOf('link-dir')).toBe('directory');
});

test('says the size and the time of the file that is open', async () => {
  const found = await openContained(root, ['in.txt']);
  if (found?.kind !== 'file') return expect.unreachable();
  expect(found.state.size).toBe(6n);
  expect(found.state.modifiedNs).toBeGreaterThan(0n);
  await found.handle.close();
});

test.each([
  [['link-out']],
  [['link-parent']],
  [['link-parent', 'out.txt']],
  [['link-parent', 'root', 'link-out']],
  [['link-beside']],
  [['link-beside', 'out.txt']],
  [['link-absolute']],
  [['..', 'out.txt']],
  [['..', 'root-beside', 'out.txt']],
])('does not open what lies outside: %j', async (segments) => {
  expect(await textOf(...segments)).toBeUndefined();
});

test('opens a file that a symlink reaches by a way around outside of the root', async () => {
  expect(await textOf('link-parent', 'root', 'in.txt')).toBe('inside');
});

test.each([[['link-hidden']], [['link-hidden-dir']], [['link-hidden-dir', 'a.txt']], [['.env']]])(
  'does not open what is hidden, by whatever name: %j',
  async (segments) => {
    expect(await textOf(...segments)).toBeUndefined();
  },
);

test.each([
  [['nothing']],
  [['in.txt', 'below-a-file']],
  [['loop']],
  [['dangling']],
  [['a'.repeat(300)]],
  [Array.from({ length: 5000 }, () => 'a')],
])('finds nothing at %j', async (segments) => {
  expect(await textOf(...segments)).toBeUndefined();
});

test('serves no file outside to who swaps a symlink while it is looked at', async () => {
  // The attack on a check by name: the link points outside when the file is opened, and
  // inside when it is checked. Here it points elsewhere after every turn of the event loop.
  const link = join(root, 'swapped');
  const spare = join(root, 'spare');
  let swaps = 0;
  let over = false;
  const swap = (): void => {
    if (over) return;
    symlinkSync(swaps++ % 2 === 0 ? '../out.txt' : 'in.txt', spare);
    renameSync(spare, link);
    setImmediate(swap);
  };
  swap();
  const seen = new Set<string | undefined>();
  for (let i = 0; i < 500; i++) seen.add(await textOf('swapped'));
  over = true;
  expect(seen).not.toContain('secret');
  expect(swaps).toBeGreaterThan(500);
});

test('neither waits for a named pipe nor serves it', async () => {
  expect(await textOf('pipe')).toBeUndefined();
});
