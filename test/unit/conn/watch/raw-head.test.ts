// The head of a response that somebody has written by hand, found in what was written.

import { expect, test } from 'vitest';
import { rawHead } from '../../../../src/conn/watch/raw-head.js';

test.each([
  ['HTTP/1.1 400 Bad Request\r\n\r\n', 400, 28],
  ['HTTP/1.0 503 \r\nA: b\r\n\r\ncontent', 503, 23],
  ['HTTP/1.1 200\r\n\r\n', 200, 16],
  // Without its end it is all of what was written.
  ['HTTP/1.1 404 Not Found\r\nA: ', 404, 27],
  ['HTTP/1.1 101 Switching Protocols\r\n\r\nbytes', 101, 36],
])('%j has the status %i in %i bytes, as text and as bytes', (text, status, bytes) => {
  expect(rawHead(text)).toEqual({ status, bytes });
  expect(rawHead(Buffer.from(text))).toEqual({ status, bytes });
});

test.each([
  ['an interim response', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ['another version', 'HTTP/2.0 200 OK\r\n\r\n'],
  ['no status', 'HTTP/1.1 20 OK\r\n\r\n'],
  ['a status that there is not', 'HTTP/1.1 099 OK\r\n\r\n'],
  ['a status that goes on', 'HTTP/1.1 2000 OK\r\n\r\n'],
  ['content', 'hello'],
  ['a head behind something', ' HTTP/1.1 200 OK\r\n\r\n'],
  ['nothing', ''],
])('%s is no head of a response', (_what, text) => {
  expect(rawHead(text)).toBe(undefined);
  expect(rawHead(Buffer.from(text))).toBe(undefined);
});

test('no more is looked at than somebody would write by hand', () => {
  const head = `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(20_000)}\r\n\r\n`;
  expect(rawHead(head)).toEqual({ status: 200, bytes: 16_384 });
  expect(rawHead(Buffer.from(head))).toEqual({ status: 200, bytes: 16_384 });
});
