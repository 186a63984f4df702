// Clients under TLS, and the certificates that tests use. How those are made: tls/generate.sh.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { RawClient } from './raw-client.js';
import { onTestEnd } from './test-server.js';

export type CertificateName = 'local' | 'a' | 'wild' | 'client' | 'stranger' | 'rsa';

const read = (name: string): Buffer => readFileSync(new URL(`./tls/${name}`, import.meta.url));

/** Signs all of them but `stranger`, which signs itself. */
export const ca: Buffer = read('ca-cert.pem');
/** The key of `local`, which the word 'open' decrypts. */
export const lockedKey: Buffer = read('locked-key.pem');
/** `local` as PKCS #12; the same word. */
export const pfx: Buffer = read('local.pfx');

export function pair(name: CertificateName): { readonly key: Buffer; readonly cert: Buffer } {
  return { key: read(`${name}-key.pem`), cert: read(`${name}-cert.pem`) };
}

/** A socket whose handshake has succeeded; rejects where it fails. */
export async function connectTls(
  port: number,
  options: ConnectionOptions = {},
): Promise<TLSSocket> {
  const defaults = { host: '127.0.0.1', port, ca, ALPNProtocols: ['http/1.1'] };
  // A boundary: the types of this Node leave `allowHalfOpen` out.
  const socket = connect({ ...defaults, allowHalfOpen: true, ...options } as ConnectionOptions);
  socket.setNoDelay(true);
  onTestEnd(() => socket.destroy());
  await once(socket, 'secureConnect');
  socket.on('error', () => undefined);
  return socket;
}

/** The same, for requests. */
export async function tlsClient(port: number, options: ConnectionOptions = {}): Promise<RawClient> {
  return RawClient.on(await connectTls(port, options));
}

/** The name in the certificate that the server shows. */
export async function shownName(port: number, options: ConnectionOptions = {}): Promise<string> {
  const socket = await connectTls(port, { checkServerIdentity: () => undefined, ...options });
  return String(socket.getPeerCertificate().subject.CN);
}
