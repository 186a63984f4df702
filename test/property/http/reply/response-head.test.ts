import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FieldsInit } from '../../../../src/http/reply/field-lines.js';
import { informationalHead } from '../../../../src/http/reply/informational.js';
import { reply } from '../../../../src/http/reply/reply.js';
import { ReplyError } from '../../../../src/http/reply/reply-error.js';
import { type ConnectionOption, responseHead } from '../../../../src/http/reply/response-head.js';
import {
  type ReadHead,
  readResponseHead,
  valuesOf,
} from '../../../support/response-head-parser.js';

/** Anything, rich in what splits messages. */
const hostile = fc.oneof(
  fc.string({
    unit: fc.constantFrom(
      '\r',
      '\n',
      '\r\n',
      '\0',
      ':',
      ' ',
      '\t',
      'a',
      'é',
      '\u010d',
      '\u010a',
      '\x7f',
      '\x85',
    ),
    maxLength: 8,
  }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('Content-Length', 'Transfer-Encoding', 'Connection', 'Date', 'close', '7', 'X-A'),
);
const headers: fc.Arbitrary<FieldsInit> = fc.oneof(
  fc.array(
    fc.tuple(hostile, fc.oneof(hostile, fc.integer(), fc.array(hostile, { maxLength: 3 }))),
    {
      maxLength: 4,
    },
  ),
  fc.dictionary(hostile, hostile, { maxKeys: 4 }),
);
const init = fc.record(
  { status: fc.integer({ min: 150, max: 650 }), statusText: hostile, headers },
  { requiredKeys: [] },
);

/** The result of `make`, or undefined if it was refused as a caller's error. */
function unlessRefused<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    expect(error).toBeInstanceOf(ReplyError);
    return undefined;
  }
}

// Law: whatever a handler passes is refused at the call, or is sent as exactly the lines it gave.
test('no reply splits its head', () => {
  let sent = 0;
  fc.assert(
    fc.property(
      init,
      hostile,
      fc.boolean(),
      fc.integer({ min: 0, max: 1 }),
      fc.constantFrom<ConnectionOption>('', 'close', 'keep-alive'),
      (given, body, isHead, versionMinor, connection) => {
        const made = unlessRefused(() => reply(body, given));
        if (made === undefined) return;
        sent++;
        const framing = made.framing(isHead, versionMinor);
        const text = responseHead(made, framing, connection, 'Date: now\r\n');
        expect(/[^\0-\xff]/.test(text)).toBe(false);
        const head = readResponseHead(text);
        expect(head.status).toBe(given.status ?? 200);
        expect(valuesOf(head, 'content-length').length).toBe(framing >= 0 ? 1 : 0);
        expect(valuesOf(head, 'transfer-encoding')).toEqual([]);
        expect(valuesOf(head, 'date').length).toBe(1);
        expect(valuesOf(head, 'connection')).toEqual(connection === '' ? [] : [connection]);
        expect(others(head)).toEqual(givenLines(given.headers ?? {}));
      },
    ),
    { numRuns: 500 },
  );
  expect(sent).toBeGreaterThan(0);
});

// Law: the same of informational heads.
test('no informational response splits its head', () => {
  fc.assert(
    fc.property(fc.integer({ min: 95, max: 205 }), headers, (status, given) => {
      const text = unlessRefused(() => informationalHead(status, given));
      if (text === undefined) return;
      const head = readResponseHead(text);
      expect(head.status).toBe(status);
      expect(head.fields).toEqual(allLines(given));
    }),
  );
});

const OWN = /^(?:content-length|date|connection|content-type)$/i;

function others(head: ReadHead): (readonly [string, string])[] {
  return head.fields.filter(([name]) => !OWN.test(name));
}

function givenLines(given: FieldsInit): [string, string][] {
  return allLines(given).filter(([name]) => !OWN.test(name));
}

function allLines(given: FieldsInit): [string, string][] {
  const pairs = (Symbol.iterator in given ? [...given] : Object.entries(given)) as [
    string,
    string | number | string[],
  ][];
  return pairs.flatMap(([name, value]) =>
    [value]
      .flat()
      .map((item): [string, string] => [name, String(item).replace(/^[\t ]+|[\t ]+$/g, '')]),
  );
}
