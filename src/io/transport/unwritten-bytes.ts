// How much of what was written to a socket the kernel has not taken. Node's documents have no word for it: its
// streams count a write as a whole until its last byte is gone.

import type { Socket } from 'node:net';

/** Node hands so many encrypted bytes at least to the kernel in one write: ten buffers of 16 KiB, the first of 1 KiB. */
const TLS_WRITE_BYTES = 128 * 1024;

/** A boundary: what Node's socket handle counts, without a word in the documents. */
export interface CountingHandle {
  /** Bytes handed to libuv, taken by the kernel or not. */
  readonly bytesWritten: number;
  /** Those of them that the kernel has not taken. */
  readonly writeQueueSize: number;
}

/** Without TLS. */
export function unwrittenBytes(socket: Socket): number {
  const { writableLength } = socket;
  if (writableLength === 0) return 0;
  const handle = countingHandle(socket);
  if (handle === undefined) return writableLength;
  return socket.bytesWritten - handle.bytesWritten + handle.writeQueueSize;
}

/**
 * Under TLS.
 *
 * @param wire the handle of the TCP connection, where it counts
 * @param isOneWrite Node has not told of one write, and of no other
 */
export function unwrittenBytesOfTls(
  socket: Socket,
  wire: CountingHandle | undefined,
  isOneWrite: boolean,
): number {
  const { writableLength } = socket;
  if (writableLength === 0) return 0;
  // That write has left for the kernel as a whole. Asked several times for each response, when Node's streams would
  // need seven of their native getters to answer.
  const isTaken = isOneWrite && writableLength <= TLS_WRITE_BYTES && wire?.writeQueueSize === 0;
  if (isTaken) return 0;
  const handle = countingHandle(socket);
  if (handle === undefined) return writableLength;
  const unwritten = socket.bytesWritten - handle.bytesWritten;
  return unwritten + encryptedBytes(handle.writeQueueSize, wire, writableLength);
}

/**
 * How many encrypted bytes the kernel has not taken. Node tells of a write under TLS a turn later, even
 * where the kernel has taken all of it at once.
 *
 * @param pendingBytes those of which Node has not told, taken or not
 */
function encryptedBytes(
  pendingBytes: number,
  wire: CountingHandle | undefined,
  writableLength: number,
): number {
  const queuedBytes = wire?.writeQueueSize ?? pendingBytes;
  if (queuedBytes > 0) return Math.min(queuedBytes, writableLength);
  // Of so many, some may wait for the next write.
  return pendingBytes > TLS_WRITE_BYTES ? 1 : 0;
}

export function countingHandle(socket: Socket): CountingHandle | undefined {
  const { _handle: handle } = socket as unknown as { _handle?: Partial<CountingHandle> | null };
  if (typeof handle?.bytesWritten !== 'number') return undefined;
  if (typeof handle.writeQueueSize !== 'number') return undefined;
  return handle as CountingHandle;
}
