// The access log of a server, beside other observers.

import { describe, expect, test } from 'vitest';
import { accessLog } from '../../../../src/adapters/access-log/index.js';
import { loopTurns } from '../../../support/loop-turns.js';
import { get, serve } from '../../../support/test-server.js';

describe('accessLog', () => {
  test('logs what a server did, beside other observers', async () => {
    let text = '';
    const stream = { write: (more: string) => (text += more) };
    const served = await serve({
      fetch: () => new Response('four'),
      observer: [accessLog({ stream, format: 'common' }), { requestCompleted: () => undefined }],
    });
    const client = await served.send(`${get('/a')}GET /b HTTP/1.1\r\n\r\n`);
    await client.responses(2);
    await client.ended;
    await loopTurns(5);
    expect(text.replace(/\[[^\]]*\]/g, '[]')).toMatch(
      /^127\.0\.0\.1 - - \[\] "GET \/a HTTP\/1\.1" 200 4\n127\.0\.0\.1 - - \[\] "GET \/b" 400 \d+\n$/,
    );
  });

  test.each<[unknown, string]>([
    [{ format: 'apache' }, "expected 'text', 'common', 'combined' or 'json'"],
    [{ stream: 5 }, 'stream: got 5, expected a stream, such as process.stdout'],
    [{ stream: {} }, 'stream: got an object, expected a stream'],
    [{ colour: true }, 'colour: unknown option'],
    [null, 'accessLog(): got null, expected an object with stream, format'],
  ])('refuses %j', (given, message) => {
    expect(() => accessLog(given as never)).toThrow(message);
  });
});
