// Where accepted handles come in, past the net.Server that listens for them.

import type { Server } from 'node:net';
import type { TransportAddress } from '../conn/transport.js';
import { HandleGroup } from './handle-group.js';
import { acceptsStreams, type StreamHandle, streamApi } from './stream-api.js';

/** A boundary: the handle that listens for a net.Server, without a word in the documents. */
interface ListeningHandle {
  onconnection: (this: unknown, status: number, accepted: StreamHandle | undefined) => void;
}

/**
 * Has `onAccepted` called with what the server accepts from now on, in place of
 * its 'connection' event: no net.Socket is made, and `server` doesn't count it.
 * `status` is 0, or a negative errno without a handle.
 *
 * @returns what the handles' transports are to share; undefined where all stays as it was, with sockets
 */
export function takeHandles(
  server: Server,
  local: TransportAddress | undefined,
  onAccepted: (status: number, accepted: StreamHandle | undefined) => void,
): HandleGroup | undefined {
  // For running all tests on the other transport.
  if (process.env.SLUICE_TRANSPORT === 'net') return undefined;
  const api = streamApi();
  const { _handle: listening } = server as unknown as { _handle?: unknown };
  if (api === undefined || !acceptsStreams(listening)) return undefined;
  (listening as ListeningHandle).onconnection = onAccepted;
  return new HandleGroup(api, local);
}
