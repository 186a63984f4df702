// The option `tls`: what is said of what doesn't fit, before anything listens.

import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { listenAddressFrom } from '../../../../src/io/listen/listen-address.js';
import { TlsContexts } from '../../../../src/io/tls/tls-contexts.js';
import { TLS_NAMES, tlsFrom } from '../../../../src/io/tls/tls-options.js';
import { ca, lockedKey, pair, pfx } from '../../../support/tls.js';

const { key, cert } = pair('local');

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toMatchObject({ code: 'SLUICE_OPTION_INVALID' });
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

const checked = (tls: unknown): string => refusal(() => listenAddressFrom({ tls }));
const made = (tls: unknown): string =>
  refusal(() => new TlsContexts(tlsFrom(tls), () => undefined));

/** What fits no option of TLS, and what each kind of option takes nevertheless. */
const wrong: Readonly<Record<string, unknown>> = {
  null: null,
  true: true,
  '1': 1,
  '-1': -1,
  NaN: Number.NaN,
  '1.5': 1.5,
  empty: '',
  text: 'some text',
  'an object': { a: 1 },
  'an empty array': [],
  'an array of numbers': [1],
  'no bytes': new Uint8Array(0),
  'some bytes': new Uint8Array(3),
  'a function': () => 1,
};
const text = ['text'];
const pem = ['text', 'some bytes'];
const taken: Readonly<Record<string, readonly string[]>> = {
  serverName: [],
  key: pem,
  cert: pem,
  pfx: pem,
  passphrase: ['text', 'empty'],
  ca: pem,
  crl: pem,
  minVersion: [],
  maxVersion: [],
  ciphers: text,
  honorCipherOrder: ['true'],
  sigalgs: text,
  ecdhCurve: text,
  dhparam: pem,
  secureOptions: ['1'],
  requestCert: ['true'],
  rejectUnauthorized: ['true'],
  SNICallback: ['a function'],
  ticketKeys: [],
  sessionTimeout: ['1'],
  sessionIdContext: text,
};

describe('an option of tls', () => {
  test.each(TLS_NAMES)('%s refuses what it does not take, and names itself', (name) => {
    const fits = taken[name];
    if (fits === undefined) throw new Error(`${name} has no row in this test`);
    for (const [what, value] of Object.entries(wrong)) {
      if (fits.includes(what)) continue;
      const message = checked({ key, cert, requestCert: true, [name]: value });
      expect(message.startsWith(`tls.${name}`), `${name} with ${what}: ${message}`).toBe(true);
      expect(message).toMatch(/expected /);
    }
  });

  test.each([
    [null, /^tls: got null, expected an object with key and cert/],
    [[], /^tls: got an array, expected/],
    [[null], /^tls\[0\]: got null/],
    [{}, /^tls\.key: got undefined, expected key and cert, or pfx/],
    [{ key }, /^tls\.cert: got undefined, expected key and cert/],
    [{ cert }, /^tls\.key: got undefined, expected key and cert/],
    [
      { key, cert, minVersion: 'TLSv1.1' },
      /^tls\.minVersion: got "TLSv1\.1", expected 'TLSv1\.2' or/,
    ],
    [
      { key, cert, minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' },
      /^tls\.minVersion: TLSv1\.3 is above maxVersion, TLSv1\.2/,
    ],
    [{ key, cert, rejectUnauthorized: true }, /^tls\.rejectUnauthorized: .* set requestCert: true/],
    [{ key, cert, ALPNProtocols: ['h2'] }, /^tls\.ALPNProtocols: unknown option; .*http\/1\.1/],
    [{ key, cert, handshakeTimeout: 5 }, /did you mean limits\.handshakeMs/],
    [{ key, cert, secureProtocol: 'x' }, /did you mean minVersion/],
    [{ key, certs: cert }, /^tls\.certs: unknown option; did you mean cert\?/],
    [
      { key, cert, serverName: '10.0.0.1' },
      /^tls\.serverName: got "10\.0\.0\.1", expected a host name/,
    ],
    [{ key, cert, serverName: 'a.*.example' }, /^tls\.serverName/],
    [{ key, cert, serverName: 'bücher.example' }, /^tls\.serverName/],
    [
      [
        { key, cert },
        { key, cert },
      ],
      /^tls\[1\]\.serverName: tls\[0\] has no name either/,
    ],
    [
      [
        { serverName: 'a', key, cert },
        { serverName: 'A', key, cert },
      ],
      /^tls\[1\]\.serverName: tls\[0\] has the same name/,
    ],
    [
      [
        { key, cert },
        { serverName: 'a', key },
      ],
      /^tls\[1\]\.cert: got undefined/,
    ],
    [
      [
        { key, cert },
        { serverName: 'a', key, cert, requestCert: true },
      ],
      /^tls\[1\]\.requestCert: it holds for all names of the listener, so it belongs into tls\[0\]/,
    ],
    [
      [
        { key, cert, SNICallback: () => undefined },
        { serverName: 'a', key, cert },
      ],
      /^tls\[0\]\.SNICallback: it takes the place of an array of certificates/,
    ],
  ])('does not fit: %#', (tls, message) => {
    expect(checked(tls)).toMatch(message);
  });
});

/** OpenSSL takes all of it. */
describe('options with which nobody could shake hands by a suite that was named', () => {
  const rsa = pair('rsa');
  const unnamed = /^tls\.ciphers: none of them is a suite of TLSv1\.[23]( or TLSv1\.3)?$/;
  const unfit = /^tls\.ciphers: none of them fits the key of tls\.cert$/;
  const off = /^tls\.secureOptions: it turns off TLSv1\.[23]( and TLSv1\.3)?$/;
  const [noOlder, noNewer] = [{ secureOptions: 2 ** 27 }, { secureOptions: 2 ** 29 }];
  const older = { maxVersion: 'TLSv1.2' };
  const newer = { minVersion: 'TLSv1.3' };
  test.each([
    [{ ...newer, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }, unnamed],
    [{ ...noOlder, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }, unnamed],
    [{ ...older, ciphers: 'TLS_AES_128_GCM_SHA256' }, unnamed],
    // OpenSSL says nothing of these even alone. They are suites of TLS 1.2 by their other names.
    [{ ciphers: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256' }, unnamed],
    [{ ...newer, ...noNewer }, off],
    [{ secureOptions: 2 ** 29 + 2 ** 27 }, off],
    [{ ...older, ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }, unfit],
    [{ ...rsa, ...noNewer, ciphers: 'ECDHE-ECDSA-AES128-SHA' }, unfit],
    [{ ...older, ciphers: 'PSK-AES128-GCM-SHA256' }, unfit],
  ])('%#', (options, message) => {
    expect(made({ key, cert, ...options })).toMatch(message);
  });

  test('in an array of certificates', () => {
    const tls = [
      { key, cert, ...older, ciphers: 'ECDHE-ECDSA-AES128-SHA' },
      { serverName: 'a', ...rsa },
    ];
    expect(made(tls)).toMatch(/^tls\[0\]\.ciphers: none of them fits the key of tls\[1\]\.cert/);
  });

  test.each([
    { ciphers: 'ECDHE-RSA-AES128-GCM-SHA256:ecdhe-ecdsa-aes128-gcm-sha256' },
    { ciphers: 'TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256' },
    // TLS 1.3 has its own suites where none is named, as in node:tls.
    { ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' },
    { ciphers: 'ECDHE-RSA-AES128-SHA:HIGH', maxVersion: 'TLSv1.2' },
    { ciphers: 'DEFAULT@SECLEVEL=0', minVersion: 'TLSv1.3' },
    { ciphers: 'AES128-GCM-SHA256', ...rsa },
    {
      ciphers: 'ECDHE-RSA-AES128-SHA',
      maxVersion: 'TLSv1.2',
      key: [key, rsa.key],
      cert: [cert, rsa.cert],
    },
    { secureOptions: 2 ** 29 },
    { ciphers: 'ECDHE-RSA-AES128-SHA', key: undefined, cert: undefined, pfx, passphrase: 'open' },
  ])('are not those with which somebody may: %#', (options) => {
    const tls = tlsFrom({ key, cert, ...options });
    expect(() => new TlsContexts(tls, () => undefined)).not.toThrow();
  });
});

/** OpenSSL says nothing of it. */
const CUT = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

describe('what OpenSSL refuses', () => {
  test.each([
    [{ key: pair('a').key, cert }, /^tls\.key: it does not belong to cert/],
    // To OpenSSL, keys of two kinds are two keys.
    [{ key: pair('rsa').key, cert }, /^tls\.key: it does not belong to cert/],
    [
      { key: [key, pair('a').key], cert: [cert, pair('rsa').cert] },
      /^tls\.key: it does not belong/,
    ],
    [{ key: cert, cert }, /^tls\.key: it is not in PEM|^tls\.key: OpenSSL refuses it/],
    [{ key, cert: key }, /^tls\.cert: it is not in PEM/],
    [{ key: '/etc/key.pem', cert }, /^tls\.key: it is not in PEM: expected the content of a file/],
    [{ key, cert: './cert.pem' }, /^tls\.cert: it is not in PEM/],
    [{ key: lockedKey, cert }, /^tls\.passphrase: key is encrypted, so it needs one/],
    [{ key: lockedKey, cert, passphrase: 'no' }, /^tls\.passphrase: it does not decrypt key/],
    [{ pfx }, /^tls\.passphrase: pfx is encrypted/],
    [{ pfx, passphrase: 'no' }, /^tls\.passphrase: it does not decrypt pfx/],
    [{ pfx: 'rubbish' }, /^tls\.pfx: /],
    [{ key, cert, ciphers: 'none-such' }, /^tls\.ciphers: OpenSSL refuses it: /],
    [{ key, cert, ecdhCurve: 'none-such' }, /^tls\.ecdhCurve: /],
    [{ key, cert, sigalgs: 'none-such' }, /^tls\.sigalgs: /],
    [{ key, cert, crl: 'rubbish' }, /^tls\.crl: /],
    [{ key, cert, ca: './ca.pem' }, /^tls\.ca: it is not in PEM: expected the content of a file/],
    [{ key, cert, ca: [ca, 'rubbish'] }, /^tls\.ca: it is not in PEM/],
    [{ key, cert, ca: key }, /^tls\.ca: it has no certificate that OpenSSL can read/],
    [{ key, cert, ca: CUT }, /^tls\.ca: it has no certificate/],
    [
      [
        { key, cert },
        { serverName: 'a', key, cert: pair('a').cert },
      ],
      /^tls\[1\]\.key: it does not/,
    ],
    [{ key, cert, dhparam: 'some text' }, /^tls\.dhparam: expected 'auto', or the content of/],
  ])('is told with the name of the option: %#', (tls, message) => {
    expect(made(tls)).toMatch(message);
  });

  test('is not what fits', () => {
    expect(
      () => new TlsContexts(tlsFrom({ key, cert, ca, requestCert: true }), () => undefined),
    ).not.toThrow();
  });
});

test('bytes of another realm are bytes', () => {
  const foreign = (bytes: Uint8Array): unknown =>
    runInNewContext('Uint8Array.from(bytes)', { bytes });
  expect(foreign(Buffer.from(key))).not.toBeInstanceOf(Uint8Array);
  const tls = {
    key: foreign(Buffer.from(key)),
    cert: [foreign(Buffer.from(cert))],
    ca: foreign(ca),
  };
  const ticketKeys = foreign(new Uint8Array(48));
  expect(() => new TlsContexts(tlsFrom({ ...tls, ticketKeys }), () => undefined)).not.toThrow();
  expect(made({ ...tls, cert: foreign(new Uint8Array(9)) })).toMatch(
    /^tls\.cert: it is not in PEM/,
  );
});

test('no message shows a key or a passphrase', () => {
  const secret = String(key);
  const body = secret.split('\n')[1] as string;
  const messages = [
    checked({ key: [secret, 1], cert }),
    checked({ privateKey: secret, cert }),
    checked({ key, cert, password: 'swordfish' }),
    checked({ key, cert, minVersion: secret }),
    made({ key: secret.slice(0, 100), cert, passphrase: 'swordfish' }),
    refusal(() => listenAddressFrom({ key: secret })),
  ];
  for (const message of messages) {
    expect(message).not.toContain(body.slice(0, 8));
    expect(message).not.toContain('swordfish');
  }
});
