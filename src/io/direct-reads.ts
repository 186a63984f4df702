// Reads under TLS, taken at the handle of the socket. On the way through the socket's stream, each read costs a tick and a
// dozen calls: with them, a small request took a quarter more. What is no bytes, and bytes that the stream has to
// keep, go the stream's way.

import type { Socket } from 'node:net';
import { END_OF_FILE, type StreamApi, type StreamHandle } from './stream-api.js';

/** Takes what is read. */
export interface DirectReader {
  /** The connection reads, and nothing that came before waits in the stream. */
  readonly takesReads: boolean;
  /** A read has brought bytes. */
  socketBytes(bytes: Uint8Array): void;
  /** A read has failed. */
  readFailed(status: number): void;
}

type OnRead = StreamHandle['onread'];

const readerOf = Symbol('sluice.reader');
const onReadOf = Symbol('sluice.onread');
const apiOf = Symbol('sluice.api');

/** A boundary: the properties by which the callback finds all it needs. */
interface ReadHandle extends StreamHandle {
  [readerOf]: DirectReader;
  [onReadOf]: OnRead;
  [apiOf]: StreamApi;
}

/** From now on, `reader` gets what is read, wherever it takes it. */
export function takeReads(socket: Socket, reader: DirectReader, api: StreamApi): void {
  // A boundary: a TLSSocket's handle has what all handles of streams have.
  const { _handle: handle } = socket as unknown as { _handle?: ReadHandle | null };
  if (typeof handle?.onread !== 'function') return;
  handle[readerOf] = reader;
  handle[onReadOf] = handle.onread;
  handle[apiOf] = api;
  handle.onread = onRead;
}

function onRead(this: StreamHandle, made: ArrayBuffer | undefined): Uint8Array | undefined {
  const handle = this as ReadHandle;
  const reader = handle[readerOf];
  const api = handle[apiOf];
  const count = api.state[api.bytesOrError] as number;
  if (count > 0 && made !== undefined && reader.takesReads)
    reader.socketBytes(new Uint8Array(made, api.state[api.offset], count));
  else if (count < 0 && count !== END_OF_FILE) reader.readFailed(count);
  else return handle[onReadOf].call(handle, made);
  return undefined;
}
