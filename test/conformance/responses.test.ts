// What no server may send is refused by the one reader that the corpus, the simulation and the wire tests share.

import { describe, expect, test } from 'vitest';
import { readResponses } from './responses.js';

const read = (text: string, closed = false) => readResponses(text, ['GET', 'HEAD'], closed);

const HEAD = 'HTTP/1.1 200 OK\r\n';

describe('the strict reader of responses', () => {
  test.each([
    ['two lengths', `${HEAD}Content-Length: 1\r\nContent-Length: 1\r\n\r\na`],
    ['both framings', `${HEAD}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a length with a sign', `${HEAD}Content-Length: +1\r\n\r\na`],
    ['a length with a zero in front', `${HEAD}Content-Length: 01\r\n\r\na`],
    ['another coding', `${HEAD}Transfer-Encoding: gzip\r\n\r\n`],
    ['a framed 204', 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n'],
    ['a framed 100', 'HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n'],
    ['a size in capitals', `${HEAD}Transfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n`],
    ['an extension', `${HEAD}Transfer-Encoding: chunked\r\n\r\n1;a\r\na\r\n0\r\n\r\n`],
    ['a chunk without its end', `${HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n`],
    ['no trailer section', `${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\n`],
    ['a trailer that is no field', `${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\na\r\n\r\n`],
    ['a bare LF', `${HEAD}A: b\nContent-Length: 0\r\n\r\n`],
    ['a bare CR', `${HEAD}A: b\rc\r\nContent-Length: 0\r\n\r\n`],
    ['a space in front of the colon', `${HEAD}Content-Length : 0\r\n\r\n`],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n'],
    ['content that is cut', `${HEAD}Content-Length: 2\r\n\r\na`],
    ['content without an end', `${HEAD}\r\na`],
    ['a head that is cut', HEAD],
    ['bytes behind the last', `${HEAD}Connection: close\r\nContent-Length: 0\r\n\r\nHTTP/1.1 `],
  ])('refuses %s', (_name, text) => {
    expect(() => read(text)).toThrow();
  });

  test('reads all of them, interim ones in their place, and no content for HEAD', () => {
    const text =
      'HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n' +
      `${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\na\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n` +
      `${HEAD}Content-Length: 5\r\n\r\n` +
      `${HEAD}\r\nto the end`;
    expect(read(text, true).map(({ line, body, trailers }) => [line, body, trailers])).toEqual([
      ['HTTP/1.1 103 Early Hints', '', []],
      ['HTTP/1.1 200 OK', 'ab0123456789', [['X-Sum', '1']]],
      ['HTTP/1.1 200 OK', '', []],
      ['HTTP/1.1 200 OK', 'to the end', []],
    ]);
  });
});
