import { describe, expect, test } from 'vitest';
import { DateLine } from '../../../../src/http/reply/date.js';
import { CONTINUE_HEAD, informationalHead } from '../../../../src/http/reply/informational.js';
import { reply } from '../../../../src/http/reply/reply.js';
import {
  SEND_CHUNKED,
  SEND_NO_LENGTH,
  SEND_UNTIL_CLOSE,
} from '../../../../src/http/reply/reply-framing.js';
import { responseHead, sayingClose } from '../../../../src/http/reply/response-head.js';
import { reasonPhrase } from '../../../../src/http/reply/status.js';
import { readResponseHead } from '../../../support/response-head-parser.js';

const DATE = 'Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n';

describe('a response head', () => {
  test('has the status line, fields, framing, date and connection, in this order', () => {
    expect(responseHead(reply('Hello\n'), 6, '', DATE)).toBe(
      `HTTP/1.1 200 OK\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: 6\r\n${DATE}\r\n`,
    );
    expect(responseHead(reply(null), SEND_CHUNKED, 'close', DATE)).toBe(
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n${DATE}Connection: close\r\n\r\n`,
    );
    expect(responseHead(reply(null), SEND_UNTIL_CLOSE, 'close', DATE)).toBe(
      `HTTP/1.1 200 OK\r\n${DATE}Connection: close\r\n\r\n`,
    );
    expect(responseHead(reply(null), 0, 'keep-alive', DATE)).toBe(
      `HTTP/1.1 200 OK\r\nContent-Length: 0\r\n${DATE}Connection: keep-alive\r\n\r\n`,
    );
  });

  test('has the date of the handler where it set one', () => {
    const made = reply(null, { status: 304, headers: { date: 'then' } });
    expect(responseHead(made, SEND_NO_LENGTH, '', DATE)).toBe(
      'HTTP/1.1 304 Not Modified\r\ndate: then\r\n\r\n',
    );
  });

  test('has the phrase of the status, another, or an empty one', () => {
    const line = (status: number, statusText = ''): string | undefined =>
      responseHead(reply('', { status, statusText }), 0, '', '').split('\r\n')[0];
    for (let time = 0; time < 2; time++) {
      expect(line(404)).toBe('HTTP/1.1 404 Not Found');
      expect(line(404, 'Gone fishing')).toBe('HTTP/1.1 404 Gone fishing');
      expect(line(299)).toBe('HTTP/1.1 299 ');
    }
  });

  test('is the same each time that it is sent, also beyond US-ASCII', () => {
    const made = reply('', { headers: { 'X-Name': 'caf\u00e9 \u0080\u00ff' } });
    const head = responseHead(made, 0, 'keep-alive', DATE, 5);
    expect(head).toContain('X-Name: caf\u00e9 \u0080\u00ff\r\n');
    for (let time = 0; time < 3; time++)
      expect(responseHead(made, 0, 'keep-alive', DATE, 5)).toBe(head);
    expect(responseHead(made, 1, 'keep-alive', DATE, 5)).not.toBe(head);
    expect(responseHead(made, 0, 'keep-alive', DATE, 5)).toBe(head);
  });
});

// The last heads are kept, of connections that go on and of those that end.
test('a head is its own, whatever heads of other connections come in between', () => {
  const made = reply('Hello\n');
  const options = ['keep-alive', 'close', '', 'close', 'keep-alive', ''] as const;
  for (const seconds of [5, 5, 75, 5]) {
    for (const option of options) {
      const line = option === '' ? '' : `Connection: ${option}\r\n`;
      const told = option === 'keep-alive' ? `Keep-Alive: timeout=${seconds}\r\n` : '';
      const expected = `HTTP/1.1 200 OK\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: 6\r\n${DATE}${line}${told}\r\n`;
      expect(responseHead(made, 6, option, DATE, seconds)).toBe(expected);
      expect(responseHead(made, 6, option, DATE, seconds)).toBe(expected);
    }
  }
});

describe('an informational head', () => {
  test('is a status line and fields', () => {
    const head = informationalHead(103, { Link: ['</a.css>; rel=preload', '</b.js>'], 'X-A': 1 });
    expect(readResponseHead(head)).toEqual({
      status: 103,
      reason: 'Early Hints',
      fields: [
        ['Link', '</a.css>; rel=preload'],
        ['Link', '</b.js>'],
        ['X-A', '1'],
      ],
    });
    expect(informationalHead(100)).toBe(CONTINUE_HEAD);
    expect(informationalHead(199)).toBe('HTTP/1.1 199 \r\n\r\n');
  });

  test.each([99, 101, 200, 102.5, '103'])('has no status %j', (status) => {
    expect(() => informationalHead(status as number)).toThrow('from 100 to 199, but not 101');
  });

  test.each(['Content-Length', 'transfer-encoding', 'Connection', 'Trailer'])(
    'has no %s',
    (name) => {
      expect(() => informationalHead(103, { [name]: '1' })).toThrow(`${name} can't be set`);
    },
  );

  test('can not be split', () => {
    expect(() => informationalHead(103, { a: 'b\r\n\r\nHTTP/1.1 200 OK' })).toThrow(TypeError);
    expect(() => informationalHead(103, { 'a\r\nb': 'c' })).toThrow(TypeError);
  });
});

describe('the date', () => {
  /** A wall clock that counts how often it was read. */
  class Reading {
    epochMs: number;
    reads = 0;

    constructor(epochMs: number) {
      this.epochMs = epochMs;
    }

    wallNow(): number {
      this.reads++;
      return this.epochMs;
    }
  }
  const reading = (epochMs: number): Reading => new Reading(epochMs);

  test('is an IMF-fixdate (RFC 9110 §5.6.7)', () => {
    expect(new DateLine().at(0, reading(784111777_000))).toBe(DATE);
    expect(new DateLine().at(5, reading(0))).toBe('Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n');
  });

  test('turns with the second, and asks for the time only then', () => {
    const clock = reading(784111777_400);
    const date = new DateLine();
    expect(date.at(1000, clock)).toBe(DATE);
    clock.epochMs += 599;
    expect(date.at(1599, clock)).toBe(DATE);
    expect(clock.reads).toBe(1);
    clock.epochMs += 1;
    expect(date.at(1600, clock)).toBe('Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n');
    expect(clock.reads).toBe(2);
  });

  test('follows a wall clock that was set back', () => {
    const clock = reading(784111778_000);
    const date = new DateLine();
    date.at(0, clock);
    clock.epochMs -= 1000;
    expect(date.at(1000, clock)).toBe(DATE);
  });
});

test('every phrase fits into a status line', () => {
  for (let status = 100; status < 600; status++) {
    expect(reasonPhrase(status)).toMatch(/^[\w '-]*$/);
  }
  expect(reasonPhrase(501)).toBe(['Not', 'Implemented'].join(' '));
});

describe('a head that was made before the connection turned out to end', () => {
  const start = 'HTTP/1.1 200 OK\r\nDate: now\r\n';
  const closing = `${start}Connection: close\r\n\r\n`;
  test.each([
    ['', ''],
    [`${start}\r\n`, closing],
    [closing, closing],
    [`${start}Connection: keep-alive\r\n\r\n`, closing],
    [`${start}Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n`, closing],
    // What the application has said is not lost.
    [
      `${start}Connection: Upgrade\r\n\r\n`,
      `${start}Connection: Upgrade\r\nConnection: close\r\n\r\n`,
    ],
  ])('%j', (head, said) => {
    expect(sayingClose(head)).toBe(said);
  });
});
