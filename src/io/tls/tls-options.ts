// The option `tls` of `listen`: its names, and the checks of its values. The names are node:tls's own.
// What OpenSSL says of keys and certificates is told by tls-contexts.ts.

import {
  booleanAt,
  bytesAt,
  entriesOf,
  functionAt,
  invalid,
  isBytes,
  namesOf,
  objectAt,
  oneOf,
  refuse,
  refuseOthers,
  stringAt,
  wholeNumberAt,
} from '../../options/checks.js';
import { TLS_OTHER_NAMES } from '../../options/other-names.js';

/** PEM as text or bytes. */
export type Pem = string | Uint8Array;

/** A certificate with its key. The members are those of node:tls. */
export interface TlsCertificate {
  /**
   * The host name for which this certificate is shown: `a.example`, or `*.a.example` for all names one
   * label below. The certificate without a name, else the first one, is shown to all other clients.
   */
  readonly serverName?: string | undefined;
  /** The private key in PEM, or several. */
  readonly key?:
    | Pem
    | readonly (Pem | { readonly pem: Pem; readonly passphrase?: string })[]
    | undefined;
  /** The certificate in PEM, followed by the intermediate ones, or several. */
  readonly cert?: Pem | readonly Pem[] | undefined;
  /** Key and certificate in one file (PKCS #12). */
  readonly pfx?:
    | Pem
    | readonly (Pem | { readonly buf: Pem; readonly passphrase?: string })[]
    | undefined;
  /** Decrypts `key` or `pfx`. */
  readonly passphrase?: string | undefined;
}

/** What `setSecureContext` may change. */
export interface TlsContextOptions extends TlsCertificate {
  /** Certificates of those who may sign client certificates, in PEM. Default: Node's own list. */
  readonly ca?: Pem | readonly Pem[] | undefined;
  /** Lists of revoked client certificates, in PEM. */
  readonly crl?: Pem | readonly Pem[] | undefined;
}

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

/** TLS of one listener, with node:tls's names. In an array, only the default entry has more than a certificate. */
export interface TlsOptions extends TlsContextOptions {
  /** Default 'TLSv1.2'. Older versions are not offered. */
  readonly minVersion?: TlsVersion | undefined;
  /** Default 'TLSv1.3'. */
  readonly maxVersion?: TlsVersion | undefined;
  /** OpenSSL's list of cipher suites. Default: Node's. */
  readonly ciphers?: string | undefined;
  /** The server's order of cipher suites counts, not the client's. Default true. */
  readonly honorCipherOrder?: boolean | undefined;
  readonly sigalgs?: string | undefined;
  readonly ecdhCurve?: string | undefined;
  readonly dhparam?: Pem | undefined;
  /** OpenSSL's SSL_OP_… flags. Renegotiation is refused whatever is given. */
  readonly secureOptions?: number | undefined;
  /** Asks clients for a certificate: see `context.clientCertificate`. Default false. */
  readonly requestCert?: boolean | undefined;
  /** Refuses clients whose certificate can't be verified, or who have none. Default true. */
  readonly rejectUnauthorized?: boolean | undefined;
  /** Chooses the certificate by the name that the client asks for; `callback(null)`: the default one. */
  readonly SNICallback?:
    | ((serverName: string, callback: (error: Error | null, context?: object) => void) => void)
    | undefined;
  /** 48 bytes. Processes that share them resume each other's sessions. Default: random. */
  readonly ticketKeys?: Uint8Array | undefined;
  /** Seconds for which a session may be resumed. Default: that of OpenSSL. */
  readonly sessionTimeout?: number | undefined;
  readonly sessionIdContext?: string | undefined;
}

export const TLS_CERTIFICATE_NAMES: readonly string[] = namesOf<TlsCertificate>({
  serverName: true,
  key: true,
  cert: true,
  pfx: true,
  passphrase: true,
});

export const TLS_CONTEXT_NAMES: readonly string[] = [
  ...TLS_CERTIFICATE_NAMES,
  ...namesOf<Omit<TlsContextOptions, keyof TlsCertificate>>({ ca: true, crl: true }),
];

export const TLS_NAMES: readonly string[] = [
  ...TLS_CONTEXT_NAMES,
  ...namesOf<Omit<TlsOptions, keyof TlsContextOptions>>({
    minVersion: true,
    maxVersion: true,
    ciphers: true,
    honorCipherOrder: true,
    sigalgs: true,
    ecdhCurve: true,
    dhparam: true,
    secureOptions: true,
    requestCert: true,
    rejectUnauthorized: true,
    SNICallback: true,
    ticketKeys: true,
    sessionTimeout: true,
    sessionIdContext: true,
  }),
];

/** One entry of the option: the name to show it for, and its place in messages. */
export interface TlsEntry<Options extends TlsContextOptions = TlsContextOptions> {
  /** `tls`, `tls[1]`; empty for an argument. */
  readonly path: string;
  /** In lower case. */
  readonly serverName: string | undefined;
  readonly options: Options;
}

/** An entry that has a name. */
export interface NamedTlsEntry extends TlsEntry {
  readonly serverName: string;
}

/** The option after the checks. */
export interface TlsSettings {
  /** Shown to clients that ask for no name or for another. Its options hold for the whole listener. */
  readonly main: TlsEntry<TlsOptions>;
  /** All entries that have a name. */
  readonly named: readonly NamedTlsEntry[];
}

const TLS_FITS = 'an object with key and cert, or an array of them, each with a serverName';
const VERSIONS: readonly TlsVersion[] = ['TLSv1.2', 'TLSv1.3'];
const SERVER_NAME_FITS = "a host name such as 'a.example', or '*.a.example'";

/**
 * Checks the option `tls`.
 *
 * @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'`. No message shows a key.
 */
export function tlsFrom(given: unknown): TlsSettings {
  const settings = entriesFrom('tls', given, TLS_NAMES);
  const { path, options } = settings.main;
  checkWide(path, options);
  if (options.SNICallback === undefined) requireCertificate(path, options);
  else if (settings.named.length > 0 && Array.isArray(given))
    throw refuse(
      TypeError,
      `${path}.SNICallback`,
      'it takes the place of an array of certificates',
    );
  return settings;
}

/** Checks the argument of `setSecureContext`. @throws as {@link tlsFrom} */
export function secureContextFrom(given: unknown): TlsSettings {
  const settings = entriesFrom('', given, TLS_CONTEXT_NAMES);
  requireCertificate(settings.main.path, settings.main.options);
  return settings;
}

function entriesFrom(path: string, given: unknown, names: readonly string[]): TlsSettings {
  if (!Array.isArray(given)) {
    const main = entryFrom(path, given, names);
    return { main, named: [] };
  }
  if (given.length === 0) throw invalid(RangeError, path || 'setSecureContext()', given, TLS_FITS);
  const places = entriesOf(given).map((entry, index) => ({ entry, path: `${path}[${index}]` }));
  const entries = places.map((place) => entryFrom(place.path, place.entry, names));
  const main = entries.find(({ serverName }) => serverName === undefined) ?? entries[0];
  const seen = new Map<string | undefined, string>();
  for (const entry of entries) {
    const { path: place, serverName, options } = entry;
    const before = seen.get(serverName);
    if (before !== undefined) {
      const what =
        serverName === undefined
          ? `${before} has no name either, and one alone can be shown to clients without a name`
          : `${before} has the same name`;
      throw refuse(TypeError, `${place}.serverName`, what);
    }
    seen.set(serverName, place);
    if (entry === main) continue;
    for (const name of Object.keys(options)) {
      if (!TLS_CERTIFICATE_NAMES.includes(name))
        throw refuse(TypeError, `${place}.${name}`, wideOnly(main as TlsEntry));
    }
    requireCertificate(place, options);
  }
  return { main: main as TlsEntry, named: entries.filter(hasName) };
}

function hasName(entry: TlsEntry): entry is NamedTlsEntry {
  return entry.serverName !== undefined;
}

/**
 * A session that was begun under one name can be resumed under another. So who may connect can't differ by
 * name (CVE-2025-23419 in nginx).
 */
function wideOnly({ path }: TlsEntry): string {
  return `it holds for all names of the listener, so it belongs into ${path}`;
}

function entryFrom(path: string, given: unknown, names: readonly string[]): TlsEntry {
  const options = objectAt(path === '' ? 'setSecureContext()' : path, given, TLS_FITS);
  refuseOthers(path, withoutTexts(options), names, TLS_OTHER_NAMES);
  const checked: Record<string, unknown> = {};
  for (const name of names) {
    const value = options[name];
    if (value === undefined || name === 'serverName') continue;
    checkValue(at(path, name), name, value);
    checked[name] = value;
  }
  const serverName = serverNameAt(at(path, 'serverName'), options.serverName);
  // A boundary: each member was checked above.
  return { path, serverName, options: checked as TlsOptions };
}

/** For a message about a name that there is not: `password: '…'` is told without the password. */
function withoutTexts(options: Record<string, unknown>): object {
  const entries = Object.entries(Object.getOwnPropertyDescriptors(options));
  const kept = entries.map(([name, { value }]) => [
    name,
    typeof value === 'string' ? Object('') : value,
  ]);
  return Object.fromEntries(kept);
}

function checkValue(path: string, name: string, value: unknown): void {
  switch (name) {
    case 'key':
      pemAt(path, value, 'a private key in PEM', 'pem');
      return;
    case 'cert':
      pemAt(path, value, 'a certificate in PEM');
      return;
    case 'ca':
      pemAt(path, value, 'certificates in PEM');
      return;
    case 'crl':
      pemAt(path, value, 'lists of revoked certificates in PEM');
      return;
    case 'dhparam':
      pemAt(path, value, "parameters in PEM, or 'auto'");
      return;
    case 'pfx':
      pemAt(path, value, 'the bytes of a PKCS #12 file', 'buf');
      return;
    case 'passphrase':
      stringAt(path, value);
      return;
    case 'minVersion':
    case 'maxVersion':
      oneOf(path, value, VERSIONS, 'TLSv1.3');
      return;
    case 'honorCipherOrder':
    case 'requestCert':
    case 'rejectUnauthorized':
      booleanAt(path, value);
      return;
    case 'SNICallback':
      functionAt(path, value, 'a function (serverName, callback)');
      return;
    case 'ticketKeys':
      ticketKeysAt(path, value);
      return;
    case 'secureOptions':
      wholeNumberAt(path, value, { least: 0, most: 2 ** 32 - 1 });
      return;
    case 'sessionTimeout':
      wholeNumberAt(path, value, { least: 1, most: 2 ** 31 - 1, unit: 'seconds' });
      return;
    default:
      if (stringAt(path, value) === '') throw invalid(RangeError, path, value, 'a string');
  }
}

function checkWide(path: string, options: TlsOptions): void {
  const {
    minVersion = 'TLSv1.2',
    maxVersion = 'TLSv1.3',
    requestCert,
    rejectUnauthorized,
  } = options;
  if (minVersion > maxVersion)
    throw refuse(
      RangeError,
      `${path}.minVersion`,
      `${minVersion} is above maxVersion, ${maxVersion}`,
    );
  if (rejectUnauthorized === true && requestCert !== true)
    throw refuse(
      TypeError,
      `${path}.rejectUnauthorized`,
      'no client is asked for a certificate; set requestCert: true, too',
    );
}

function requireCertificate(path: string, { key, cert, pfx }: TlsContextOptions): void {
  if (pfx !== undefined && key === undefined && cert === undefined) return;
  const missing = key === undefined ? 'key' : cert === undefined ? 'cert' : undefined;
  if (missing === undefined) return;
  const fits = key === undefined && cert === undefined ? 'key and cert, or pfx' : 'key and cert';
  throw refuse(TypeError, at(path, missing), `got undefined, expected ${fits}`);
}

/** The message tells the kind of what came, and never its content: it may be a key in a wrong form. */
function pemAt(path: string, value: unknown, fits: string, member?: 'pem' | 'buf'): void {
  if (Array.isArray(value)) {
    if (value.length === 0) throw invalid(RangeError, path, value, fits);
    entriesOf(value).forEach((one, index) => {
      const isPair = member !== undefined && typeof one === 'object' && one !== null;
      const inner = isPair && member in one ? (one as Record<string, unknown>)[member] : one;
      pemAt(`${path}[${index}]`, inner, fits);
    });
    return;
  }
  if (typeof value === 'string' || isBytes(value)) {
    if (value.length === 0) throw refuse(RangeError, path, `got nothing, expected ${fits}`);
    return;
  }
  throw invalid(TypeError, path, value, fits);
}

function ticketKeysAt(path: string, value: unknown): void {
  const { length } = bytesAt(path, value, '48 bytes');
  if (length !== 48) throw refuse(RangeError, path, `expected 48 bytes, got ${length}`);
}

function serverNameAt(path: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const name = stringAt(path, value, SERVER_NAME_FITS).toLowerCase();
  const label = '[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?';
  const isName = new RegExp(`^(\\*\\.)?(${label}\\.)*${label}$`).test(name) && name.length < 254;
  // A client sends no name for an address (RFC 6066 §3).
  if (!isName || /(^|\.)\d+$/.test(name)) throw invalid(RangeError, path, value, SERVER_NAME_FITS);
  return name;
}

/** The full name of an option; the path is empty for an argument. */
export function at(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
