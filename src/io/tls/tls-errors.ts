// What OpenSSL refuses at the making of a context, told with the name of the option.

import { isBytes, refuse } from '../../options/checks.js';
import { at, type Pem, type TlsContextOptions } from './tls-options.js';

/** OpenSSL tells its reason, and not which option it is about. So each option is tried alone. */
const TRIED_ALONE = [
  'pfx',
  'cert',
  'key',
  'ca',
  'crl',
  'ciphers',
  'sigalgs',
  'ecdhCurve',
  'dhparam',
  'ticketKeys',
] as const;

/** The parts of OpenSSL that are needed here. */
export interface Openssl<Context = unknown> {
  /** Throws where the options don't fit. */
  makeContext(options: object): Context;
  /** Whether the first certificate of a chain is that of the key. */
  isPair(cert: Pem, key: Pem, passphrase: string | undefined): boolean;
  /** Whether a certificate can be read of it. */
  isCertificate(pem: Pem): boolean;
}

/**
 * Makes a context. So it is seen whether the options fit.
 *
 * @param path the place of the options; empty for an argument
 * @param options as node:tls takes them
 * @throws RangeError with `code: 'SLUICE_OPTION_INVALID'`
 */
export function checkContext<Context>(
  path: string,
  options: TlsContextOptions,
  openssl: Openssl<Context>,
): Context {
  const context = contextOf(path, options, openssl);
  checkPairs(path, options, openssl);
  checkAuthorities(path, options, openssl);
  checkParameters(path, options);
  return context;
}

function contextOf<Context>(
  path: string,
  options: TlsContextOptions,
  openssl: Openssl<Context>,
): Context {
  try {
    return openssl.makeContext(options);
  } catch (error) {
    throw refusal(path, options, openssl, error);
  }
}

function refusal(
  path: string,
  options: TlsContextOptions,
  openssl: Openssl,
  error: unknown,
): Error {
  const { passphrase } = options;
  for (const name of TRIED_ALONE) {
    const value = (options as Record<string, unknown>)[name];
    if (value === undefined) continue;
    const word = passphrase === undefined ? {} : { passphrase };
    try {
      openssl.makeContext({ [name]: value, ...word });
    } catch (alone) {
      return refuse(
        RangeError,
        at(path, culprit(name, alone)),
        words(name, value, alone, passphrase),
      );
    }
  }
  const isPair = options.key !== undefined && options.cert !== undefined;
  if (isPair) return refuse(RangeError, at(path, 'key'), NO_PAIR);
  return refuse(RangeError, path === '' ? 'setSecureContext()' : path, reasonOf(error));
}

const NO_PAIR = 'it does not belong to cert: that certificate was made for another key';

/** An elliptic key beside a certificate with an RSA key is no error to OpenSSL. No handshake would succeed. */
function checkPairs(path: string, options: TlsContextOptions, openssl: Openssl): void {
  const { key, cert, passphrase } = options;
  if (key === undefined || cert === undefined) return;
  const keys = Array.isArray(key) ? key : [key];
  const certs = Array.isArray(cert) ? cert : [cert];
  for (const one of certs) {
    const fits = keys.some((given) => {
      const isPem = typeof given === 'string' || isBytes(given);
      return openssl.isPair(
        one,
        isPem ? given : given.pem,
        isPem ? passphrase : (given.passphrase ?? passphrase),
      );
    });
    if (!fits) throw refuse(RangeError, at(path, 'key'), NO_PAIR);
  }
}

/** OpenSSL takes what it can read of `ca`, and says nothing of the rest. Without any, all clients would be refused. */
function checkAuthorities(path: string, { ca }: TlsContextOptions, openssl: Openssl): void {
  if (ca === undefined) return;
  for (const pem of [ca].flat() as Pem[]) {
    if (!looksLikePem(pem))
      throw refuse(RangeError, at(path, 'ca'), `it is not in PEM: ${PEM_FITS}`);
    if (!openssl.isCertificate(pem))
      throw refuse(RangeError, at(path, 'ca'), 'it has no certificate that OpenSSL can read');
  }
}

/** OpenSSL says nothing of parameters that it can't read, and goes without. */
function checkParameters(path: string, options: TlsContextOptions): void {
  const { dhparam } = options as { dhparam?: Pem };
  if (dhparam === undefined || dhparam === 'auto') return;
  if (
    !/^-----BEGIN .*DH PARAMETERS-----/m.test(Buffer.from(dhparam as Uint8Array).toString('latin1'))
  )
    throw refuse(
      RangeError,
      at(path, 'dhparam'),
      "expected 'auto', or the content of a file with -----BEGIN DH PARAMETERS-----",
    );
}

/** A wrong or missing passphrase is told as a fault of what it should decrypt. */
function culprit(name: string, error: unknown): string {
  return isLocked(error) ? 'passphrase' : name;
}

function isLocked(error: unknown): boolean {
  return /bad.?decrypt|interrupted or cancelled|mac verify failure|bad password/i.test(
    reasonOf(error),
  );
}

function words(
  name: string,
  value: unknown,
  error: unknown,
  passphrase: string | undefined,
): string {
  if (isLocked(error))
    return passphrase === undefined
      ? `${name} is encrypted, so it needs one`
      : `it does not decrypt ${name}`;
  const reason = reasonOf(error);
  if (/no start line/i.test(reason) || (PEM_NAMES.includes(name) && !looksLikePem(value)))
    return `it is not in PEM: ${PEM_FITS} (${reason})`;
  return `OpenSSL refuses it: ${reason}`;
}

const PEM_FITS = 'expected the content of a file that begins with -----BEGIN';
const PEM_NAMES: readonly string[] = ['key', 'cert', 'ca', 'crl'];

/** Of several, OpenSSL has told about one, and nobody knows about which. */
function looksLikePem(value: unknown): boolean {
  if (typeof value !== 'string' && !isBytes(value)) return true;
  return Buffer.from(value as Uint8Array).includes('-----BEGIN');
}

/** `error:0480006C:PEM routines::no start line` is `no start line`. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^error:[0-9A-F]+:[^:]*:[^:]*:/i, '');
}
