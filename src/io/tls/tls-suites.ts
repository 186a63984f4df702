// Checks the cipher suites that a listener names. A client must be able to agree on one of them: a version of TLS that is
// not turned off must have it, and it must fit a key. OpenSSL does not check this. Every handshake would fail, or would
// agree on a default suite that the listener has not named.

import { refuse } from '../../options/checks.js';
import { at, type Pem, type TlsEntry, type TlsOptions, type TlsVersion } from './tls-options.js';

/** OpenSSL's flags that turn a version off. */
const SSL_OP_NO: Readonly<Record<TlsVersion, number>> = {
  'TLSv1.2': 2 ** 27,
  'TLSv1.3': 2 ** 29,
};

/** The knowledge of OpenSSL that the check needs. */
export interface SuiteKnowledge {
  /** The names of all its suites, in lower case. */
  readonly suites: readonly string[];
  /** The kind of the key in a valid certificate: `rsa`, `ec`, `ed25519`, … */
  keyType(cert: Pem): string | undefined;
}

/**
 * @param entries all certificates; the options of `main` hold for each of them
 * @throws RangeError with `code: 'SLUICE_OPTION_INVALID'`
 */
export function checkSuites(
  { path, options }: TlsEntry<TlsOptions>,
  entries: readonly TlsEntry[],
  openssl: SuiteKnowledge,
): void {
  const { ciphers } = options;
  const versions = versionsOf(path, options);
  if (ciphers === undefined) return;
  const known = new Set(openssl.suites);
  const given = ciphers.split(':').filter((name) => name !== '');
  // Node divides the names in the same way. OpenSSL reports no unknown name that begins with TLS_.
  const newer = given.filter((name) => name.startsWith('TLS_'));
  const older = given.filter((name) => !name.startsWith('TLS_'));
  // Only OpenSSL knows which suites a word such as HIGH or @SECLEVEL=0 stands for.
  if (older.some((name) => !known.has(name.toLowerCase()))) return;
  const named = {
    'TLSv1.2': older.length > 0,
    'TLSv1.3': newer.some((name) => known.has(name.toLowerCase())),
  };
  if (!versions.some((version) => named[version]))
    throw refuse(
      RangeError,
      at(path, 'ciphers'),
      `none of them is a suite of ${versions.join(' or ')}`,
    );
  // The suites of TLS 1.3 fit every key. If none of them is named, TLS 1.3 keeps its default suites.
  if (!versions.includes('TLSv1.3')) checkKeys(path, older.map(kindOf), entries, openssl);
}

function versionsOf(path: string, options: TlsOptions): TlsVersion[] {
  const { minVersion = 'TLSv1.2', maxVersion = 'TLSv1.3', secureOptions = 0 } = options;
  const allowed = (['TLSv1.2', 'TLSv1.3'] as const).filter(
    (version) => version >= minVersion && version <= maxVersion,
  );
  const left = allowed.filter(
    (version) => Math.floor(secureOptions / SSL_OP_NO[version]) % 2 === 0,
  );
  if (left.length > 0) return left;
  throw refuse(RangeError, at(path, 'secureOptions'), `it turns off ${allowed.join(' and ')}`);
}

type KeyKind = 'rsa' | 'ecdsa' | 'shared';

/** Each suite of TLS 1.2 needs one kind of key. */
function checkKeys(
  path: string,
  kinds: readonly KeyKind[],
  entries: readonly TlsEntry[],
  openssl: SuiteKnowledge,
): void {
  for (const entry of entries) {
    const certs = [entry.options.cert ?? []].flat() as Pem[];
    const fits = certs.some((cert) => {
      const type = openssl.keyType(cert);
      return type === undefined || kinds.includes(type.startsWith('rsa') ? 'rsa' : 'ecdsa');
    });
    if (fits || certs.length === 0) continue;
    const place = at(entry.path, 'cert');
    throw refuse(RangeError, at(path, 'ciphers'), `none of them fits the key of ${place}`);
  }
}

/**
 * The key that a suite needs, by its name: `ecdhe-ecdsa-…`, `ecdhe-rsa-…`, `dhe-rsa-…`, `aes…`. A suite of pre-shared keys
 * needs a key that no option gives.
 */
function kindOf(suite: string): KeyKind {
  const name = suite.toLowerCase();
  if (/(^|-)psk-|^srp-/.test(name)) return 'shared';
  return name.includes('-ecdsa-') ? 'ecdsa' : 'rsa';
}
