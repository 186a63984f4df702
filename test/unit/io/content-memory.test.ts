import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { newMemory } from '../../../src/io/content-memory.js';

test('memory for content is as long as asked, and alone in its buffer', () => {
  const first = newMemory(100);
  const second = newMemory(100);
  expect(first.buffer.byteLength).toBe(100);
  expect(first.length).toBe(100);
  expect(second.buffer).not.toBe(first.buffer);
});

test('nothing in the library sets flags of V8 or forces a collection', () => {
  const source = new URL('../../../src/', import.meta.url);
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    const text = readFileSync(new URL(file, source), 'utf8');
    expect(text, file).not.toMatch(/setFlagsFromString|expose-gc|runInNewContext/);
  }
});
