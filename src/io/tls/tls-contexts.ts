// The certificates of one TLS listener: made of the checked option, chosen by the name that a client asks
// for, and swapped while the listener serves. Node's modules are loaded only where TLS is asked for.

import type { Hash } from 'node:crypto';
import type { Socket } from 'node:net';
import type {
  TlsOptions as NodeTlsOptions,
  SecureContext,
  SecureContextOptions,
  Server,
} from 'node:tls';
import { refuse } from '../../options/checks.js';
import type { HandshakeEvents, HandshakeMaker } from '../transport/door.js';
import { guardedSniCallback, type SniCallback } from './sni-callback.js';
import { checkContext, type Openssl } from './tls-errors.js';
import type { Pem, TlsContextOptions, TlsEntry, TlsSettings } from './tls-options.js';
import { checkSuites } from './tls-suites.js';

/** Older clients exist, and speak HTTP/1.0 under the name of it: `curl --http1.0`. */
const PROTOCOLS = ['http/1.1', 'http/1.0'];

/** OpenSSL's SSL_OP_NO_RENEGOTIATION. TLS 1.3 has no renegotiation. */
const NO_RENEGOTIATION = 2 ** 30;

/**
 * OpenSSL's flags, and that of refusing renegotiation. A client could ask for a new handshake, and so for the server's
 * CPU time, as often as it likes.
 */
export function withoutRenegotiation(secureOptions: number): number {
  return (secureOptions | NO_RENEGOTIATION) >>> 0;
}

type NodeTls = typeof import('node:tls');
type NodeCrypto = typeof import('node:crypto');

/** A new set of certificates that fits. */
export type Swap = () => void;

export class TlsContexts implements HandshakeMaker {
  readonly #onError: (error: unknown) => void;
  #settings: TlsSettings;
  /** It never listens. Sockets are handed to it, which node:tls documents for its event 'connection'. */
  #server: Server;
  #events: HandshakeEvents | undefined;

  /**
   * @param onError Hears of errors of an SNICallback.
   * @throws RangeError with `code: 'SLUICE_OPTION_INVALID'` where OpenSSL refuses a key, a certificate or another option
   */
  constructor(settings: TlsSettings, onError: (error: unknown) => void) {
    this.#onError = onError;
    this.#settings = settings;
    this.#server = this.#newServer(settings);
    this.#events = undefined;
  }

  tell(events: HandshakeEvents): void {
    this.#events = events;
  }

  begin(socket: Socket): void {
    this.#server.emit('connection', socket);
  }

  /**
   * Makes new certificates of what was given, and keeps the listener's other options.
   *
   * @returns puts them into use, for new handshakes
   * @throws as the constructor, and where the listener has an SNICallback and names were given
   */
  prepare(given: TlsSettings): Swap {
    const { options } = this.#settings.main;
    const [first] = given.named;
    if (first !== undefined && options.SNICallback !== undefined)
      throw refuse(
        TypeError,
        `${first.path}.serverName`,
        'the SNICallback of a listener chooses its certificates',
      );
    const main = { ...given.main, options: { ...without(options), ...given.main.options } };
    const settings: TlsSettings = { main, named: given.named };
    const server = this.#newServer(settings);
    return () => {
      this.#settings = settings;
      this.#server = server;
    };
  }

  /** Its main context is made with it. All that OpenSSL could refuse is checked here, so that nothing fails later. */
  #newServer(settings: TlsSettings): Server {
    const { main, named } = settings;
    const { createServer, getCiphers } = nodeTls(main.path);
    const { X509Certificate } = nodeCrypto(main.path);
    const choose = this.#choiceOf(settings);
    const wide: NodeTlsOptions = {
      ALPNProtocols: PROTOCOLS,
      // Node's clock starts anew with each byte, and forgives no stall of the process. Ours is the one. Of a time below
      // zero, Node makes no timer.
      handshakeTimeout: -1,
      // A boundary: Node calls it with a name and a callback.
      ...(choose === undefined
        ? {}
        : { SNICallback: choose as NodeTlsOptions['SNICallback'] & object }),
    };
    const server = contextOf(main, settings, (options) => createServer({ ...options, ...wide }));
    checkSuites(main, [main, ...named], {
      suites: getCiphers(),
      keyType: (cert: Pem) => new X509Certificate(cert).publicKey.asymmetricKeyType,
    });
    return server
      .on('secureConnection', (socket) => this.#events?.secured(socket))
      .on('tlsClientError', (error, socket) => this.#events?.failed(error, socket));
  }

  #choiceOf(settings: TlsSettings): SniCallback | undefined {
    const { SNICallback } = settings.main.options;
    if (SNICallback !== undefined)
      return guardedSniCallback(SNICallback as SniCallback, this.#onError);
    return settings.named.length > 0 ? choiceByName(settings) : undefined;
  }
}

/** `*.a.example` holds for one label. */
function choiceByName(settings: TlsSettings): SniCallback {
  const { main, named } = settings;
  const { createSecureContext } = nodeTls(main.path);
  /** Undefined stands for the server's own context, which is the main one. */
  const byName = new Map<string, SecureContext | undefined>();
  for (const entry of named) {
    const context =
      entry.path === main.path ? undefined : contextOf(entry, settings, createSecureContext);
    byName.set(entry.serverName, context);
  }
  return (name, answer) => {
    const lower = name.toLowerCase();
    answer(null, byName.get(byName.has(lower) ? lower : lower.replace(/^[^.]*/, '*')));
  };
}

/** @param make Makes the context, or what holds it. */
function contextOf<Context>(
  entry: TlsEntry,
  settings: TlsSettings,
  make: (options: SecureContextOptions) => Context,
): Context {
  const options = nodeOptions(entry, settings);
  return checkContext(entry.path, options as TlsContextOptions, openssl(entry.path, make));
}

/** Node without OpenSSL exists. */
function nodeModule<Module>(name: 'tls' | 'crypto', path: string): Module {
  try {
    return process.getBuiltinModule(`node:${name}`) as Module;
  } catch {
    throw refuse(TypeError, path, 'this Node was built without TLS');
  }
}

const nodeTls = (path: string): NodeTls => nodeModule('tls', path);
const nodeCrypto = (path: string): NodeCrypto => nodeModule('crypto', path);

function openssl<Context>(
  path: string,
  makeContext: (options: SecureContextOptions) => Context,
): Openssl<Context> {
  const { X509Certificate, createPrivateKey } = nodeCrypto(path);
  return {
    makeContext,
    isCertificate: (pem) => {
      try {
        return new X509Certificate(pem).raw.length > 0;
      } catch {
        return false;
      }
    },
    isPair: (cert, key, passphrase) =>
      new X509Certificate(cert).checkPrivateKey(
        createPrivateKey({
          // A boundary: Node's types want a Buffer, and it takes any view.
          key: key as Buffer,
          ...(passphrase === undefined ? {} : { passphrase }),
        }),
      ),
  };
}

/** Node's options for one entry. Those of the whole listener are the main entry's. */
function nodeOptions(entry: TlsEntry, settings: TlsSettings): SecureContextOptions {
  const { options, path } = settings.main;
  const { secureOptions = 0, ...wide } = without(options) as { secureOptions?: number };
  return {
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    honorCipherOrder: true,
    ...wide,
    ...entry.options,
    sessionIdContext: sessionIdContext(settings, nodeCrypto(path).createHash('sha256')),
    secureOptions: withoutRenegotiation(secureOptions),
  } as SecureContextOptions;
}

/**
 * A session is resumed only where this is equal, so it is the same for all names of a listener. Who resumes one shows no
 * certificate again. So it differs where other clients are let in, or other certificates are shown: with the same
 * `ticketKeys`, another listener, or this one before `setSecureContext`, may have begun the session. OpenSSL takes 32 bytes.
 */
function sessionIdContext({ main, named }: TlsSettings, hash: Hash): string {
  const { sessionIdContext: given, ca, crl, requestCert, rejectUnauthorized } = main.options;
  addTo(hash, [given, String(requestCert), String(rejectUnauthorized)]);
  for (const pems of [ca, crl]) addTo(hash, [pems].flat());
  for (const { options } of [main, ...named])
    for (const parts of [options.cert, options.pfx]) addTo(hash, [parts].flat());
  return hash.digest('base64').slice(0, 32);
}

/** Each part with its length, so that no two lists are one text. */
function addTo(hash: Hash, parts: readonly unknown[]): void {
  hash.update(`${parts.length};`);
  for (const part of parts) {
    // A boundary: it was checked to be text, bytes, or bytes with their passphrase.
    const given = typeof part === 'object' && part !== null && 'buf' in part ? part.buf : part;
    const bytes = Buffer.from((given ?? '') as string);
    hash.update(`${bytes.length};`).update(bytes);
  }
}

/** The options of a listener that are no certificate. */
function without(options: TlsContextOptions): Omit<TlsContextOptions, 'key' | 'cert' | 'pfx'> {
  const {
    serverName: _name,
    key: _key,
    cert: _cert,
    pfx: _pfx,
    passphrase: _word,
    ...wide
  } = options;
  return wide;
}
