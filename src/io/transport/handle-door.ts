// The way of accepted handles past the net.Server that listens for them.

import { type Server, Socket } from 'node:net';
import type { TransportAddress } from '../../conn/transport.js';
import type { TransportChoice } from './door.js';
import { HandleGroup } from './handle-group.js';
import { acceptsStreams, type StreamApi, type StreamHandle, streamApi } from './stream-api.js';

/** A boundary: the listening handle of a net.Server, undocumented. */
interface ListeningHandle {
  onconnection: OnAccepted;
}

/** `status` is 0, or a negative errno without a handle. */
type OnAccepted = (this: unknown, status: number, accepted: StreamHandle | undefined) => void;

/** Node's API below sockets; undefined where it is not to be used. */
export function usableApi(choice: TransportChoice): StreamApi | undefined {
  // By the variable, all tests run on the other transport.
  const wantsSockets = choice === 'net' || process.env.SLUICE_TRANSPORT === 'net';
  return wantsSockets ? undefined : streamApi();
}

/**
 * From now on, accepted handles go to `onAccepted` in place of the server's 'connection' event. No net.Socket
 * is made, and `server` doesn't count them.
 *
 * @returns the parts that the handles' transports share; undefined where nothing has changed and sockets are used
 */
export function takeHandles(
  server: Server,
  api: StreamApi,
  local: TransportAddress | undefined,
  onAccepted: OnAccepted,
): HandleGroup | undefined {
  const { _handle: listening } = server as unknown as { _handle?: unknown };
  if (!acceptsStreams(listening)) return undefined;
  (listening as ListeningHandle).onconnection = onAccepted;
  return new HandleGroup(api, local);
}

/**
 * The same where sockets are used: for each of them, {@link socketOf} makes one. A worker of a cluster has a listening
 * handle of its own kind, and this in common.
 */
export function takeHandlesOfSockets(server: Server, onAccepted: OnAccepted): void {
  const { _handle: listening } = server as unknown as { _handle: ListeningHandle };
  listening.onconnection = onAccepted;
}

/** Behind a pause a socket reads on up to its mark: with Node 22's own, of 64 KiB, twice as much. */
export const SOCKET_MARK_BYTES: number = 16 * 1024;

/** The socket that a net.Server would have made of an accepted handle. */
export function socketOf(handle: StreamHandle): Socket {
  return newSocket(handle, true, false);
}

/** One for Node's TLS, which reads it by itself. A client that sends FIN within its handshake has given up. */
export function socketForTls(handle: StreamHandle): Socket {
  return newSocket(handle, false, true);
}

/** Boundary: the constructor takes a handle, and takes `manualStart`, without a word in the types. */
function newSocket(handle: StreamHandle, allowHalfOpen: boolean, manualStart: boolean): Socket {
  // One literal, and nothing spread: V8 would copy it property by property, here and in Node's constructor.
  return new Socket({
    readable: true,
    writable: true,
    highWaterMark: SOCKET_MARK_BYTES,
    handle,
    allowHalfOpen,
    manualStart,
  } as object);
}
