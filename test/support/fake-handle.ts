// A handle that is none of Node's. It does what libuv does, one step at a time, and throws where libuv
// would misbehave: a call after the close, a second close, a reset in the middle of a shutdown.

import type {
  ShutdownRequest,
  StreamApi,
  StreamHandle,
  WriteRequest,
} from '../../src/io/transport/stream-api.js';

export const END_OF_FILE = -4095;
export const ECONNRESET = -104;
export const EPIPE = -32;
export const ENOTCONN = -107;

const FULL = 64 * 1024;

/** The API in whose state a {@link FakeHandle} leaves its results. */
export function fakeApi(): StreamApi {
  return {
    state: new Int32Array(4),
    bytesOrError: 0,
    offset: 1,
    wasAsync: 2,
    WriteWrap: class {},
    ShutdownWrap: class {},
  } as unknown as StreamApi;
}

export class FakeHandle {
  readonly fd = 3;
  onread: StreamHandle['onread'] = () => undefined;
  isReading = false;
  /** How it ended: by `close` or by `reset`. */
  ended: 'close' | 'reset' | undefined = undefined;
  shutdownCount = 0;
  /** The kernel takes nothing: writes are taken over by libuv. */
  isBlocked = false;
  /** What the next call of this name returns, in place of 0. */
  readonly failures = new Map<'write' | 'readStart' | 'shutdown', number>();
  /** The memory of the next read; undefined where none was given. */
  memory: Uint8Array | undefined = undefined;
  readonly written: string[] = [];
  readonly #api: StreamApi;
  /** What the peer sent and nobody has read: bytes, then perhaps a FIN or an error. */
  readonly #inbox: (Uint8Array | number)[] = [];
  readonly #writes: { readonly request: WriteRequest; readonly text: string }[] = [];
  #shutdown: ShutdownRequest | undefined = undefined;

  constructor(api: StreamApi) {
    this.#api = api;
  }

  get asHandle(): StreamHandle {
    return this as unknown as StreamHandle;
  }

  get writeQueueSize(): number {
    return this.#writes.reduce((bytes, { text }) => bytes + text.length, 0);
  }

  useUserBuffer(memory: Uint8Array): number {
    this.#mustBeOpen('useUserBuffer');
    this.memory = memory;
    return 0;
  }

  readStart(): number {
    this.#mustBeOpen('readStart');
    const failure = this.#failure('readStart');
    if (failure === 0) this.isReading = true;
    return failure;
  }

  readStop(): number {
    this.#mustBeOpen('readStop');
    this.isReading = false;
    return 0;
  }

  writeLatin1String(request: WriteRequest, text: string): number {
    return this.#write(request, text);
  }

  writeBuffer(request: WriteRequest, bytes: Uint8Array): number {
    return this.#write(request, Buffer.from(bytes).toString('latin1'));
  }

  writev(request: WriteRequest, pieces: readonly Uint8Array[], _allBytes: true): number {
    return this.#write(request, Buffer.concat(pieces).toString('latin1'));
  }

  shutdown(request: ShutdownRequest): number {
    this.#mustBeOpen('shutdown');
    if (this.#writes.length > 0) throw new Error('a shutdown before all is flushed');
    this.shutdownCount++;
    if (this.shutdownCount > 1) throw new Error('a second shutdown');
    const failure = this.#failure('shutdown');
    if (failure === 0) this.#shutdown = request;
    return failure;
  }

  close(): void {
    this.#mustBeOpen('close');
    this.ended = 'close';
    this.#cancel();
  }

  reset(): number {
    this.#mustBeOpen('reset');
    if (this.#shutdown !== undefined) throw new Error('a reset in the middle of a shutdown');
    this.ended = 'reset';
    this.#cancel();
    return 0;
  }

  // What the peer and the kernel do.

  /** The peer sends bytes, a FIN (`END_OF_FILE`), or an error. */
  arrive(what: Uint8Array | number): void {
    this.#inbox.push(what);
  }

  /** libuv reads once, where it may and something is there. */
  poll(): void {
    const next = this.#inbox[0];
    if (!this.isReading || this.ended !== undefined || next === undefined) return;
    if (typeof next === 'number') {
      this.#inbox.shift();
      this.isReading = false;
      this.#tellRead(next, undefined);
      return;
    }
    const bytes = next.subarray(0, FULL);
    if (bytes.length === next.length) this.#inbox.shift();
    else this.#inbox[0] = next.subarray(FULL);
    if (this.memory === undefined) {
      this.#tellRead(bytes.length, new Uint8Array(bytes).buffer);
      return;
    }
    this.memory.set(bytes);
    this.#tellRead(bytes.length, undefined);
  }

  /** The kernel takes all that libuv holds. */
  drain(status = 0): void {
    const writes = this.#writes.splice(0);
    for (const { request, text } of writes) {
      if (status === 0) this.written.push(text);
      request.oncomplete(status, this.asHandle);
    }
  }

  /** The shutdown that is under way is over. */
  finishShutdown(status = 0): void {
    const request = this.#shutdown;
    this.#shutdown = undefined;
    request?.oncomplete(status, this.asHandle);
  }

  #write(request: WriteRequest, text: string): number {
    this.#mustBeOpen('write');
    if (this.shutdownCount > 0) throw new Error('a write after the shutdown');
    const failure = this.#failure('write');
    this.#api.state[this.#api.wasAsync] = Number(failure === 0 && this.isBlocked);
    if (failure !== 0) return failure;
    if (this.isBlocked) this.#writes.push({ request, text });
    else this.written.push(text);
    return 0;
  }

  #tellRead(count: number, made: ArrayBuffer | undefined): void {
    this.#api.state[this.#api.bytesOrError] = count;
    this.#api.state[this.#api.offset] = 0;
    // Where it throws, Node hears of no other memory.
    const next = this.onread.call(this.asHandle, made);
    if (this.memory !== undefined && next !== undefined) this.memory = next;
  }

  #failure(call: 'write' | 'readStart' | 'shutdown'): number {
    const failure = this.failures.get(call) ?? 0;
    this.failures.delete(call);
    return failure;
  }

  /** What is under way when a handle is closed is told as cancelled, a turn later. */
  #cancel(): void {
    this.isReading = false;
    queueMicrotask(() => {
      this.drain(-125);
      this.finishShutdown(-125);
    });
  }

  #mustBeOpen(call: string): void {
    if (this.ended !== undefined) throw new Error(`${call} of a handle that is closed`);
  }
}
