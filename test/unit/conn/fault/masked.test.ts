// Credentials in bytes that are shown.

import { describe, expect, test } from 'vitest';
import { masked } from '../../../../src/conn/fault/masked.js';
import type { FaultReport } from '../../../../src/index.js';
import { ConnectionScene } from '../../../support/connection-scene.js';

const SECRET = 's3cr3t';

describe('a credential is hidden', () => {
  test.each<[string, string]>([
    [`Authorization: Basic ${SECRET}`, 'Authorization: ************'],
    [`authorization:${SECRET}\r\nHost: a`, 'authorization:******\r\nHost: a'],
    [`COOKIE: a=1; b=${SECRET}`, 'COOKIE: *************'],
    [`Set-Cookie: ${SECRET}`, 'Set-Cookie: ******'],
    [`Proxy-Authorization: ${SECRET}\nX: y`, 'Proxy-Authorization: ******\nX: y'],
    [`Cookie : ${SECRET}`, 'Cookie : ******'],
    [`\tCookie: ${SECRET}`, '\tCookie: ******'],
    [`\0Cookie\0: ${SECRET}`, '\0Cookie\0: ******'],
    [`Cookie ${SECRET}`, 'Cookie ******'],
    [`Cookie: a\r\n ${SECRET}\r\n\t${SECRET}\r\nX: y`, 'Cookie: *\r\n*******\r\n*******\r\nX: y'],
    [`Cookie: a\r${SECRET}\r\nX: y`, 'Cookie: *\r******\r\nX: y'],
    [`Host: a Cookie: ${SECRET}`, 'Host: a Cookie: ******'],
    [`GET / HTTP/1.1\rAuthorization: ${SECRET}`, 'GET / HTTP/1.1\rAuthorization: ******'],
    [`GET / HTTP/1.1\r(Cookie=${SECRET}`, 'GET / HTTP/1.1\r(Cookie*******'],
    [`X: y\r\nCookie: ${SECRET}`, 'X: y\r\nCookie: ******'],
    // In other letters than a token's.
    ['Cookie: \xd1\x81\xd0\xb5\xd0\xba', 'Cookie: ******'],
    [`Cookie: "${SECRET}"`, 'Cookie: ********'],
    // With a byte too many within the name, or a line end.
    [`Coo\0kie: ${SECRET}`, 'Coo\0kie: ******'],
    [`Coo\r\nkie: ${SECRET}`, 'Coo\r\nkie: ******'],
    [`Proxy-\r\n Authorization: ${SECRET}`, 'Proxy-\r\n Authorization: ******'],
    [`Cookie\r\n: ${SECRET}`, 'Cookie\r\n: ******'],
    [`Cookie\xe9\r\n: ${SECRET}\r\nX: y`, 'Cookie*\r\n********\r\nX: y'],
    [`Cookie\n\r\n: ${SECRET}`, 'Cookie\n\r\n: ******'],
    [`Cookie:\r\n${SECRET}\r\nX: y`, 'Cookie:\r\n******\r\nX: y'],
    [`Cookie: a\r\n${SECRET}\r\nX: y`, 'Cookie: *\r\n******\r\nX: y'],
    [`Cookie: a\r\nb=${SECRET}; u=a://b\r\nX\0: y`, 'Cookie: *\r\n*****************\r\nX\0: y'],
    [`Cookie: a\n\n ${SECRET}`, 'Cookie: *\n\n*******'],
    // The line end before it is missing.
    [`Host: aCookie: ${SECRET}`, 'Host: aCookie: ******'],
    [`GET / HTTP/1.1Cookie: ${SECRET}`, 'GET / HTTP/1.1Cookie: ******'],
    [`Cookie: ${SECRET}\r\nCookie: ${SECRET}\r\n\r\n`, 'Cookie: ******\r\nCookie: ******\r\n\r\n'],
  ])('in %j', (text, shown) => {
    const hidden = masked(text);
    expect(hidden).toBe(shown);
    expect(hidden.length).toBe(text.length);
  });

  test('that ends with its head: what follows is shown', () => {
    expect(masked('Cookie:\r\n\r\nGET / HTTP/1.1\r\n')).toBe('Cookie:\r\n\r\nGET / HTTP/1.1\r\n');
    expect(masked('Cookie: x\r\n\r\nGET /\r\n')).toBe('Cookie: *\r\n\r\nGET /\r\n');
    expect(masked('Cookie: x\r\nX\0: y\r\n')).toBe('Cookie: *\r\nX\0: y\r\n');
  });

  test.each([
    'GET /cookie HTTP/1.1\r\nHost: a\r\n',
    'Cookie2: x',
    'X-Cookie: x',
    'XCookie: x',
    'Host: a\r\nXCookie: x',
    'Authorizations: x',
    'Host: a\r\n folded\r\n',
    '',
  ])('and nothing else: %j', (text) => {
    expect(masked(text)).toBe(text);
  });
});

describe('a report of a fault', () => {
  const requests: [string, string][] = [
    [
      'in the value',
      `GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${SECRET}\x01${SECRET}\r\n\r\n`,
    ],
    [
      'behind a long value',
      `GET / HTTP/1.1\r\nHost: a\r\nCookie: ${SECRET.repeat(20)}\r\nX\x01: y\r\n\r\n`,
    ],
    ['at the end of the head', `GET / HTTP/1.1\r\nCookie: ${SECRET}\r\n\r\n`],
    ['in a name behind it', `GET / HTTP/1.1\r\nHost: a\r\nCookie: ${SECRET}\r\n: y\r\n\r\n`],
    ['before it', `GET / HTTP/1.1\r\n: y\r\nCookie: ${SECRET}\r\n\r\n`],
    ['in a folded value', `GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1;\r\n ${SECRET}\r\n\r\n`],
    [
      'in chunks',
      `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nCookie: ${SECRET}\r\n\r\nzz\r\n`,
    ],
    [
      'in trailers',
      `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nCookie: ${SECRET}\x01\r\n\r\n`,
    ],
    [
      'in the next request',
      `GET / HTTP/1.1\r\nHost: a\r\nCookie: ${SECRET}\r\n\r\nG\x01T / HTTP/1.1\r\n`,
    ],
  ];

  async function reportOf(bytes: string, pieceBytes: number, raw: boolean): Promise<FaultReport> {
    const scene = new ConnectionScene(undefined, { faultBytes: raw ? 'raw' : 'masked' });
    for (let i = 0; i < bytes.length; i += pieceBytes) scene.come(bytes.slice(i, i + pieceBytes));
    await scene.to(1);
    expect(scene.faults).toHaveLength(1);
    return scene.faults[0] as FaultReport;
  }

  test.each(requests)(
    'shows none of them, however the bytes come: a fault %s',
    async (_where, bytes) => {
      for (const pieceBytes of [1, 2, 3, 7, 16, 40, 64, 1000]) {
        const report = await reportOf(bytes, pieceBytes, false);
        expect(report.bytes.length).toBeGreaterThan(0);
        for (let i = 0; i + 3 <= SECRET.length; i++)
          expect(report.bytes).not.toContain(SECRET.slice(i, i + 3));
      }
    },
  );

  test('shows them where somebody asked for it', async () => {
    const [[, bytes] = ['', '']] = requests;
    expect((await reportOf(bytes, 1000, true)).bytes).toContain(SECRET);
  });
});
