// Reports of faults show no credential, wherever it stands, however its line is written or broken, and
// however the bytes come.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reply } from '../../../src/index.js';
import { ConnectionScene } from '../../support/connection-scene.js';
import { get, postChunked } from '../../support/test-server.js';

/** Letters that stand nowhere else in a message. */
const LETTERS = ['Q', 'Z', 'J', 'Y', '~', '%', '{', '"', '\xc3', '\xfe'];
/** So many of them in a row are shown of no secret. */
const SHOWN_MOST = 2;

const anyName = fc
  .tuple(
    fc.constantFrom('Authorization', 'Proxy-Authorization', 'Cookie', 'Set-Cookie'),
    fc.array(fc.boolean(), { minLength: 19, maxLength: 19 }),
  )
  .map(([name, upper]) =>
    [...name].map((c, i) => (upper[i] ? c.toUpperCase() : c.toLowerCase())).join(''),
  );
const anySecret = fc
  .array(fc.constantFrom(...LETTERS), { minLength: 3, maxLength: 60 })
  .map((letters) => letters.join(''));

/** What may stand within a name or a value, so that it is none any more. */
const JUNK = ['\0', '\x01', '\x7f', '\x80', '\xe9', ' ', '\t', '\r', '\n', '\r\n', '\r\n ', '\n\t'];
interface Cut {
  readonly at: number;
  readonly junk: string;
}
const anyCut: fc.Arbitrary<Cut | null> = fc.option(
  fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), junk: fc.constantFrom(...JUNK) }),
);
const broken = (text: string, cut: Cut | null): string => {
  if (cut === null) return text;
  const at = 1 + Math.floor(cut.at * (text.length - 1));
  return text.slice(0, at) + cut.junk + text.slice(at);
};
/** An empty line before a folded one ends the head: what follows is another message. */
const withinOnly = (cut: Cut | null): Cut | null => cut && { ...cut, at: 0.99 * cut.at };

const anyLine = fc
  .record({
    name: anyName,
    nameCut: anyCut,
    colon: fc.constantFrom(': ', ':', ' : ', ':\t', ':\r\n ', ':\0', '\0: ', '\r\n: ', ' '),
    before: fc.constantFrom('', 'Bearer ', 'a=1; b='),
    secret: anySecret,
    secretCut: anyCut,
    folded: fc.option(anySecret),
    end: fc.constantFrom('\r\n', '\n', '\0\r\n', '\r\n\r\n'),
  })
  .map(({ name, nameCut, colon, before, secret, secretCut, folded, end }) => {
    const value =
      folded === null
        ? before + broken(secret, secretCut)
        : `${before}${broken(secret, withinOnly(secretCut))}\r\n\t${folded}`;
    return `${broken(name, nameCut)}${colon}${value}${end}`;
  });

/** What comes behind: often the fault. */
const anyTail = fc.constantFrom(
  '\r\n',
  ': x\r\n',
  'a b: c\r\n',
  'X\0: y\r\n\r\n',
  '\r\nG\0T /\r\n',
);
const anyMessage = fc
  .record({
    line: anyLine,
    other: fc.constantFrom('', 'X: y\r\n', `X: ${'y'.repeat(40)}\r\n`),
    tail: anyTail,
    where: fc.constantFrom('first', 'second', 'upgrade', 'trailers', 'chunked', 'lostLineEnd'),
  })
  .map(({ line, other, tail, where }) => {
    const fields = `${other}${line}${tail}`;
    const head = `GET / HTTP/1.1\r\nHost: a\r\n`;
    switch (where) {
      case 'second':
        return `${get()}${head}${fields}`;
      case 'upgrade':
        return `${head}Connection: Upgrade\r\nUpgrade: websocket\r\n${fields}`;
      case 'trailers':
        return postChunked(`3\r\nabc\r\n0\r\n${fields}`);
      case 'chunked':
        return `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n${line}\r\nzz\r\n`;
      case 'lostLineEnd':
        // Without a colon, too, it is text within a value.
        return line.includes(':') ? `${head.slice(0, -2)}${fields}` : `${head}${fields}`;
      default:
        return `${head}${fields}`;
    }
  });

test('law: a report of a fault shows no three letters of a credential', async () => {
  let faults = 0;
  await fc.assert(
    fc.asyncProperty(
      anyMessage,
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 }),
      async (bytes, pieces) => {
        const scene = new ConnectionScene(async (request) => reply(await request.text()));
        for (let i = 0, n = 0; i < bytes.length && !scene.connection.life.closed; n++) {
          const to = i + (pieces[n % pieces.length] as number);
          scene.come(bytes.slice(i, to));
          i = to;
        }
        await scene.to(1);
        faults += scene.faults.length;
        const secrets = new RegExp(`[${LETTERS.join('')}]{${SHOWN_MOST + 1}}`);
        for (const { bytes: shown } of scene.faults) expect(shown).not.toMatch(secrets);
      },
    ),
    { numRuns: Number(process.env.SLUICE_RUNS ?? 800) },
  );
  expect(faults).toBeGreaterThan(100);
});
