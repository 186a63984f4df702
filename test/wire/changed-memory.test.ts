// Bytes of a reply whose memory is transferred before they have left. The client must not get other memory in their
// place, nor take the next response for what is missing.

import { describe, expect, test } from 'vitest';
import { reply } from '../../src/index.js';
import { get, serve } from '../support/test-server.js';

const LONG = 9000;

function transfer(memory: Uint8Array): void {
  structuredClone(memory, { transfer: [memory.buffer as ArrayBuffer] });
}

describe('memory that is transferred', () => {
  test('before its reply is sent makes a 500, and the connection goes on', async () => {
    const served = await serve({
      async fetch(_request, { target }) {
        if (target === '/next') return reply('next');
        const memory = new Uint8Array(LONG);
        const given = reply(memory);
        await null;
        transfer(memory);
        return given;
      },
    });
    const client = await served.send(get() + get('/next'));
    const [first, next] = await client.responses(2);
    expect([first?.status, next?.text]).toEqual([500, 'next']);
    expect(served.errors).toMatchObject([{ code: 'SLUICE_REPLY_LENGTH_INVALID' }]);
  });

  test.each([1000, LONG, 20_000])(
    'behind a chunk of %i bytes cuts the connection',
    async (length) => {
      const served = await serve({
        fetch: () =>
          reply(
            (function* () {
              const memory = new Uint8Array(length).fill(0x78);
              yield memory;
              transfer(memory);
              yield 'end';
            })(),
          ),
      });
      const client = await served.send(get() + get('/next'));
      const sent = String(await client.rest());
      expect(sent.includes('0\r\n\r\n')).toBe(false);
      expect(sent.includes('end')).toBe(false);
      expect(served.errors).toMatchObject([{ code: 'SLUICE_REPLY_LENGTH_INVALID' }]);
      expect(served.server.stats().inFlight).toBe(0);
    },
  );

  test('while its response waits for the next one cuts the connection', async () => {
    let memory = new Uint8Array();
    const served = await serve({
      fetch(_request, { target }) {
        if (target === '/next') {
          transfer(memory);
          return reply('next');
        }
        memory = new Uint8Array(LONG).fill(0x78);
        return reply(memory);
      },
    });
    // On a busy machine a response may leave before the next request is read. Then it is whole.
    for (let sent = 'next'; sent.includes('next'); ) {
      const client = await served.send(get() + get('/next', 'Connection: close\r\n'));
      sent = String(await client.rest());
      if (sent.includes('next')) expect(sent.split('x').length - 1).toBeGreaterThanOrEqual(LONG);
    }
    expect(served.errors).toMatchObject([{ code: 'SLUICE_REPLY_LENGTH_INVALID' }]);
  });
});
