// Requests that ask for another protocol, and CONNECT: whether a listener takes them, and what it is given.

import type { IncomingMessage } from 'node:http';
import type { HostedExchange, HostWriter } from '../../../conn/host.js';
import { Fault, faultRow } from '../../../fsm/faults.js';
import type { TunnelSink } from '../../../http/tunnel/tunnel-port.js';
import { bareAnswer } from '../connection/bare-answer.js';
import { emitSafely } from '../host-calls.js';
import { endContent } from '../message/request-content.js';
import { requestFrom } from '../message/request-from.js';
import type { MessageServer } from '../ports.js';
import type { FacadeSocket } from '../socket/facade-socket.js';
import { showMembers } from '../socket/given-members.js';
import { withTlsMembers } from '../socket/tls-members.js';
import { replace } from './replaced-socket.js';
import { UpgradedSocket } from './upgraded-socket.js';

const SecureUpgradedSocket: typeof UpgradedSocket = withTlsMembers(UpgradedSocket);

/** Newer Nodes ask it for each request that could be upgraded. */
interface DecidingServer {
  readonly shouldUpgradeCallback?: (request: IncomingMessage) => unknown;
}

/** As where sluice itself knows no CONNECT. */
const { status: NO_TUNNEL } = faultRow(Fault.connectUnsupported);

const NOBODY: TunnelSink = {
  onRead: () => undefined,
  onFlushed: () => undefined,
  onClose: () => undefined,
};

/**
 * Gives the connection to a listener of 'upgrade' or 'connect'.
 *
 * @param facade the socket that the request has before
 * @returns false where it is a request like any other
 */
export function upgrade(
  core: MessageServer,
  link: HostWriter,
  exchange: HostedExchange,
  facade: FacadeSocket,
): boolean {
  const isConnect = exchange.requestHead.method === 'CONNECT';
  const name = isConnect ? 'connect' : 'upgrade';
  // A request with content may ask for an upgrade, but its content comes first: it is answered without one.
  if (exchange.body !== null) return false;
  const { server } = core;
  const { shouldUpgradeCallback } = server as DecidingServer;
  const asks = !isConnect && typeof shouldUpgradeCallback === 'function';
  if (!asks && server.listenerCount(name) === 0) return isConnect && refuseConnect(exchange);
  const req = requestFrom(core, exchange, facade);
  req.upgrade = true;
  if (asks && !shouldUpgradeCallback.call(server, req as unknown as IncomingMessage)) return false;
  let socket: UpgradedSocket;
  try {
    const Socket = link.transport.encrypted ? SecureUpgradedSocket : UpgradedSocket;
    socket = new Socket(server, link, exchange, isConnect ? 200 : 101);
  } catch {
    // It was cut off meanwhile, or the server drains: as a request it hears so.
    return false;
  }
  takePlaceOf(facade, socket);
  req.socket = socket;
  endContent(req);
  // Node 24: it would be upgraded, but nobody listens.
  if (!emitSafely(server, name, req, socket, socket.takeHead())) socket.destroy();
  socket.startReading();
  return true;
}

/** To node:http both are one socket: what the application has put there is there, its timeout and its listeners, too. */
function takePlaceOf(facade: FacadeSocket, socket: UpgradedSocket): void {
  showMembers(facade, socket);
  facade.wake();
  const { timeout = 0 } = facade;
  if (timeout > 0) {
    facade.setIdle(0);
    socket.setTimeout(timeout);
  }
  replace(facade, socket);
}

/** A listener of requests knows nothing of CONNECT. */
function refuseConnect(exchange: HostedExchange): boolean {
  try {
    // A tunnel that is left at once: what the client has sent behind the request is no request.
    const answer = bareAnswer(NO_TUNNEL, 'Content-Length: 0\r\n');
    exchange.openTunnel(NO_TUNNEL, answer, NOBODY).leave();
    return true;
  } catch {
    return false;
  }
}
