// Content of requests with an encoding: the text that `sluice/node` makes of it is that of node:http.

import { expect, it } from 'vitest';
import { LAST, same } from './node-compared.js';

/** A POST of these pieces, each in a chunk of its own. */
function post(pieces: readonly Uint8Array[]): Buffer {
  const head = `POST / HTTP/1.1\r\nHost: a\r\n${LAST}Transfer-Encoding: chunked\r\n\r\n`;
  const chunks = pieces
    .filter(({ length }) => length > 0)
    .flatMap((piece) => [`${piece.length.toString(16)}\r\n`, piece, '\r\n']);
  return Buffer.concat([head, ...chunks, '0\r\n\r\n'].map((part) => Buffer.from(part)));
}

/** @returns what both have told, which is the same */
async function textOf(encoding: BufferEncoding, pieces: readonly Uint8Array[]): Promise<unknown> {
  const { notes } = await same(
    (req, res, note) => {
      let text = '';
      req.setEncoding(encoding);
      req.on('data', (piece) => {
        text += piece;
      });
      req.on('end', () => {
        note(text);
        res.end();
      });
    },
    ({ socket }) => void socket.write(post(pieces)),
  );
  return (notes as [[string]])[0][0];
}

const whole = Buffer.from('\ufeffgrün € 😀.');

for (const encoding of ['utf8', 'latin1', 'utf16le', 'hex', 'base64'] as const) {
  it(`is the same in ${encoding}, wherever its bytes are cut`, async () => {
    for (let at = 0; at < whole.length; at++) {
      const text = await textOf(encoding, [whole.subarray(0, at), whole.subarray(at)]);
      expect(text).toBe(whole.toString(encoding));
    }
  });
}

it('is the same where bytes are no characters', async () => {
  for (const hex of ['ff41', 'e28241', 'c08041', 'eda08041', '41e282', '80', 'f09f']) {
    const bytes = Buffer.from(hex, 'hex');
    expect(await textOf('utf8', [bytes])).toBe(bytes.toString());
    expect(await textOf('utf8', [bytes, Buffer.from('.')])).toContain('.');
  }
});
