import { describe, expect, test } from 'vitest';
import { systemError } from '../../../src/io/system-error.js';

const ECONNRESET = -104;

describe('an error of the system', () => {
  test('says what Node would say, without a stack', () => {
    const error = systemError(ECONNRESET, 'read');
    expect(error).toMatchObject({
      message: 'read ECONNRESET',
      code: 'ECONNRESET',
      errno: ECONNRESET,
      syscall: 'read',
    });
    expect(error.stack).toBe('Error: read ECONNRESET');
  });

  test.each([0, 25, undefined])('leaves others their stack, be the limit %s', (limit) => {
    const before = Error.stackTraceLimit;
    try {
      Object.assign(Error, { stackTraceLimit: limit });
      systemError(ECONNRESET, 'read');
      expect(Error.stackTraceLimit).toBe(limit);
    } finally {
      Error.stackTraceLimit = before;
    }
  });
});
