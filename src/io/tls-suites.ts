// Whether anybody could agree on one of the cipher suites that a listener names: a version of TLS has to be left for it,
// and it has to fit the key. OpenSSL takes options that leave nothing. Each handshake fails then, or agrees on a suite of the
// defaults, which nobody has named.

import { refuse } from '../options/checks.js';
import { at, type Pem, type TlsEntry, type TlsOptions, type TlsVersion } from './tls-options.js';

/** OpenSSL's flags that turn a version off. */
const SSL_OP_NO: Readonly<Record<TlsVersion, number>> = {
  'TLSv1.2': 2 ** 27,
  'TLSv1.3': 2 ** 29,
};

/** The parts of OpenSSL that are needed here. */
export interface SuiteKnowledge {
  /** All suites that it has, in lower case. */
  readonly suites: readonly string[];
  /** `rsa`, `ec`, `ed25519`, …: of the key of a certificate that is known to be one. */
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
  // As Node divides them. Of the first kind, OpenSSL says nothing of those that it doesn't know.
  const newer = given.filter((name) => name.startsWith('TLS_'));
  const older = given.filter((name) => !name.startsWith('TLS_'));
  // What a word such as HIGH or @SECLEVEL=0 stands for, OpenSSL alone knows.
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
  // The suites of 1.3 fit every key. It has those of the defaults where none of its own is named.
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

/** Suites of TLS 1.2 are made for one kind of key. */
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

/** Of a plain suite: `ecdhe-ecdsa-…`, `ecdhe-rsa-…`, `dhe-rsa-…`, `aes…`. Those of shared keys need a key that no option gives. */
function kindOf(suite: string): KeyKind {
  const name = suite.toLowerCase();
  if (/(^|-)psk-|^srp-/.test(name)) return 'shared';
  return name.includes('-ecdsa-') ? 'ecdsa' : 'rsa';
}
