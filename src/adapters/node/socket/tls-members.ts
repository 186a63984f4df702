// What a socket under TLS answers besides: node:tls's own socket, which is below, knows it.

import { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { HostWriter } from '../../../conn/host.js';
import { beOfKind, flatCopyOf } from './socket-kinds.js';

/** The first is documented nowhere, and asked for by many. */
const VALUES = [
  '_secureEstablished',
  'alpnProtocol',
  'authorizationError',
  'authorized',
  'secureConnecting',
  'servername',
] as const;

const METHODS = [
  'disableRenegotiation',
  'enableTrace',
  'exportKeyingMaterial',
  'getCertificate',
  'getCipher',
  'getEphemeralKeyInfo',
  'getFinished',
  'getPeerCertificate',
  'getPeerFinished',
  'getPeerX509Certificate',
  'getProtocol',
  'getSession',
  'getSharedSigalgs',
  'getTLSTicket',
  'getX509Certificate',
  'isSessionReused',
  'renegotiate',
  'setMaxSendFragment',
] as const;

interface Linked {
  readonly _link: HostWriter;
}

type Constructor = new (...values: never[]) => object;

/** A class that inherits from `base`, whose sockets are under TLS. A socket without has none of these members. */
export function withTlsMembers<Base extends Constructor>(base: Base): Base {
  const parent = base as unknown as new (...values: unknown[]) => object;
  const made = class extends parent {};
  const { prototype } = made;
  Object.defineProperty(prototype, 'encrypted', { value: true, enumerable: true });
  for (const name of VALUES) {
    Object.defineProperty(prototype, name, {
      get(this: Linked): unknown {
        return (tlsSocketOf(this) as unknown as Record<string, unknown>)[name];
      },
      enumerable: true,
      configurable: true,
    });
  }
  for (const name of METHODS) {
    Object.defineProperty(prototype, name, {
      value(this: Linked, ...values: unknown[]): unknown {
        const socket = tlsSocketOf(this);
        return (socket[name] as (...values: unknown[]) => unknown).apply(socket, values);
      },
      writable: true,
      configurable: true,
    });
  }
  // Boundary: what it makes is what `base` makes, with more members.
  return made as unknown as Base;
}

/** The same for a `base` that is a net.Socket to `instanceof`: under TLS it is a tls.TLSSocket. */
export function withTlsKind<Base extends Constructor>(base: Base): Base {
  const parent = withTlsMembers(base) as unknown as new (...values: unknown[]) => object;
  let isOfKind = false;
  const made = class extends parent {
    constructor(...values: unknown[]) {
      super(...values);
      if (isOfKind) return;
      // Not before the first of them: a Node that was built without OpenSSL has no node:tls.
      isOfKind = true;
      beTls(made.prototype);
    }
  };
  return made as unknown as Base;
}

/** Its members are those of the plain sockets, with another class behind them. */
function beTls(prototype: object): void {
  const { TLSSocket } = process.getBuiltinModule('node:tls');
  const members = flatCopyOf(Object.getPrototypeOf(prototype) as object, Socket.prototype);
  beOfKind(members, TLSSocket.prototype, Socket.prototype);
  Object.setPrototypeOf(prototype, members);
}

/** Boundary: a transport that is encrypted stands on a socket of node:tls. */
function tlsSocketOf({ _link: link }: Linked): TLSSocket {
  return link.transport.stream as TLSSocket;
}
