// Each file of the driver can be read with its tests beside it: they bear its name.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { top } from '../support/top.js';

/** A file of types alone has nothing to test. */
const holdsCode = (text: string): boolean =>
  /^(?:export )?(?:class|function|async function) /m.test(text);

test('each file of src/conn that holds code has unit tests of its own', () => {
  const filesOf = (folder: string): string[] =>
    readdirSync(join(top, folder), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.ts'),
    );
  const tested = new Set(filesOf('test/unit/conn'));
  const untested = filesOf('src/conn')
    .filter((name) => holdsCode(readFileSync(join(top, 'src/conn', name), 'utf8')))
    .filter((name) => !tested.has(name.replace(/\.ts$/, '.test.ts')));
  expect(untested).toEqual([]);
});

test('interfaces and constants are no code, classes and functions are', () => {
  const isCode = ['export interface A {\n  b(): void;\n}\n', 'export const C = 1;\n'].map(
    holdsCode,
  );
  expect(isCode).toEqual([false, false]);
  expect(['class A {}\n', 'export class A {}', 'function f() {}'].map(holdsCode)).toEqual([
    true,
    true,
    true,
  ]);
});
