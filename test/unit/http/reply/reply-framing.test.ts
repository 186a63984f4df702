import { describe, expect, test } from 'vitest';
import { reply } from '../../../../src/http/reply/reply.js';
import {
  LENGTH_NONE,
  LENGTH_UNKNOWN,
  replyFraming,
  SEND_CHUNKED,
  SEND_NO_LENGTH,
  SEND_UNTIL_CLOSE,
  sendsContent,
} from '../../../../src/http/reply/reply-framing.js';

const STATUSES = [100, 103, 200, 201, 204, 205, 206, 304, 404, 500];

/** What follows the head, and how its end is told, by the length that is known: 5, 0, unknown, none. */
const ROWS: [string, (status: number) => boolean, boolean, number, number[]][] = [
  [
    'a 1xx or 204 has neither Content-Length nor Transfer-Encoding (RFC 9110 §8.6, RFC 9112 §6.1)',
    (status) => status < 200 || status === 204,
    false,
    1,
    [SEND_NO_LENGTH, SEND_NO_LENGTH, SEND_NO_LENGTH, SEND_NO_LENGTH],
  ],
  [
    'nor in answer to HEAD',
    (status) => status < 200 || status === 204,
    true,
    1,
    [SEND_NO_LENGTH, SEND_NO_LENGTH, SEND_NO_LENGTH, SEND_NO_LENGTH],
  ],
  [
    'a 205 has a length of 0 (RFC 9110 §15.3.6)',
    (status) => status === 205,
    false,
    1,
    [0, 0, 0, 0],
  ],
  [
    'a 304 tells the length of the 200 or nothing (RFC 9110 §8.6)',
    (status) => status === 304,
    false,
    1,
    [5, 0, SEND_NO_LENGTH, SEND_NO_LENGTH],
  ],
  [
    'the answer to HEAD tells the length of a GET or nothing (RFC 9110 §8.6)',
    (status) => status >= 200 && status !== 204 && status !== 205,
    true,
    1,
    [5, 0, SEND_NO_LENGTH, SEND_NO_LENGTH],
  ],
  [
    'all else has a length or is chunked (RFC 9112 §6.3)',
    (status) => status >= 200 && ![204, 205, 304].includes(status),
    false,
    1,
    [5, 0, SEND_CHUNKED, 0],
  ],
  [
    'to HTTP/1.0, all else has a length or ends with the connection (RFC 9112 §6.1)',
    (status) => status >= 200 && ![204, 205, 304].includes(status),
    false,
    0,
    [5, 0, SEND_UNTIL_CLOSE, 0],
  ],
];

test.each(ROWS)('%s', (_, applies, isHead, versionMinor, expected) => {
  for (const status of STATUSES.filter(applies)) {
    const lengths = [5, 0, LENGTH_UNKNOWN, LENGTH_NONE];
    const framings = lengths.map((length) => replyFraming(status, isHead, versionMinor, length));
    expect(framings, String(status)).toEqual(expected);
  }
});

test('content follows but for HEAD, 1xx, 204, 205 and 304', () => {
  expect(STATUSES.filter((status) => sendsContent(status, false))).toEqual([
    200, 201, 206, 404, 500,
  ]);
  expect(STATUSES.filter((status) => sendsContent(status, true))).toEqual([]);
});

describe('a reply without a body', () => {
  const declared = (status: number) => reply(null, { status, headers: { 'content-length': 1234 } });

  test('may declare the length for HEAD and 304', () => {
    expect(declared(200).framing(true, 1)).toBe(1234);
    expect(declared(304).framing(false, 1)).toBe(1234);
    expect(declared(204).framing(false, 1)).toBe(SEND_NO_LENGTH);
  });

  test('may not where content must follow: the client would wait for it', () => {
    expect(() => declared(200).framing(false, 1)).toThrow('without a body');
    expect(reply(null, { headers: { 'content-length': 0 } }).framing(false, 1)).toBe(0);
  });
});
