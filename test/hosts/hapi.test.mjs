import { once } from 'node:events';
import net from 'node:net';
import { expect } from 'vitest';
import { askEach, BOTH, hostTests, json } from './hosts.mjs';

hostTests('hapi 21', 'hapi', BOTH, {
  'answers, fails and times out': ({ ask }) =>
    askEach(ask, {
      '/': 200,
      '/raw': 200,
      '/inject': 200,
      '/fails': 500,
      '/late': 503,
      '/none': 404,
    }),

  'reads content up to its limit': async ({ ask }) => {
    const answers = [
      await ask('/echo', json({ a: 1 })),
      await ask('/echo', json('a'.repeat(2000))),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 413]);
    return answers;
  },

  'answers a fault in content by its own page, later': async ({ port }) => {
    const client = net.connect(port, '127.0.0.1');
    let text = '';
    client.setEncoding('latin1').on('data', (piece) => {
      text += piece;
    });
    client.write(
      'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    );
    await once(client, 'close');
    expect(text).toContain('"error":"Bad Request"');
    return text.replace(/date: .*\r\n/i, '');
  },
});
