// The way of accepted handles past the net.Server that listens for them.

import { type Server, Socket } from 'node:net';
import type { TransportAddress } from '../conn/transport.js';
import { HandleGroup } from './handle-group.js';
import { acceptsStreams, type StreamHandle, streamApi } from './stream-api.js';

/** A boundary: the listening handle of a net.Server, undocumented. */
interface ListeningHandle {
  onconnection: (this: unknown, status: number, accepted: StreamHandle | undefined) => void;
}

/**
 * From now on, accepted handles go to `onAccepted` in place of the server's 'connection' event. No net.Socket
 * is made, and `server` doesn't count them. `status` is 0, or a negative errno without a handle.
 *
 * @returns the parts that the handles' transports share; undefined where nothing has changed and sockets are used
 */
export function takeHandles(
  server: Server,
  local: TransportAddress | undefined,
  onAccepted: (status: number, accepted: StreamHandle | undefined) => void,
): HandleGroup | undefined {
  // By this, all tests run on the other transport.
  if (process.env.SLUICE_TRANSPORT === 'net') return undefined;
  const api = streamApi();
  const { _handle: listening } = server as unknown as { _handle?: unknown };
  if (api === undefined || !acceptsStreams(listening)) return undefined;
  (listening as ListeningHandle).onconnection = onAccepted;
  return new HandleGroup(api, local);
}

/**
 * From now on, sockets of accepted handles go to `onAccepted` in place of the server's 'connection' event, and
 * `server` doesn't count them. A worker of a cluster has a listening handle of its own kind, and this in common.
 */
export function takeSockets(server: Server, onAccepted: (socket: Socket) => void): void {
  const { _handle: listening } = server as unknown as { _handle: ListeningHandle };
  listening.onconnection = (status, handle) => {
    if (status !== 0 || handle === undefined) return;
    handle.setNoDelay?.(true);
    // Boundary: the constructor takes a handle, without a word in the types.
    const options = { handle, allowHalfOpen: true, readable: true, writable: true };
    onAccepted(new Socket({ ...options, highWaterMark: 16 * 1024 } as object));
  };
}
