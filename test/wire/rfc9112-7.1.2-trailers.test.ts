// RFC 9112 §7.1.2: fields behind the content of responses and requests.

import { describe, expect, test } from 'vitest';
import { reply, type TrailersInit } from '../../src/index.js';
import { get, post, postChunked, serve, TAKES_TRAILERS } from '../support/test-server.js';
import { later } from './pieces.js';

describe('§7.1.2 trailers', () => {
  const ask = (target?: string): string => get(target, TAKES_TRAILERS);

  test('of a reply follow its content, announced where they are known', async () => {
    const served = await serve({
      fetch: () => reply(later('a', 'b'), { trailers: { Sum: '1', 'X-Other': ['2', '3'] } }),
    });
    const client = await served.send(ask() + ask());
    for (const response of await client.responses(2)) {
      expect(response.get('trailer')).toContain('Sum');
      expect(response.text).toBe('ab');
      expect(response.trailers).toEqual([
        ['Sum', '1'],
        ['X-Other', '2'],
        ['X-Other', '3'],
      ]);
    }
  });

  test('may be computed once the content was sent', async () => {
    const served = await serve({
      fetch() {
        let sent = 0;
        const body = (async function* () {
          for await (const piece of later('ab', 'cde')) {
            sent += piece.length;
            yield piece;
          }
        })();
        return reply(body, {
          headers: { Trailer: 'Sum' },
          trailers: async () => ({ Sum: String(sent) }),
        });
      },
    });
    const response = await (await served.send(ask())).response();
    expect(response.trailers).toEqual([['Sum', '5']]);
  });

  test('make a whole body chunked, and are left out where the client knows no chunks', async () => {
    const served = await serve({ fetch: () => reply('ab', { trailers: { Sum: '1' } }) });
    const client = await served.send(`${ask()}GET / HTTP/1.0\r\n${TAKES_TRAILERS}\r\n`);
    const first = await client.response();
    expect(first.text).toBe('ab');
    expect(first.trailers).toEqual([['Sum', '1']]);
    const second = await client.response();
    expect(second.text).toBe('ab');
    expect(second.get('transfer-encoding')).toBeUndefined();
  });

  // RFC 9110 §6.5.1: a client that did not ask may be, or be behind, one that drops or breaks on them.
  describe.each([
    ['nothing', '', 1],
    ['another coding', 'TE: gzip;q=0.5, deflate\r\n', 1],
    ['the word in a parameter', 'TE: a;b="c, trailers"\r\n', 1],
    ['HTTP/1.0 that asked', TAKES_TRAILERS, 0],
    ['HTTP/1.0', '', 0],
  ])('are for who asked, and not for %s', (_who, fields, minor) => {
    const unasked = `GET / HTTP/1.${minor}\r\nHost: a\r\n${fields}Connection: close\r\n\r\n`;

    test.each<[string, () => TrailersInit]>([
      ['fields', () => ({ Sum: '1' })],
      ['a function that is not called', () => () => expect.fail('called')],
      ['a promise that rejects', () => Promise.reject(new Error('no sum'))],
    ])('%s', async (_what, trailers) => {
      const headers = { Trailer: 'Sum', 'X-A': 'b' };
      const served = await serve({
        fetch: () => reply('ab', { headers, trailers: trailers() }),
      });
      const response = await (await served.send(unasked)).response();
      expect([response.text, response.get('content-length')]).toEqual(['ab', '2']);
      expect([response.get('trailer'), response.get('transfer-encoding')]).toEqual([
        undefined,
        undefined,
      ]);
      expect([response.get('x-a'), response.trailers]).toEqual(['b', []]);
      expect(response.get('content-type')).toBe('text/plain;charset=UTF-8');
      expect(served.errors).toEqual([]);
    });

    test('of a stream', async () => {
      const served = await serve({
        fetch: () => reply(later('a', 'b'), { trailers: { Sum: '1' } }),
      });
      const client = await served.send(unasked);
      const { fields } = await client.head();
      expect(fields.map(([name]) => name.toLowerCase())).not.toContain('trailer');
      const rest = (await client.rest()).toString();
      expect(rest).toBe(minor === 0 ? 'ab' : '1\r\na\r\n1\r\nb\r\n0\r\n\r\n');
    });
  });

  describe.each([
    ['a whole text', () => 'ab'],
    ['whole bytes', () => Buffer.alloc(3_000_000, 'ab')],
    ['an empty text', () => ''],
    ['no content', () => []],
    ['one piece', () => ['ab']],
  ])('that fail with %s', (_what, body) => {
    test.each<[string, (mistake: Error) => TrailersInit]>([
      [
        'a function that throws',
        (mistake) => () => {
          throw mistake;
        },
      ],
      ['a function that rejects', (mistake) => () => Promise.reject(mistake)],
      [
        'a function that rejects in a later turn',
        (mistake) => () => new Promise((_, reject) => setImmediate(reject, mistake)),
      ],
      ['a promise', (mistake) => Promise.reject(mistake)],
    ])('are a 500, and the connection goes on: %s', async (_how, trailersOf) => {
      const mistake = new Error('no sum');
      const served = await serve({
        fetch: (request) =>
          request.url.endsWith('/next')
            ? reply('next')
            : reply(body(), { trailers: trailersOf(mistake) }),
      });
      const client = await served.send(ask() + get('/next'));
      expect((await client.response()).status).toBe(500);
      expect((await client.response()).text).toBe('next');
      expect(served.errors).toEqual([mistake]);
    });

    test('are a 500 where they are no fields', async () => {
      const served = await serve({
        fetch: () => reply(body(), { trailers: () => ({ 'Content-Length': '5' }) }),
      });
      expect((await (await served.send(ask())).response()).status).toBe(500);
    });
  });

  test('of whole content that come late do not keep the content back', async () => {
    let give: (fields: Record<string, string>) => void = () => {};
    const served = await serve({
      fetch: () =>
        reply('ab', {
          trailers: () =>
            new Promise((resolve) => {
              give = resolve;
            }),
        }),
    });
    const client = await served.send(ask());
    expect((await client.head()).status).toBe(200);
    expect((await client.take(7)).toString()).toBe('2\r\nab\r\n');
    give({ Sum: '1' });
    expect((await client.take(13)).toString()).toBe('0\r\nSum: 1\r\n\r\n');
  });

  test('that fail cut the connection, so that nobody takes the content for whole', async () => {
    const mistake = new Error('no sum');
    const served = await serve({
      fetch: () =>
        reply(later('ab'), {
          trailers() {
            throw mistake;
          },
        }),
    });
    const client = await served.send(ask());
    await client.head();
    expect((await client.rest()).toString('latin1')).not.toMatch(/0\r\n\r\n$/);
    expect(served.errors).toEqual([mistake]);
  });

  test('of a request are given once its content was read, as they came', async () => {
    const served = await serve({
      async fetch(request, context) {
        const { trailers } = context;
        const text = await request.text();
        return reply(`${text} ${JSON.stringify(await trailers)}`);
      },
    });
    const client = await served.send(
      postChunked('3\r\nabc\r\n0\r\nSum: 1\r\nsUM:  2 \r\n\r\n') + post('abc') + get(),
    );
    const texts = (await client.responses(3)).map(({ text }) => text);
    expect(texts).toEqual(['abc ["Sum","1","sUM","2"]', 'abc []', ' []']);
  });

  test('of a request whose content failed are none', async () => {
    const served = await serve({
      async fetch(request, context) {
        await request.text().catch(() => undefined);
        return reply(JSON.stringify(await context.trailers));
      },
    });
    const client = await served.send(postChunked('3\r\nabc\r\n0\r\nno colon\r\n\r\n'));
    expect((await client.response()).text).toBe('[]');
    expect(served.faults).toHaveLength(1);
  });
});
