import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import { scopeOfNow } from '../../../src/io/scope.js';

const storage = new AsyncLocalStorage<string | undefined>();
const store = (): string | undefined => storage.getStore();

function enter(value: string): string | undefined {
  const found = store();
  storage.enterWith(value);
  return found;
}

describe('a scope', () => {
  const scope = storage.run('outer', scopeOfNow);

  test('is the context in which it was made, wherever work is run', () => {
    expect(scope.run(store, undefined)).toBe('outer');
    storage.run('inner', () => {
      expect(scope.run(store, undefined)).toBe('outer');
      expect(store()).toBe('inner');
    });
  });

  test('gives work its values and its self, and gives back what comes of it', () => {
    function said(this: unknown, ...values: unknown[]): unknown[] {
      return [this, ...values];
    }
    expect(storage.run('inner', () => scope.run(said, 'self', 1, 2))).toEqual(['self', 1, 2]);
    expect(scope.run(said, 'self', 1, 2)).toEqual(['self', 1, 2]);
  });

  test('keeps nothing of what work enters', () => {
    storage.run('inner', () => {
      expect(scope.run(enter, undefined, 'a')).toBe('outer');
      expect(scope.run(enter, undefined, 'b')).toBe('outer');
      expect(scope.ofNow().run(store, undefined)).toBe('inner');
    });
  });

  test('keeps nothing of what the beginning of a request enters, or leaves it to that request', () => {
    let found: string | undefined;
    const after = storage.run('inner', () =>
      scope.begin(() => {
        found = enter('a');
      }, undefined),
    );
    expect(found).toBe('outer');
    expect(['outer', 'a']).toContain(after.run(store, undefined));
    expect(scope.run(store, undefined)).toBe('outer');
  });

  test('lets an error through, and is left by it', () => {
    const error = new Error('x');
    const fail = (): never => {
      throw error;
    };
    storage.run('inner', () => {
      expect(() => scope.run(fail, undefined)).toThrow(error);
      expect(() => scope.begin(fail, undefined)).toThrow(error);
      expect(store()).toBe('inner');
    });
  });

  test('is another one where a context was entered', () => {
    storage.run('inner', () => {
      const here = scope.ofNow();
      expect(here).not.toBe(scope);
      expect(storage.run('later', () => here.run(store, undefined))).toBe('inner');
    });
  });
});
