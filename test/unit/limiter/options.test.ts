import { describe, expect, test } from 'vitest';
import { parseConcurrency, parseLimiterOptions, parseQueue } from '../../../src/limiter/options.js';

const MiB = 1024 * 1024;

test('nothing given stands for a limit that begins with 1024, and the patient law', () => {
  expect(parseLimiterOptions(undefined)).toEqual({
    concurrency: { algorithm: 'gradient', initial: 1024, min: 4, max: 10_000, hold: 'handler' },
    queue: {
      law: 'patient',
      entriesMax: 4096,
      bytesMax: 16 * MiB,
    },
  });
});

describe('concurrency', () => {
  test.each([
    [4, { algorithm: 'fixed', initial: 4, hold: 'handler' }],
    ['adaptive', { algorithm: 'gradient', initial: 20, min: 4, max: 1024, hold: 'handler' }],
    [{ hold: 'body' }, { algorithm: 'gradient', initial: 20, hold: 'body' }],
    [
      { algorithm: 'fixed', initial: 7, hold: 'body' },
      { algorithm: 'fixed', initial: 7 },
    ],
    [{ min: 30 }, { initial: 30, min: 30, max: 1024, hold: 'handler' }],
    [{ max: 2 }, { initial: 2, min: 2, max: 2 }],
    [
      { min: 3, initial: 3, max: 3 },
      { initial: 3, min: 3, max: 3 },
    ],
  ])('%j', (option, settings) => {
    expect(parseConcurrency(option)).toMatchObject(settings);
  });
});

describe('queue', () => {
  test.each([
    [{ waitMs: 0.5 }, { law: 'timed', waitMs: 0.5 }],
    [{ waitMs: 7 }, { law: 'timed', waitMs: 7, entriesMax: 1024 }],
    [{ targetMs: 20 }, { law: 'sojourn', targetMs: 20, waitMsMax: 100 }],
    [{ law: 'sojourn' }, { law: 'sojourn', targetMs: 10, waitMsMax: 100, entriesMax: 4096 }],
    [
      { law: 'sojourn', targetMs: 100, waitMsMax: 100 },
      { targetMs: 100, waitMsMax: 100 },
    ],
    [
      { law: 'sojourn', targetMs: 500 },
      { targetMs: 500, waitMsMax: 500 },
    ],
    [
      { entriesMax: 1, bytesMax: 1 },
      { entriesMax: 1, bytesMax: 1 },
    ],
  ])('%j', (option, settings) => {
    expect(parseQueue(option)).toMatchObject(settings);
  });
});

describe('what does not fit throws, naming the option, what came and what fits', () => {
  test.each([
    [{ concurrency: 0 }, RangeError, 'concurrency', '0', 'from 1 to 1000000'],
    [{ concurrency: 1.5 }, RangeError, 'concurrency', '1.5', 'a whole number'],
    [{ concurrency: 1_000_001 }, RangeError, 'concurrency', '1000001', '1000000'],
    [{ concurrency: Number.NaN }, RangeError, 'concurrency', 'NaN', 'a whole number'],
    [{ concurrency: 'many' }, RangeError, 'concurrency', '"many"', "'adaptive'"],
    [{ concurrency: null }, TypeError, 'concurrency', 'null', 'an object'],
    [{ concurrency: [4] }, TypeError, 'concurrency', 'an array', 'an object'],
    [{ concurrency: () => 4 }, TypeError, 'concurrency', 'a function', 'an object'],
    [
      { concurrency: { algorithm: 'magic' } },
      RangeError,
      'concurrency.algorithm',
      '"magic"',
      "'fixed' or 'gradient'",
    ],
    [{ concurrency: { algorithm: 4 } }, TypeError, 'concurrency.algorithm', '4', "'fixed'"],
    [
      { concurrency: { hold: 'on' } },
      RangeError,
      'concurrency.hold',
      '"on"',
      "'handler' or 'body'",
    ],
    [{ concurrency: { algorithm: 'fixed', min: 1 } }, TypeError, 'concurrency.min', '1', 'nothing'],
    [{ concurrency: { initial: '4' } }, TypeError, 'concurrency.initial', '"4"', 'a whole number'],
    [{ concurrency: { min: 5, max: 4 } }, RangeError, 'concurrency.min', '5', 'from 1 to 4'],
    [
      { concurrency: { min: 5, initial: 4 } },
      RangeError,
      'concurrency.initial',
      '4',
      'from 5 to 1024',
    ],
    [
      { concurrency: { initial: 9, max: 8 } },
      RangeError,
      'concurrency.initial',
      '9',
      'from 4 to 8',
    ],
    [{ queue: 4 }, TypeError, 'queue', '4', 'an object'],
    [
      { queue: { law: 'lifo' } },
      RangeError,
      'queue.law',
      '"lifo"',
      "'patient', 'timed' or 'sojourn'",
    ],
    [{ queue: { waitMs: 0 } }, RangeError, 'queue.waitMs', '0', 'above 0'],
    [
      { queue: { waitMs: Number.POSITIVE_INFINITY } },
      RangeError,
      'queue.waitMs',
      'Infinity',
      'finite',
    ],
    [{ queue: { waitMs: '1s' } }, TypeError, 'queue.waitMs', '"1s"', 'milliseconds'],
    [
      { queue: { entriesMax: 0 } },
      RangeError,
      'queue.entriesMax',
      '0',
      'a whole number, 1 or more',
    ],
    [{ queue: { bytesMax: 0 } }, RangeError, 'queue.bytesMax', '0', 'a whole number, 1 or more'],
    [
      { queue: { law: 'sojourn', targetMs: 20, waitMsMax: 19 } },
      RangeError,
      'queue.waitMsMax',
      '19',
      '20',
    ],
    [{ concurrency: { algorithm: 'fixed', max: 1 } }, TypeError, 'concurrency.max', '1', 'nothing'],
    [
      { concurrency: { algorithm: 'fixed', initial: 0 } },
      RangeError,
      'concurrency.initial',
      '0',
      'from 1',
    ],
    [{ concurrency: { max: 0 } }, RangeError, 'concurrency.max', '0', 'from 1'],
    [{ queue: { targetMs: 0 } }, RangeError, 'queue.targetMs', '0', 'above 0'],
    [{ queue: { waitMsMax: -1 } }, RangeError, 'queue.waitMsMax', '-1', 'above 0'],
    [
      { concurrency: 'x'.repeat(100) },
      RangeError,
      'concurrency',
      `"${'x'.repeat(60)}"…`,
      "'adaptive'",
    ],
    [4, TypeError, 'options', '4', 'an object'],
  ])('%j', (options, Kind, path, came, fits) => {
    let thrown: unknown;
    try {
      parseLimiterOptions(options);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Kind);
    expect(thrown).toMatchObject({ code: 'SLUICE_OPTION_INVALID' });
    const { message } = thrown as Error;
    expect(message.startsWith(`${path}: got ${came}, `)).toBe(true);
    expect(message.slice(message.indexOf(', '))).toContain(fits);
  });
});

test.each<[object, string, string]>([
  [
    { concurrency: { size: 4 } },
    'concurrency.size: unknown option; got 4; there are algorithm, initial',
    'min, max, hold',
  ],
  // A wait in milliseconds says that the timed law is meant, which has no target.
  [{ queue: { waitMs: 9, targetMs: 5 } }, 'queue.targetMs: unknown option; ', 'law, waitMs'],
  [{ queue: { law: 'sojourn', waitMs: 5 } }, 'queue.waitMs: unknown option; ', 'law, targetMs'],
  [
    { queue: { waitMs: 9, size: 5 } },
    'queue.size: unknown option; did you mean queue.entriesMax? Got 5; ',
    'entriesMax, bytesMax',
  ],
  // Without a law, the name may be one of any law's.
  [
    { queue: { waitms: 9 } },
    'queue.waitms: unknown option; did you mean queue.waitMs? ',
    'waitMs, ',
  ],
  [{ queue: { target: 9 } }, 'queue.target: unknown option; did you mean queue.targetMs? ', ''],
  [{ que: {} }, 'que: unknown option; did you mean queue? ', 'concurrency, queue'],
])('an option that there is not is named, with what was meant: %j', (options, start, there) => {
  let thrown: unknown;
  try {
    parseLimiterOptions(options);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(TypeError);
  expect(thrown).toMatchObject({ code: 'SLUICE_OPTION_INVALID' });
  const { message } = thrown as Error;
  expect(message.startsWith(start)).toBe(true);
  expect(message).toContain(there);
});
