import { describe, expect, test } from 'vitest';
import {
  booleanAt,
  functionAt,
  msAt,
  numberAt,
  objectAt,
  oneOf,
  refuseOthers,
  stringAt,
  wholeNumberAt,
  wordsOf,
} from '../../../src/options/checks.js';
import * as otherNames from '../../../src/options/other-names.js';

function errorOf(act: () => unknown): Error & { code?: string } {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

describe('a check gives the value', () => {
  test.each<[string, unknown, unknown]>([
    ['wholeNumberAt', wholeNumberAt('a', 3, { least: 3, most: 3 }), 3],
    ['msAt', msAt('a', 0.5), 0.5],
    ['msAt from 0', msAt('a', 0, 0), 0],
    ['numberAt', numberAt('a', 0.5, 0, 1), 0.5],
    ['stringAt', stringAt('a', ''), ''],
    ['booleanAt', booleanAt('a', false), false],
    ['oneOf', oneOf('a', 'b', ['b', 'c'], 'c'), 'b'],
    ['oneOf of nothing', oneOf('a', undefined, ['b', 'c'], 'c'), 'c'],
  ])('%s', (_name, came, fits) => {
    expect(came).toBe(fits);
  });

  test('functions and objects are the ones that came', () => {
    const own = { b: 1 };
    expect(objectAt('a', own)).toBe(own);
    expect(functionAt('a', errorOf)).toBe(errorOf);
  });
});

describe('a check throws', () => {
  test.each<[() => unknown, ErrorConstructor, string]>([
    [
      () => wholeNumberAt('a.b', '3', { least: 3, most: 9 }),
      TypeError,
      'a.b: got "3", expected a whole number from 3 to 9',
    ],
    [
      () => wholeNumberAt('a', 2 ** 53, { least: 0, unit: 'bytes', zero: 'no limit' }),
      RangeError,
      'a: got 9007199254740992, expected a whole number of bytes, 0 or more (0: no limit)',
    ],
    [() => msAt('a', 0), RangeError, 'a: got 0, expected a finite number of milliseconds, above 0'],
    [
      () => msAt('a', -1, 0),
      RangeError,
      'a: got -1, expected a finite number of milliseconds, 0 or more',
    ],
    [
      () => msAt('a', Number.POSITIVE_INFINITY, 0),
      RangeError,
      'a: got Infinity, expected a finite number of milliseconds, 0 or more',
    ],
    [() => msAt('a', 5n), TypeError, 'a: got 5n, expected a finite number of'],
    [
      () => numberAt('a', Number.NaN, 0, 1),
      RangeError,
      'a: got NaN, expected a number from 0 to 1',
    ],
    [() => stringAt('a', 5), TypeError, 'a: got 5, expected a string'],
    [() => booleanAt('a', 'yes'), TypeError, 'a: got "yes", expected true or false'],
    [() => functionAt('a', {}), TypeError, 'a: got an object, expected a function'],
    [() => objectAt('a', []), TypeError, 'a: got an array, expected an object'],
    [() => objectAt('a', null), TypeError, 'a: got null, expected an object'],
    [() => oneOf('a', 'd', ['b', 'c'], 'c'), RangeError, "a: got \"d\", expected 'b' or 'c'"],
    [() => oneOf('a', 4, ['b', 'c'], 'c'), TypeError, "a: got 4, expected 'b' or 'c'"],
  ])('%#', (act, Kind, message) => {
    const error = errorOf(act);
    expect(error).toBeInstanceOf(Kind);
    expect(error.message).toContain(message);
    expect(error.code).toBe('SLUICE_OPTION_INVALID');
  });

  test.each<[string, unknown]>([
    ['a Map', new Map()],
    ['a Date', new Date(0)],
    ['a Promise', Promise.resolve({})],
    ['a String', Object('text')],
  ])('for what holds nothing in members: %s', (kind, value) => {
    expect(errorOf(() => objectAt('a', value)).message).toBe(`a: got ${kind}, expected an object`);
  });

  test('for a proxy that was revoked', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(errorOf(() => objectAt('a', proxy)).message).toBe(
      'a: got an object, expected an object',
    );
  });
});

test('words are listed as one says them', () => {
  expect(wordsOf(['a'])).toBe("'a'");
  expect(wordsOf(['a', 'b', 'c'])).toBe("'a', 'b' or 'c'");
});

describe('an option that there is not', () => {
  const refusal = (given: object, path = ''): string =>
    errorOf(() => refuseOthers(path, given, ['port', 'host'], otherNames.LISTEN_OTHER_NAMES))
      .message;

  test('is named, with what was meant, what came and what there is', () => {
    expect(refusal({ hostname: 'localhost' })).toBe(
      'hostname: unknown option; did you mean host? Got "localhost"; there are port, host',
    );
    expect(refusal({ colour: 5 })).toBe('colour: unknown option; got 5; there are port, host');
    expect(refusal({ Port: 1 }, 'a')).toBe(
      'a.Port: unknown option; did you mean a.port? Got 1; there are port, host',
    );
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'is none of the names that every object has: %s',
    (name) => {
      const given = Object.defineProperty({}, name, { value: 1, enumerable: true });
      expect(refusal(given)).toBe(`${name}: unknown option; got 1; there are port, host`);
    },
  );

  test('is found without calling its getter', () => {
    const given = {
      get colour(): never {
        throw new Error('called');
      },
    };
    expect(refusal(given)).toBe('colour: unknown option; got undefined; there are port, host');
  });

  test('may stand on a prototype: only own members are options', () => {
    class Where {
      port = 1;
      describe(): string {
        return 'a place';
      }
    }
    refuseOthers('', new Where(), ['port', 'host']);
    refuseOthers('', Object.create({ colour: 1 }), ['port', 'host']);
    const everywhere = Object.prototype as { extend?: () => void };
    everywhere.extend = () => undefined;
    try {
      refuseOthers('', { port: 1 }, ['port', 'host']);
    } finally {
      delete everywhere.extend;
    }
  });
});

test.each(Object.entries(otherNames))('%s is written in lower case', (_name, table) => {
  for (const name of Object.keys(table)) expect(name).toBe(name.toLowerCase());
});
