// What a reader asks of its owner, what it keeps for a report, and when it may read another connection.

import { describe, expect, test } from 'vitest';
import { Fault } from '../../../../src/fsm/faults.js';
import { limitsFrom } from '../../../../src/fsm/limits.js';
import { type HeadRules, STRICT_RULES } from '../../../../src/fsm/parse/head-check.js';
import {
  READ_CONTENT,
  READ_END,
  READ_FAULT,
  READ_HEAD,
  READ_MORE,
  RequestReader,
} from '../../../../src/fsm/parse/request-reader.js';
import { bytesOf } from '../../../support/split-bytes.js';

const limits = limitsFrom();

describe('a name that Unicode decides', () => {
  const rules: HeadRules = { ...STRICT_RULES, connect: true };
  const urls: [what: string, head: string, asked: string[], fault: number][] = [
    ['none', 'GET / HTTP/1.1\r\nHost: a.example', [], Fault.none],
    [
      'in Host',
      'GET / HTTP/1.1\r\nHost: xn--mnchen-3ya.example',
      ['http://xn--mnchen-3ya.example/'],
      Fault.hostInvalid,
    ],
    [
      'in a target that is a URL',
      'GET http://xn--mnchen-3ya.example/b HTTP/1.1\r\nHost: b',
      ['http://xn--mnchen-3ya.example/b'],
      Fault.targetInvalid,
    ],
    [
      'in a target that is an authority',
      'CONNECT xn--mnchen-3ya.example:443 HTTP/1.1\r\nHost: b',
      ['http://xn--mnchen-3ya.example:443/'],
      Fault.targetInvalid,
    ],
  ];

  test.each(urls)('is asked for once, as a URL: %s', (_what, head, expected, fault) => {
    for (const isTaken of [true, false]) {
      const asked: string[] = [];
      const takesUrl = (url: string): boolean => asked.push(url) > 0 && isTaken;
      const reader = new RequestReader(limits, takesUrl, rules);
      const bytes = bytesOf(`${head}\r\n\r\n`);
      const isRefused = !isTaken && fault !== Fault.none;
      expect(reader.read(bytes, 0, bytes.length)).toBe(isRefused ? READ_FAULT : READ_HEAD);
      expect(asked).toEqual(expected);
      expect(reader.fault).toBe(isRefused ? fault : Fault.none);
    }
  });

  test.each(urls)('is taken where nobody is asked: %s', (_what, head) => {
    const reader = new RequestReader(limits, undefined, rules);
    const bytes = bytesOf(`${head}\r\n\r\n`);
    expect(reader.read(bytes, 0, bytes.length)).toBe(READ_HEAD);
  });

  test.each([
    ['in a line', 'Content-Length: x', Fault.contentLengthInvalid],
    ['at its end', 'Expect: b', Fault.expectationUnknown],
  ])('is not asked for where the head has a fault already: %s', (_where, line, fault) => {
    const asked: string[] = [];
    const takesUrl = (url: string): boolean => asked.push(url) > 0;
    const reader = new RequestReader(limits, takesUrl);
    const bytes = bytesOf(`GET / HTTP/1.1\r\nHost: xn--mnchen-3ya.example\r\n${line}\r\n\r\n`);
    expect(reader.read(bytes, 0, bytes.length)).toBe(READ_FAULT);
    expect([asked, reader.fault]).toEqual([[], fault]);
  });
});

describe('the section that was carried is kept with its fault', () => {
  const chunked = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n';

  test.each([
    ['within a head', '', 'GET / HTTP/1.1\r\nHo', 'st : a\r\n\r\n', 20],
    ['at the end of a head', '', 'GET / HTTP/1.1\r\n', '\r\n', 18],
    ['within trailers', chunked, 'A: b\r\n', 'C\n', 7],
  ])('%s', (_where, before, first, second, at) => {
    const reader = new RequestReader(limits);
    const [one, two] = [bytesOf(before + first), bytesOf(second)] as const;
    if (before !== '') expect(reader.read(one, 0, one.length)).toBe(READ_HEAD);
    expect(reader.read(one, before === '' ? 0 : reader.at, one.length)).toBe(READ_MORE);
    expect(reader.carriedFault).toBe(undefined);
    expect(reader.read(two, 0, two.length)).toBe(READ_FAULT);
    const { carriedFault } = reader;
    const text = Buffer.from(carriedFault?.bytes ?? []).toString('latin1');
    expect([text, carriedFault?.at]).toEqual([first + second, at]);
  });

  test.each([
    ['a head', 'GET / HTTP/1.1\r\n\r\n'],
    ['trailers', `${chunked}A: b\r\nC\n`],
  ])('where none was carried, there is none: %s', (_what, text) => {
    const reader = new RequestReader(limits);
    const bytes = bytesOf(text);
    while (reader.read(bytes, reader.at, bytes.length) !== READ_FAULT);
    expect(reader.carriedFault).toBe(undefined);
  });

  test('where there is no fault, none is kept', () => {
    const reader = new RequestReader(limits);
    const bytes = bytesOf(`${chunked}A: b\r\n\r\n`);
    for (let at = 0; at < bytes.length; at = reader.at) reader.read(bytes, at, at + 1);
    expect([reader.midMessage, reader.carriedFault]).toEqual([false, undefined]);
  });

  test('it is kept up to its limit', () => {
    const small = limitsFrom({ headBytesMax: 64, trailerBytesMax: 64 });
    const long = 'v'.repeat(1000);
    const texts: [string, number][] = [
      [`GET / HTTP/1.1\r\nHost: ${long}`, 10],
      [`${chunked}A: ${long}`, chunked.length + 10],
    ];
    for (const [text, cut] of texts) {
      const reader = new RequestReader(small);
      const bytes = bytesOf(text);
      while (reader.read(bytes, reader.at, cut) !== READ_MORE);
      expect(reader.carriedBytes).toBe(10);
      expect(reader.read(bytes, cut, bytes.length)).toBe(READ_FAULT);
      expect(reader.carriedFault?.bytes).toHaveLength(64);
    }
  });
});

test('between messages it may read another connection, and counts on from what was read there', () => {
  const reader = new RequestReader(limits);
  const bytes = bytesOf('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nabG');
  const between = [reader.between];
  for (const signal of [READ_HEAD, READ_CONTENT, READ_END, READ_MORE]) {
    expect(reader.read(bytes, reader.at, bytes.length)).toBe(signal);
    between.push(reader.between);
  }
  expect(between).toEqual([true, false, false, true, false]);
  const other = new RequestReader(limits);
  other.continueFrom(1000);
  expect(other.read(bytesOf('G\n'), 0, 2)).toBe(READ_FAULT);
  expect(other.faultOffset).toBe(1001);
});
