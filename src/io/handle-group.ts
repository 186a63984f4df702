// What handles have in common: the functions by which Node calls back, which find
// the handle's owner, and what the transports of one listener share.

import { FULL_READ_BYTES, type TransportAddress } from '../conn/transport.js';
import { bug } from '../fsm/bug.js';
import type { ShutdownRequest, StreamApi, StreamHandle, WriteRequest } from './stream-api.js';

/** Hears what becomes of its handle. */
export interface HandleOwner {
  /** Something was read: bytes, the FIN, or an error. Gives the memory to read into next, where it is another. */
  readCame(made: ArrayBuffer | undefined): Uint8Array | undefined;
  /** One of the writes that libuv took over is done. */
  wrote(bytesCount: number, status: number): void;
  /** Our FIN is on its way, or can't be sent any more. */
  wasShutDown(): void;
}

/** What the transports of one listener share. */
export class HandleGroup {
  readonly api: StreamApi;
  /** The address of all of them, where all have the same. */
  readonly local: TransportAddress | undefined;
  /** Where all of them read that lend what they read: hot in the processor's cache, and never collected. */
  #readMemory: Uint8Array | undefined;
  /** For the next write. Node takes it only where the kernel does not take all bytes at once. */
  spareWrite: WriteRequest;

  constructor(api: StreamApi, local: TransportAddress | undefined) {
    this.api = api;
    this.local = local;
    this.#readMemory = undefined;
    this.spareWrite = newWrite(api);
  }

  get readMemory(): Uint8Array {
    this.#readMemory ??= new Uint8Array(FULL_READ_BYTES);
    return this.#readMemory;
  }

  /** Node has taken the one that there was. */
  renewSpareWrite(): void {
    this.spareWrite = newWrite(this.api);
  }
}

const ownerOf = Symbol('sluice.owner');

/** A boundary: the property by which a callback finds its owner. */
interface OwnedHandle extends StreamHandle {
  [ownerOf]: HandleOwner;
}

/** Has `owner` told of all that becomes of the handle. Once. */
export function own(handle: StreamHandle, owner: HandleOwner): void {
  const owned = handle as OwnedHandle;
  if (owned[ownerOf] !== undefined) bug('a handle has two owners');
  owned[ownerOf] = owner;
  owned.onread = onRead;
}

export function newShutdown(api: StreamApi): ShutdownRequest {
  const request = new api.ShutdownWrap();
  request.oncomplete = onShutDown;
  return request;
}

function newWrite(api: StreamApi): WriteRequest {
  const request = new api.WriteWrap();
  request.oncomplete = onWritten;
  request.retained = '';
  request.retainedBytes = 0;
  return request;
}

function onRead(this: StreamHandle, made: ArrayBuffer | undefined): Uint8Array | undefined {
  return (this as OwnedHandle)[ownerOf].readCame(made);
}

function onWritten(this: WriteRequest, status: number, handle: StreamHandle): void {
  (handle as OwnedHandle)[ownerOf].wrote(this.retainedBytes, status);
}

function onShutDown(this: ShutdownRequest, _status: number, handle: StreamHandle): void {
  (handle as OwnedHandle)[ownerOf].wasShutDown();
}
