import { describe, expect, test } from 'vitest';
import {
  DEFAULT_LIMITS,
  LIMIT_NAMES,
  LIMIT_ROWS,
  type LimitName,
  type Limits,
  limitsFrom,
} from '../../../src/fsm/limits.js';
import { cutAt, parseLog, parserLog } from '../../support/split-bytes.js';

const KIB = 1024;
const MIB = 1024 * KIB;

function errorOf(given: unknown): Error {
  try {
    limitsFrom(given as Partial<Limits>);
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

describe('the defaults', () => {
  test('are these', () => {
    expect(DEFAULT_LIMITS).toEqual({
      headBytesMax: 16 * KIB,
      fieldCountMax: 100,
      targetBytesMax: 8 * KIB,
      headMs: 10_000,
      keepAliveMs: 75_000,
      bodyBytesMax: MIB,
      bodyIdleMs: 30_000,
      bytesPerSecondMin: 240,
      writeStallMs: 300_000,
      peerEndedMs: 5_000,
      handlerMs: 0,
      handshakeMs: 10_000,
      handshakesMax: 256,
      requestsPerConnectionMax: 0,
      chunkLineBytesMax: 256,
      chunkExtBytesMax: 16 * KIB,
      chunkOverheadBytesMax: 100 * KIB,
      trailerBytesMax: 8 * KIB,
      readAheadBytesMax: 64 * KIB,
      drainBytesMax: 64 * KIB,
      lingerMs: 2_000,
      lingerMsMax: 10_000,
      lingerBytesMax: 64 * MIB,
      connectionsMax: 10_000,
      bufferedBytesMax: 256 * MIB,
    });
  });

  test('have a row each, with a unit, a least value and a reason', () => {
    expect(LIMIT_NAMES).toEqual(Object.keys(DEFAULT_LIMITS));
    for (const name of LIMIT_NAMES) {
      const { value, unit, least, why, zero } = LIMIT_ROWS[name];
      expect(['bytes', 'ms', 'count', 'bytes/s']).toContain(unit);
      expect(value).toBeGreaterThanOrEqual(least);
      expect(why).not.toBe('');
      if (zero !== undefined) expect(least).toBe(0);
      // The name says what is counted.
      if (/Bytes(Max|Min)$/.test(name)) expect(unit).toBe('bytes');
      if (/Ms(Max)?$/.test(name)) expect(unit).toBe('ms');
    }
  });

  test('that mean "no limit" as 0 are these', () => {
    expect(LIMIT_NAMES.filter((name) => LIMIT_ROWS[name].zero === 'none')).toEqual([
      'bytesPerSecondMin',
      'handlerMs',
      'requestsPerConnectionMax',
    ]);
  });

  test('can be changed by nobody', () => {
    expect(Object.isFrozen(DEFAULT_LIMITS)).toBe(true);
    expect(Object.isFrozen(limitsFrom({}))).toBe(true);
  });
});

describe('limitsFrom', () => {
  test('gives the defaults where nothing is given', () => {
    expect(limitsFrom()).toEqual(DEFAULT_LIMITS);
    expect(limitsFrom({})).toEqual(DEFAULT_LIMITS);
  });

  test('lays what is given over the defaults', () => {
    expect(limitsFrom({ headMs: 5, handlerMs: 7 })).toEqual({
      ...DEFAULT_LIMITS,
      headMs: 5,
      handlerMs: 7,
    });
  });

  test('takes undefined for "not given"', () => {
    expect(limitsFrom({ headMs: undefined } as object)).toEqual(DEFAULT_LIMITS);
  });

  test.each(LIMIT_NAMES)('%s: the least value fits, one below does not', (name) => {
    const { least } = LIMIT_ROWS[name];
    expect(limitsFrom({ [name]: least })[name]).toBe(least);
    expect(limitsFrom({ [name]: least + 1 })[name]).toBe(least + 1);
    const error = errorOf({ [name]: least - 1 });
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ code: 'SLUICE_OPTION_INVALID' });
    expect(error.message).toContain(`limits.${name}: got ${least - 1}, expected a whole number`);
  });

  test.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, -1])(
    '%d fits nowhere',
    (value) => {
      const error = errorOf({ headMs: value });
      expect(error).toBeInstanceOf(RangeError);
      expect(error).toMatchObject({ code: 'SLUICE_OPTION_INVALID' });
    },
  );

  test.each<[unknown, string]>([
    ['5', '"5"'],
    [null, 'null'],
    [true, 'true'],
    [5n, '5n'],
    [Symbol('five'), 'a symbol'],
    [{}, 'an object'],
    [[5], 'an array'],
    [Object.create(null), 'an object'],
    [() => 5, 'a function'],
  ])('what is no number is refused, and shown: %s', (value, shown) => {
    const error = errorOf({ headMs: value });
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ code: 'SLUICE_OPTION_INVALID' });
    expect(error.message).toBe(
      `limits.headMs: got ${shown}, expected a whole number of milliseconds, 1 or more`,
    );
  });

  test('is told in words, where it is a number of something', () => {
    expect(errorOf({ handshakesMax: 0 }).message).toBe(
      'limits.handshakesMax: got 0, expected a whole number, 1 or more',
    );
    expect(errorOf({ bytesPerSecondMin: -1 }).message).toContain(
      'a whole number of bytes a second, ',
    );
  });

  test('says so where 0 is no limit', () => {
    expect(errorOf({ handlerMs: -1 }).message).toBe(
      'limits.handlerMs: got -1, expected a whole number of milliseconds, 0 or more (0: no limit)',
    );
  });

  test.each([
    ['headByteMax', 'did you mean limits.headBytesMax? Got'],
    ['toString', 'got'],
    ['__proto__x', 'got'],
    ['0', 'got'],
  ])('there is no limit %s', (name, hint) => {
    for (const value of [1, undefined]) {
      const error = errorOf({ [name]: value });
      expect(error).toBeInstanceOf(TypeError);
      expect(error).toMatchObject({ code: 'SLUICE_OPTION_INVALID' });
      expect(error.message).toBe(
        `limits.${name}: unknown option; ${hint} ${value}; there are ${LIMIT_NAMES.join(', ')}`,
      );
    }
  });

  test.each<[unknown, string]>([
    [null, 'null'],
    [5, '5'],
    ['headMs', '"headMs"'],
    [() => ({}), 'a function'],
  ])('limits are an object, not %s', (given, shown) => {
    const error = errorOf(given);
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ code: 'SLUICE_OPTION_INVALID' });
    expect(error.message).toBe(`limits: got ${shown}, expected an object`);
  });
});

describe('each limit of the parsers holds one below, at and one above', () => {
  const HEAD = 'POST /abc HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
  const MESSAGE = `${HEAD}3;a=b\r\nxyz\r\n0\r\nC: d\r\n\r\n`;

  test.each<[LimitName, number, string]>([
    ['headBytesMax', HEAD.length + 0, 'headTooLarge'],
    ['fieldCountMax', 2, 'fieldsTooMany'],
    ['targetBytesMax', 4, 'targetTooLong'],
    ['bodyBytesMax', 3, 'bodyTooLarge'],
    ['chunkExtBytesMax', 4, 'chunkExtensionsTooLarge'],
    ['trailerBytesMax', 8, 'trailersTooLarge'],
  ])('%s', (name, needed, fault) => {
    // The least head that limits allow is longer than this one, so it is padded.
    const pad = name === 'headBytesMax' ? 'P: '.padEnd(20, 'p') : '';
    const message = pad === '' ? MESSAGE : MESSAGE.replace('Host: a', `Host: a\r\n${pad}`);
    const limit = pad === '' ? needed : needed + pad.length + 2;
    for (const generous of [limit, limit + 1])
      expect(parseLog(message, { [name]: generous }).at(-1)).toBe('end');
    expect(parseLog(message, { [name]: limit - 1 }).at(-1)).toMatch(new RegExp(`fault ${fault}$`));
  });

  test('chunkLineBytesMax', () => {
    const message = MESSAGE.replace('3;a=b', '3;a=b'.padEnd(20, 'b'));
    for (const limit of [20, 21])
      expect(parseLog(message, { chunkLineBytesMax: limit }).at(-1)).toBe('end');
    expect(parseLog(message, { chunkLineBytesMax: 19 }).at(-1)).toMatch(/fault chunkLineTooLong$/);
  });

  test('chunkOverheadBytesMax', () => {
    // The first chunk's line is outweighed by its content; the last has one byte and two line ends.
    for (const limit of [5, 6])
      expect(parseLog(MESSAGE, { chunkOverheadBytesMax: limit }).at(-1)).toBe('end');
    expect(parseLog(MESSAGE, { chunkOverheadBytesMax: 4 }).at(-1)).toMatch(/fault chunkOverhead$/);
  });

  test.each<[string, (excess: number) => string, string]>([
    [
      'headBytesMax',
      (excess) => {
        const start = 'GET / HTTP/1.1\r\nHost: a\r\nA: ';
        return `${start}${'b'.repeat(16 * KIB - start.length - 4 + excess)}\r\n\r\n`;
      },
      `@${16 * KIB} fault headTooLarge`,
    ],
    [
      'targetBytesMax',
      (excess) => `GET /${'t'.repeat(8 * KIB - 1 + excess)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      `@${4 + 8 * KIB} fault targetTooLong`,
    ],
    [
      'fieldCountMax',
      (excess) => `GET / HTTP/1.1\r\nHost: a\r\n${'A:b\r\n'.repeat(99 + excess)}\r\n`,
      '@520 fault fieldsTooMany',
    ],
    [
      'trailerBytesMax',
      (excess) => `${HEAD}0\r\nA: ${'b'.repeat(8 * KIB - 7 + excess)}\r\n\r\n`,
      `@${HEAD.length + 3 + 8 * KIB} fault trailersTooLarge`,
    ],
    [
      'bodyBytesMax',
      (excess) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${MIB + excess}\r\n\r\n`,
      '@53 fault bodyTooLarge',
    ],
  ])('%s, the default', (name, message, fault) => {
    // Every cut would take minutes: some places, and one just before and behind the limit.
    const at = DEFAULT_LIMITS[name as LimitName];
    const places = [1, 30, 1000, at - 1, at, at + 1].filter((place) => place < message(0).length);
    for (const pieces of [cutAt(message(0), []), cutAt(message(0), places)])
      expect(parserLog(pieces).join()).not.toMatch(/Too(Large|Long|Many)/);
    for (const pieces of [cutAt(message(1), []), cutAt(message(1), places)])
      expect(parserLog(pieces).at(-1)).toBe(fault);
  });
});
