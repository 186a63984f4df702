// What Node has below net.Socket, and whether this Node has it. None of it is
// documented: it is asked for by name, checked by kind, and where anything is
// missing or different, sockets are used as if nobody had asked.

/** A TCP or pipe handle of Node's, as net.Socket drives it. Numbers are libuv's: 0, or a negative errno. */
export interface StreamHandle {
  /**
   * Called by Node with memory of its own; how many bytes came, or why none will, stands in
   * {@link StreamApi.state}. After `useUserBuffer` there is none, and what it gives is read into next.
   */
  onread: (this: StreamHandle, memory: ArrayBuffer | undefined) => Uint8Array | undefined;
  /** The descriptor; −1 where there is none to see. */
  readonly fd: number;
  /** Bytes handed to libuv that the kernel has not taken. */
  readonly writeQueueSize: number;
  readStart(): number;
  readStop(): number;
  writeLatin1String(request: WriteRequest, text: string): number;
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
  /** Without `allBytes` each piece would be followed by its encoding. */
  writev(request: WriteRequest, pieces: readonly Uint8Array[], allBytes: true): number;
  shutdown(request: ShutdownRequest): number;
  close(): void;
  /**
   * Has all that comes from now on read into `memory`, which Node doesn't keep alive. `onread` is
   * then called without any. There is no way back.
   */
  useUserBuffer?(memory: Uint8Array): number;
  /** TCP has these; a pipe has none of them. */
  reset?(): number;
  setNoDelay?(on: boolean): number;
  getpeername?(into: HandleAddress): number;
  getsockname?(into: HandleAddress): number;
}

/** What `getpeername` and `getsockname` fill in. */
export interface HandleAddress {
  address?: string;
  port?: number;
}

/** A write that libuv took over. Node knows it only while it is under way. */
export interface WriteRequest {
  oncomplete: (this: WriteRequest, status: number, handle: StreamHandle) => void;
  /** What it writes. libuv points into its memory until the kernel has the last byte. */
  retained: Uint8Array | string | readonly Uint8Array[];
  /** How long it was then: whoever owns the memory may have given it away meanwhile. */
  retainedBytes: number;
}

export interface ShutdownRequest {
  oncomplete: (this: ShutdownRequest, status: number, handle: StreamHandle) => void;
}

/** What Node's own sockets use, found and checked. */
export interface StreamApi {
  /** Where Node leaves the results of calls, at the places named below. */
  readonly state: Int32Array;
  /** After `onread`: bytes that came, or a negative errno. */
  readonly bytesOrError: number;
  /** After `onread`: where in its memory the bytes begin. */
  readonly offset: number;
  /** After a write: 1 where libuv took it over, 0 where it is done. */
  readonly wasAsync: number;
  readonly WriteWrap: new () => WriteRequest;
  readonly ShutdownWrap: new () => ShutdownRequest;
}

/** The errno by which libuv tells of a FIN, on every system. */
export const END_OF_FILE = -4095;

const streamMethods = [
  'readStart',
  'readStop',
  'writeLatin1String',
  'writeBuffer',
  'writev',
  'shutdown',
  'close',
] as const;
const tcpMethods = ['reset', 'setNoDelay', 'getpeername', 'getsockname'] as const;

/**
 * The majors of Node that the tests run on (`npm run test:nodes` runs these). On another, handles that look
 * the same may behave otherwise, and nobody has seen whether they do: there sockets are used.
 */
export const TESTED_NODE_MAJORS: readonly number[] = [20, 22, 24, 26];

/** What is looked at to find it. @types/node leaves `binding` out. */
interface NodeProcess extends Pick<NodeJS.Process, 'execArgv' | 'env'> {
  readonly versions: { readonly node: string };
  readonly binding?: unknown;
}

let found: StreamApi | false | undefined;

/** The API, looked for once; undefined where this Node hasn't it, or somebody forbids it. */
export function streamApi(): StreamApi | undefined {
  found ??= findStreamApi(process) ?? false;
  return found === false ? undefined : found;
}

/**
 * Looks through the one door that is open without a flag. Under the permission
 * model it is shut; whoever wants to hear of pending deprecations would hear of
 * this one, and gets sockets instead.
 */
export function findStreamApi(node: NodeProcess): StreamApi | undefined {
  if (!TESTED_NODE_MAJORS.includes(Number.parseInt(node.versions.node, 10))) return undefined;
  if (pendingDeprecationsWanted(node)) return undefined;
  const { binding } = node;
  if (typeof binding !== 'function') return undefined;
  try {
    return checkedApi(binding.call(node, 'stream_wrap'));
  } catch {
    // It throws where it is not allowed, which is an answer.
    return undefined;
  }
}

/** Whether transports can be made of what this listening handle accepts. */
export function acceptsStreams(listening: unknown): boolean {
  if (typeof listening !== 'object' || listening === null) return false;
  // A listening handle is of the same class as those that it accepts. A cluster's
  // worker has none: its connections come from another process.
  const has = (name: string): boolean =>
    typeof (listening as Record<string, unknown>)[name] === 'function';
  if (!('onconnection' in listening && 'onread' in listening)) return false;
  if (!('fd' in listening && typeof listening.fd === 'number')) return false;
  if (!('writeQueueSize' in listening && listening.writeQueueSize === 0)) return false;
  if (!streamMethods.every(has)) return false;
  return tcpMethods.every(has) || !tcpMethods.some(has);
}

function checkedApi(binding: unknown): StreamApi | undefined {
  if (typeof binding !== 'object' || binding === null) return undefined;
  // A boundary: what is taken from it is checked below, name by name.
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
  // They can be made; with what they must be filled, only a connection shows.
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
