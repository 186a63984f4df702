// The API that Node has below net.Socket, and whether this Node has it. None of it is documented. Each part is
// found by name and checked by kind. Where one is missing or different, sockets are used.

/** A TCP or pipe handle of Node's, as net.Socket drives it. Numbers are libuv's: 0, or a negative errno. */
export interface StreamHandle {
  /**
   * Node calls it after a read, with memory that Node has made. The number of bytes, or the error, is in
   * {@link StreamApi.state}. After `useUserBuffer` it is called without memory, and returns the memory for the next read.
   */
  onread: (this: StreamHandle, memory: ArrayBuffer | undefined) => Uint8Array | undefined;
  /** The descriptor; −1 where Node shows none. */
  readonly fd: number;
  /** Bytes handed to libuv that the kernel has not taken. */
  readonly writeQueueSize: number;
  /** Node's sockets start a handle to read only where this is not true. */
  reading?: boolean;
  readStart(): number;
  readStop(): number;
  writeLatin1String(request: WriteRequest, text: string): number;
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
  /** Without `allBytes` each piece would be followed by its encoding. */
  writev(request: WriteRequest, pieces: readonly Uint8Array[], allBytes: true): number;
  shutdown(request: ShutdownRequest): number;
  close(): void;
  /**
   * From now on, Node reads into `memory`, and doesn't keep it alive. `onread` is then called without memory.
   * There is no way back.
   */
  useUserBuffer?(memory: Uint8Array): number;
  /** TCP has this and the four below. A pipe has none of them. */
  reset?(): number;
  setNoDelay?(on: boolean): number;
  setKeepAlive?(on: boolean, initialDelaySeconds: number): number;
  getpeername?(into: HandleAddress): number;
  getsockname?(into: HandleAddress): number;
}

/** Filled in by `getpeername` and `getsockname`. */
export interface HandleAddress {
  address: string;
  family: string;
  port: number;
}

/** A write that libuv took over. Node keeps it only while it is under way. */
export interface WriteRequest {
  oncomplete: (this: WriteRequest, status: number, handle: StreamHandle) => void;
  /** The bytes of the write. libuv points into their memory until the kernel has the last byte. */
  retained: Uint8Array | string | readonly Uint8Array[];
  /** Their number at the time of the write: the owner of the memory may have transferred it meanwhile. */
  retainedBytes: number;
}

export interface ShutdownRequest {
  oncomplete: (this: ShutdownRequest, status: number, handle: StreamHandle) => void;
}

/** The parts that Node's own sockets use, found and checked. */
export interface StreamApi {
  /** Node leaves the results of calls here, at the indexes named below. */
  readonly state: Int32Array;
  /** In `onread`: the number of bytes read, or a negative errno. */
  readonly bytesOrError: number;
  /** In `onread`: where in the memory the bytes begin. */
  readonly offset: number;
  /** After a write: 1 where libuv took it over, 0 where the kernel has all bytes. */
  readonly wasAsync: number;
  readonly WriteWrap: new () => WriteRequest;
  readonly ShutdownWrap: new () => ShutdownRequest;
}

/** libuv's errno for a FIN, the same on every system. */
export const END_OF_FILE = -4095;

const STREAM_METHODS = [
  'readStart',
  'readStop',
  'writeLatin1String',
  'writeBuffer',
  'writev',
  'shutdown',
  'close',
] as const;
const TCP_METHODS = ['reset', 'setNoDelay', 'setKeepAlive', 'getpeername', 'getsockname'] as const;

/**
 * The majors of Node on which the tests run (`npm run test:nodes`). On another major, handles of the same look
 * may behave differently, and no test has shown that they don't. So sockets are used there.
 */
export const TESTED_NODE_MAJORS: readonly number[] = [20, 22, 24, 26];

/** The parts of `process` by which the API is found. @types/node leaves `binding` out. */
interface NodeProcess extends Pick<NodeJS.Process, 'execArgv' | 'env'> {
  readonly versions: { readonly node: string };
  readonly binding?: unknown;
}

let found: StreamApi | false | undefined;

/** The API, looked for once; undefined where this Node hasn't it, or forbids it. */
export function streamApi(): StreamApi | undefined {
  found ??= findStreamApi(process) ?? false;
  return found === false ? undefined : found;
}

/**
 * Finds it by `process.binding`, the only way without a flag. The permission model forbids that. Where pending
 * deprecations are asked for, Node would warn of it, and sockets are used.
 */
export function findStreamApi(node: NodeProcess): StreamApi | undefined {
  if (!TESTED_NODE_MAJORS.includes(Number.parseInt(node.versions.node, 10))) return undefined;
  if (pendingDeprecationsWanted(node)) return undefined;
  const { binding } = node;
  if (typeof binding !== 'function') return undefined;
  try {
    return checkedApi(binding.call(node, 'stream_wrap'));
  } catch {
    // It throws where it is not allowed. Then there is no API.
    return undefined;
  }
}

/** Whether transports can be made of what this listening handle accepts. */
export function acceptsStreams(listening: unknown): boolean {
  if (typeof listening !== 'object' || listening === null) return false;
  // A listening handle is of the same class as the handles that it accepts. A worker of a cluster has none: its
  // connections come from another process.
  const has = (name: string): boolean =>
    typeof (listening as Record<string, unknown>)[name] === 'function';
  if (!('onconnection' in listening && 'onread' in listening)) return false;
  if (!('fd' in listening && typeof listening.fd === 'number')) return false;
  if (!('writeQueueSize' in listening && listening.writeQueueSize === 0)) return false;
  if (!STREAM_METHODS.every(has)) return false;
  return TCP_METHODS.every(has) || !TCP_METHODS.some(has);
}

function checkedApi(binding: unknown): StreamApi | undefined {
  if (typeof binding !== 'object' || binding === null) return undefined;
  // A boundary: each part is checked below.
  const {
    streamBaseState: state,
    kReadBytesOrError: bytesOrError,
    kArrayBufferOffset: offset,
    kLastWriteWasAsync: wasAsync,
    WriteWrap,
    ShutdownWrap,
  } = binding as Record<string, unknown>;
  if (!(state instanceof Int32Array)) return undefined;
  if (!isPlace(bytesOrError, state) || !isPlace(offset, state) || !isPlace(wasAsync, state)) {
    return undefined;
  }
  if (new Set([bytesOrError, offset, wasAsync]).size !== 3) return undefined;
  if (typeof WriteWrap !== 'function' || typeof ShutdownWrap !== 'function') return undefined;
  const api = { state, bytesOrError, offset, wasAsync, WriteWrap, ShutdownWrap } as StreamApi;
  // This shows that they can be made. What must be set on them, only a connection shows.
  new api.WriteWrap();
  new api.ShutdownWrap();
  return api;
}

function isPlace(value: unknown, state: Int32Array): value is number {
  return typeof value === 'number' && state[value] !== undefined;
}

function pendingDeprecationsWanted({ execArgv, env }: NodeProcess): boolean {
  const flag = '--pending-deprecation';
  if (env.NODE_PENDING_DEPRECATION === '1') return true;
  return execArgv.includes(flag) || (env.NODE_OPTIONS ?? '').split(/\s+/).includes(flag);
}
