import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LightHeaders } from '../../../src/globals/light-headers.js';

const Platform = globalThis.Headers;

/** What comes of it: a value, or the platform's error. */
function outcomeOf(run: () => unknown): unknown {
  try {
    return { value: run() };
  } catch (error) {
    return { error: (error as Error).name, message: (error as Error).message };
  }
}

const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a', 'B', 'b', 'Content-Type', 'set-cookie', 'Cookie') },
  { weight: 1, arbitrary: fc.constantFrom('', 'a b', 'é', 'a:', '\0', '__proto__', 'constructor') },
);
const value = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom('', ' x ', '\tx\r\n', 'x\ny', '\0', 'ü', 'Ā', '\x7f', '\x01', ' ', 'a\u00a0'),
  // Boundary: what JavaScript programs give, whatever the types say.
  fc.constantFrom<unknown>(0, 12, null, undefined, true, ['a', 'b']) as fc.Arbitrary<string>,
);
const step = fc.record({
  method: fc.constantFrom('append', 'set', 'delete', 'get', 'has', 'getSetCookie'),
  name,
  value,
});

type Method = 'append' | 'set' | 'delete' | 'get' | 'has' | 'getSetCookie';

/** Boundary: each takes its own arguments, and ignores more. */
function call(headers: Headers, method: string, ...given: string[]): unknown {
  return (headers[method as Method] as (...given: string[]) => unknown)(...given);
}

function viewOf(headers: Headers): unknown {
  const forEach: unknown[] = [];
  headers.forEach((v, k, self) => {
    forEach.push([k, v, self === headers]);
  });
  return {
    all: [...headers],
    keys: [...headers.keys()],
    values: [...headers.values()],
    entries: [...headers.entries()],
    forEach,
    cookies: headers.getSetCookie(),
  };
}

describe('light Headers', () => {
  test('are as the platform’s after whatever was done to them', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const light = new LightHeaders();
        const platform = new Platform();
        for (const { method, name, value } of steps) {
          const bound = (headers: Headers) => () => call(headers, method, name, value);
          expect(outcomeOf(bound(light))).toEqual(outcomeOf(bound(platform)));
        }
        expect(viewOf(light)).toEqual(viewOf(platform));
      }),
    );
  });

  const inits = fc.oneof(
    // The platform loses a record's own __proto__.
    fc.dictionary(
      name.filter((text) => text !== '__proto__'),
      value,
      { maxKeys: 4 },
    ),
    fc.array(fc.tuple(name, value), { maxLength: 5 }),
    fc.array(fc.array(fc.constantFrom('a', 'b'), { maxLength: 3 }), { maxLength: 2 }),
    fc.array(fc.tuple(name, value), { maxLength: 5 }).map((pairs) => new Map(pairs)),
    fc.constantFrom<unknown>(null, undefined, 0, 'a', true, Symbol('a'), { [Symbol('a')]: 'b' }),
  );

  test('are made of whatever the platform’s are made of', () => {
    fc.assert(
      fc.property(inits, (init) => {
        const given = init as Record<string, string>;
        expect(outcomeOf(() => [...new LightHeaders(given)])).toEqual(
          outcomeOf(() => [...new Platform(given)]),
        );
      }),
    );
  });

  test('are copied, to and from the platform’s, each cookie by itself', () => {
    const pairs: [string, string][] = [
      ['b', '1'],
      ['set-cookie', 'x'],
      ['a', '2'],
      ['B', '3'],
      ['set-cookie', 'y'],
    ];
    const sorted = [...new Platform(pairs)];
    expect([...new LightHeaders(new Platform(pairs))]).toEqual(sorted);
    expect([...new Platform(new LightHeaders(pairs))]).toEqual(sorted);
    const first = new LightHeaders(pairs);
    const second = new LightHeaders(first);
    second.set('a', 'changed');
    expect(first.get('a')).toBe('2');
    expect([...first]).toEqual(sorted);
  });

  test('let an iteration see what is altered meanwhile', () => {
    const visited = (headers: Headers): string[] => {
      const names: string[] = [];
      for (const [key] of headers) {
        names.push(key);
        headers.delete(key);
        if (key === 'a') headers.append('z', '1');
      }
      return names;
    };
    const given = { a: '1', b: '2', c: '3', d: '4' };
    expect(visited(new LightHeaders(given))).toEqual(visited(new Platform(given)));
  });

  test('are instances both ways, and of their own class only where that is asked', () => {
    class Own extends LightHeaders {}
    expect(new LightHeaders()).toBeInstanceOf(Platform);
    expect(new Platform()).toBeInstanceOf(LightHeaders);
    expect({}).not.toBeInstanceOf(LightHeaders);
    expect(Object.create(null)).not.toBeInstanceOf(LightHeaders);
    expect(new Own()).toBeInstanceOf(Own);
    expect(new Platform()).not.toBeInstanceOf(Own);
    expect(new LightHeaders()).not.toBeInstanceOf(Own);
    expect(String(new LightHeaders())).toBe('[object Headers]');
    expect([LightHeaders.name, LightHeaders.length]).toEqual([Platform.name, Platform.length]);
  });

  test('answer to every name that the platform’s answer to', () => {
    const own = Object.getOwnPropertyNames(LightHeaders.prototype);
    expect(own).toEqual(expect.arrayContaining(Object.getOwnPropertyNames(Platform.prototype)));
    expect(LightHeaders.prototype[Symbol.iterator]).toBe(LightHeaders.prototype.entries);
  });
});
