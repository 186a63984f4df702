import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shown, shownName } from '../../../src/options/shown.js';

class Hostile {
  static name(): string {
    return 'not a string';
  }
  value = 1;
}

/** A proxy of which every trap throws. */
function hostileProxy(target: object): object {
  const traps = new Proxy(
    {},
    {
      get: () => () => {
        throw new Error('a trap');
      },
    },
  );
  return new Proxy(target, traps);
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

describe('a value that came', () => {
  // In functions, for the names of tests are made by looking at what they are given.
  test.each<[string, () => unknown]>([
    ['"5"', () => '5'],
    ['"a\\u001b[31m\\u009b\\u202e\\u2028"', () => 'a\u001b[31m\u009b\u202e\u2028'],
    ['"\\ud800"', () => '\ud800'],
    [`"${'x'.repeat(60)}"`, () => 'x'.repeat(60)],
    [`"${'x'.repeat(60)}"…`, () => 'x'.repeat(1_000_000)],
    ['5', () => 5],
    ['NaN', () => Number.NaN],
    ['5n', () => 5n],
    ['a bigint of many digits', () => 10n ** 5000n],
    ['true', () => true],
    ['undefined', () => undefined],
    ['null', () => null],
    ['a symbol', () => Symbol('s\n')],
    ['a function', () => (): number => 5],
    ['an array', () => [5]],
    ['an object', () => ({})],
    ['an object', () => Object.create(null)],
    ['an object', () => Object.create({ constructor: 5 })],
    ['a Map', () => new Map()],
    ['a Uint8Array', () => new Uint8Array(1)],
    ['an Error', () => new Error('text')],
    ['an object', () => new Hostile()],
    ['an object', () => hostileProxy({})],
    ['an array', () => hostileProxy([])],
    ['an object', () => revoked({})],
    ['an object', () => revoked([])],
    ['an object', () => ({ toString: () => 'secret', toJSON: () => 'secret' })],
  ])('is shown as %s (%#)', (expected, value) => {
    expect(shown(value())).toBe(expected);
  });

  test('is shown shortly and without a control character, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true }), (value) => {
        const text = shown(value);
        expect(text.length).toBeLessThan(450);
        expect(text).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  test('a getter of it is not called', () => {
    let calls = 0;
    const trap = { get: () => calls++, configurable: true, enumerable: true };
    const prototype = Object.defineProperty({}, 'constructor', trap);
    shown(Object.create(prototype, { toString: trap, name: trap }));
    expect(calls).toBe(0);
  });
});

test.each([
  ['headMs', 'headMs'],
  ['a b', '"a b"'],
  ['', '""'],
  ['x\u001b[2J', '"x\\u001b[2J"'],
  ['y'.repeat(100), `"${'y'.repeat(60)}"…`],
])('the name %j stands as %s', (name, expected) => {
  expect(shownName(name)).toBe(expected);
});
