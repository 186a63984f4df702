// What was read at a handle: it goes to the reader, or the way that it went before.

import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type DirectReader, takeReads } from '../../../../src/io/transport/direct-reads.js';
import { END_OF_FILE, type StreamApi } from '../../../../src/io/transport/stream-api.js';

const api = { state: new Int32Array(2), bytesOrError: 0, offset: 1 } as unknown as StreamApi;

function read(takesReads: boolean, count: number, offset = 0, tellsStream = true) {
  const told: unknown[] = [];
  const reader: DirectReader = {
    takesReads,
    socketBytes: (bytes) => told.push(['bytes', Buffer.from(bytes).toString()]),
    readEnded: () => {
      told.push(['ended']);
      return tellsStream;
    },
    readFailed: (status) => told.push(['failed', status]),
  };
  const memory = new TextEncoder().encode('..abc').buffer;
  const handle = {
    onread(this: unknown, made: ArrayBuffer | undefined) {
      told.push(['stream', this === handle, made === memory]);
      return undefined;
    },
  };
  takeReads({ _handle: handle } as unknown as Socket, reader, api);
  api.state[0] = count;
  api.state[1] = offset;
  handle.onread.call(handle, count > 0 ? memory : undefined);
  return told;
}

describe('a read at a handle', () => {
  test('goes to the reader', () => {
    expect(read(true, 3, 2)).toEqual([['bytes', 'abc']]);
  });

  test('goes to the stream while the stream has to keep it', () => {
    expect(read(false, 3, 2)).toEqual([['stream', true, true]]);
  });

  test('that has found the end goes to the reader, and to the stream behind it', () => {
    expect(read(true, END_OF_FILE)).toEqual([['ended'], ['stream', true, false]]);
  });

  test('that has found the end is none of the stream’s once the reader has closed it', () => {
    expect(read(true, END_OF_FILE, 0, false)).toEqual([['ended']]);
  });

  test('that has found the end goes to the stream alone while that keeps bytes in front of it', () => {
    expect(read(false, END_OF_FILE)).toEqual([['stream', true, false]]);
  });

  test('that has failed is told, whether or not the reader takes bytes', () => {
    expect(read(true, -104)).toEqual([['failed', -104]]);
    expect(read(false, -104)).toEqual([['failed', -104]]);
  });

  test('stays the stream’s where Node has no handle of this kind', () => {
    const reader = {} as DirectReader;
    expect(() => takeReads({} as Socket, reader, api)).not.toThrow();
    expect(() => takeReads({ _handle: null } as unknown as Socket, reader, api)).not.toThrow();
    expect(() => takeReads({ _handle: {} } as unknown as Socket, reader, api)).not.toThrow();
  });
});
