// Reads under TLS, taken at the handle of the socket. On the way through the socket's stream, each read costs a tick and a
// dozen calls: with them, a small request took a quarter more. Bytes that the stream has to keep go the stream's way.

import type { Socket } from 'node:net';
import { own, type ReadOwner } from './handle-group.js';
import { END_OF_FILE, type StreamApi, type StreamHandle } from './stream-api.js';

/** Takes what is read. */
export interface DirectReader {
  /** The connection reads, and nothing that came before waits in the stream. */
  readonly takesReads: boolean;
  /** A read has brought bytes. */
  socketBytes(bytes: Uint8Array): void;
  /**
   * The peer has sent its end.
   *
   * @returns whether the socket is to hear of it, too. One that was closed is not.
   */
  readEnded(): boolean;
  /** A read has failed. */
  readFailed(status: number): void;
}

/** From now on, `reader` gets what is read, wherever it takes it. */
export function takeReads(socket: Socket, reader: DirectReader, api: StreamApi): void {
  // A boundary: a TLSSocket's handle has what all handles of streams have.
  const { _handle: handle } = socket as unknown as { _handle?: StreamHandle | null };
  if (typeof handle?.onread !== 'function') return;
  own(handle, new DirectReads(handle, reader, api));
}

class DirectReads implements ReadOwner {
  readonly #handle: StreamHandle;
  /** The stream's own way. */
  readonly #onRead: StreamHandle['onread'];
  readonly #reader: DirectReader;
  readonly #api: StreamApi;

  constructor(handle: StreamHandle, reader: DirectReader, api: StreamApi) {
    this.#handle = handle;
    this.#onRead = handle.onread;
    this.#reader = reader;
    this.#api = api;
  }

  readCame(made: ArrayBuffer | undefined): Uint8Array | undefined {
    const { state, bytesOrError, offset } = this.#api;
    const count = state[bytesOrError] as number;
    const reader = this.#reader;
    if (count < 0 && count !== END_OF_FILE) reader.readFailed(count);
    else if (count > 0 && made !== undefined && reader.takesReads)
      reader.socketBytes(new Uint8Array(made, state[offset], count));
    else if (count !== END_OF_FILE || !reader.takesReads || reader.readEnded())
      return this.#onRead.call(this.#handle, made);
    return undefined;
  }
}
