// What the kernel has not taken of what was written, by what Node's handles count.

import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import {
  type CountingHandle,
  unwrittenBytes,
  unwrittenBytesOfTls,
} from '../../../../src/io/transport/unwritten-bytes.js';

/** A socket that was given 1000 bytes, of which so many went to its handle, and `queued` of these wait there. */
function socket(writableLength: number, handed: number, queued: number, counts = true): Socket {
  const handle = counts ? { bytesWritten: handed, writeQueueSize: queued } : {};
  // The boundary: a socket is asked for no more than this.
  return { writableLength, bytesWritten: 1000, _handle: handle } as unknown as Socket;
}

const wire = (writeQueueSize: number): CountingHandle => ({ bytesWritten: 0, writeQueueSize });

test('without TLS it is exact to the byte', () => {
  expect(unwrittenBytes(socket(0, 1000, 7))).toBe(0);
  expect(unwrittenBytes(socket(500, 1000, 7))).toBe(7);
  expect(unwrittenBytes(socket(500, 900, 7))).toBe(107);
});

test('where the handle counts nothing, a write counts as a whole', () => {
  expect(unwrittenBytes(socket(500, 0, 0, false))).toBe(500);
  expect(unwrittenBytesOfTls(socket(500, 0, 0, false), undefined, false)).toBe(500);
  expect(unwrittenBytes({ writableLength: 5, _handle: null } as unknown as Socket)).toBe(5);
});

test('under TLS one write that has left counts nothing, though Node has not told of it', () => {
  expect(unwrittenBytesOfTls(socket(0, 1000, 7), wire(7), false)).toBe(0);
  expect(unwrittenBytesOfTls(socket(500, 1000, 500), wire(0), true)).toBe(0);
  expect(unwrittenBytesOfTls(socket(500, 1000, 500), wire(0), false)).toBe(0);
  expect(unwrittenBytesOfTls(socket(500, 900, 500), wire(0), false)).toBe(100);
});

test('under TLS what waits on the wire is no more than what was written', () => {
  expect(unwrittenBytesOfTls(socket(500, 1000, 500), wire(20), true)).toBe(20);
  expect(unwrittenBytesOfTls(socket(500, 1000, 500), wire(900), true)).toBe(500);
  expect(unwrittenBytesOfTls(socket(500, 1000, 30), undefined, true)).toBe(30);
});

test('under TLS a long write may wait for the next one, though the wire is empty', () => {
  const long = 128 * 1024;
  expect(unwrittenBytesOfTls(socket(long, 1000, long), wire(0), false)).toBe(0);
  expect(unwrittenBytesOfTls(socket(long + 1, 1000, long + 1), wire(0), true)).toBe(1);
});
