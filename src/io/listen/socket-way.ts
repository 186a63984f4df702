// From a stream of Node's to a connection: the last step of sockets that were accepted, and the whole way of streams
// that somebody has opened elsewhere.

import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Handshakes } from '../../conn/arrive/handshakes.js';
import type { Accept } from '../../conn/environment.js';
import type { TransportAddress, TransportEnds } from '../../conn/transport.js';
import type { FaultId } from '../../fsm/faults.js';
import { invalid } from '../../options/checks.js';
import { monotonicNow } from '../clock.js';
import { SocketFacts, TlsDoor } from '../tls/tls-door.js';
import type { HandshakeMaker, TransportChoice } from '../transport/door.js';
import { usableApi } from '../transport/handle-door.js';
import { NetTransport } from '../transport/net-transport.js';
import type { Secured } from '../transport/secured.js';
import { remoteOf } from '../transport/socket-ends.js';

/** What is known of a socket beside what it says itself. */
export interface KnownOfSocket {
  /** Its own address. */
  readonly local?: TransportAddress | undefined;
  /** Where a header of the PROXY protocol says them. */
  readonly ends?: TransportEnds | undefined;
  /** What its client has done wrong already. */
  readonly fault?: FaultId | undefined;
  readonly secured?: Secured | undefined;
}

/** The socket becomes a connection. */
export function serveSocket(socket: Socket, accept: Accept, known: KnownOfSocket): void {
  const { local, ends, fault, secured } = known;
  const transport = new NetTransport(socket, local, secured);
  if (ends !== undefined) transport.standFor(ends);
  transport.attach(accept(transport, monotonicNow(), fault));
}

/** TLS, as those who take sockets need it. */
export interface SocketTls {
  readonly contexts: HandshakeMaker;
  readonly handshakes: Handshakes;
}

/**
 * Makes a way in for streams of Node's that were opened elsewhere.
 *
 * @param choice how they are read under TLS
 * @param tls where each has to begin with a handshake
 */
export function wayForStreams(
  accept: Accept,
  choice: TransportChoice,
  tls?: SocketTls,
): (stream: unknown) => void {
  const door =
    tls &&
    new TlsDoor(
      tls.contexts,
      tls.handshakes,
      {
        secured: (socket, secured) => serveSocket(socket, accept, { secured }),
        plain: (socket, fault) => serveSocket(socket, accept, { fault }),
      },
      usableApi(choice),
    );
  return (given) => {
    const stream = byteStreamFrom(given);
    if (stream.destroyed) return;
    // A client that has sent FIN gets its response all the same.
    stream.allowHalfOpen = true;
    if (door !== undefined) {
      door.admit(stream, monotonicNow());
      return;
    }
    const secured = isSecured(stream) ? securedFrom(stream) : undefined;
    serveSocket(stream, accept, { secured });
    // Who gave it may have paused it.
    stream.resume();
  };
}

/** A boundary: of a net.Socket, a transport uses little more than any Duplex has, and looks whether it is there. */
function byteStreamFrom(given: unknown): Socket {
  const stream = given as Partial<Duplex> | null | undefined;
  const isStream = typeof stream?.on === 'function' && typeof stream.write === 'function';
  if (!isStream || stream.readableObjectMode === true || stream.readableEncoding)
    throw invalid(
      TypeError,
      'the stream of a connection',
      given,
      'a net.Socket or another Duplex of bytes, without an encoding',
    );
  return stream as Socket;
}

function isSecured(socket: Socket): socket is TLSSocket {
  const { encrypted, getPeerCertificate } = socket as Partial<TLSSocket>;
  return encrypted === true && typeof getPeerCertificate === 'function';
}

/** Somebody else has seen to its handshake, and may read it as well: it is read by its events. */
function securedFrom(socket: TLSSocket): Secured {
  const { _parent: wire = socket } = socket as TLSSocket & { readonly _parent?: Socket };
  return {
    wire,
    remote: remoteOf(socket),
    local: undefined,
    facts: new SocketFacts(socket),
  };
}
