// What handles have in common: the functions that Node calls back, which find the handle's owner, and the
// parts that the transports of one listener share.

import type { TransportAddress, TransportSink } from '../../conn/transport.js';
import { bug } from '../../fsm/bug.js';
import { ReadMemory } from './read-memory.js';
import type { ShutdownRequest, StreamApi, StreamHandle, WriteRequest } from './stream-api.js';

/** Hears of the reads of its handle. */
export interface ReadOwner {
  /**
   * Node has read bytes, the FIN, or an error.
   *
   * @returns the memory for the next read, where it is another
   */
  readCame(made: ArrayBuffer | undefined): Uint8Array | undefined;
}

/** Hears of everything that happens to its handle. */
export interface HandleOwner extends ReadOwner {
  /** libuv has finished one of the writes that it took over. */
  wrote(bytesCount: number, status: number): void;
  /** Our FIN is on its way, or can't be sent any more. */
  wasShutDown(): void;
}

/** What the two sides of a handle have in common. */
export interface HandleSideOwner {
  readonly sink: TransportSink;
  /** A call failed at once. The connection breaks in a tick, since no sink is called from within a call. */
  fail(status: number, call: string): void;
  /** libuv says that the connection is broken: closes it and tells the sink. */
  broke(status: number, call: string): void;
  destroy(): void;
}

/** The parts that the transports of one listener share. */
export class HandleGroup {
  readonly api: StreamApi;
  /** The local address, where all of them have the same. */
  readonly local: TransportAddress | undefined;
  readonly memory: ReadMemory;
  /** The request of the next write. Node keeps it only where the kernel does not take all bytes at once. */
  spareWrite: WriteRequest;

  constructor(api: StreamApi, local: TransportAddress | undefined) {
    this.api = api;
    this.local = local;
    this.memory = new ReadMemory();
    this.spareWrite = newWrite(api);
  }

  /** Node has kept the last one. */
  renewSpareWrite(): void {
    this.spareWrite = newWrite(this.api);
  }
}

const ownerOf = Symbol('sluice.owner');

/** A boundary: the property by which a callback finds its owner. One that writes has a {@link HandleOwner}. */
interface OwnedHandle<Owner extends ReadOwner> extends StreamHandle {
  [ownerOf]: Owner | undefined;
}

/** From now on, `owner` hears of what is read, and of each request that was made here. Once. */
export function own(handle: StreamHandle, owner: ReadOwner): void {
  const owned = handle as OwnedHandle<ReadOwner>;
  if (owned[ownerOf] !== undefined) bug('a handle has two owners');
  owned[ownerOf] = owner;
  owned.onread = onRead;
}

/** The handle is about to be somebody else's. */
export function disown(handle: StreamHandle): void {
  (handle as OwnedHandle<ReadOwner>)[ownerOf] = undefined;
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
  return (this as OwnedHandle<ReadOwner>)[ownerOf]?.readCame(made);
}

function onWritten(this: WriteRequest, status: number, handle: StreamHandle): void {
  (handle as OwnedHandle<HandleOwner>)[ownerOf]?.wrote(this.retainedBytes, status);
}

function onShutDown(this: ShutdownRequest, _status: number, handle: StreamHandle): void {
  (handle as OwnedHandle<HandleOwner>)[ownerOf]?.wasShutDown();
}
