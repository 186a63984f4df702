// A fault in content whose answer comes later than the call of 'clientError', as hapi gives it.

import type http from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { TextClient } from '../support/text-client.js';
import { same } from './node-compared.js';

const PART = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n';

const laterBy = (what: () => void): void => void setImmediate(what);

/** Sends the beginning of a request, and then what is wrong. */
async function faulty(
  answer: (socket: Socket, res: http.ServerResponse) => void,
  fault: (client: TextClient) => void = ({ socket }) => void socket.write('zz\r\n'),
): Promise<{ notes: unknown[]; text: string }> {
  let sent: TextClient;
  let server: http.Server;
  return same(
    (req, res, note) => {
      for (const name of ['aborted', 'error', 'end']) req.on(name, () => note('req', name));
      for (const name of ['finish', 'close']) res.on(name, () => note('res', name));
      req.socket.on('close', (hadError) => note('socket', hadError));
      req.on('data', () => fault(sent));
      server.once('clientError', ({ code }: NodeJS.ErrnoException, socket: Socket) => {
        note(code, socket === req.socket, socket.readable, socket.writable, socket.destroyed);
        answer(socket, res);
      });
    },
    (client) => {
      sent = client;
      client.socket.write(PART);
    },
    (made) => {
      server = made;
    },
  );
}

describe('a listener of clientError answers a fault in content', () => {
  it('by the response, in a later turn', async () => {
    const { text, notes } = await faulty((_socket, res) =>
      laterBy(() => res.writeHead(400, { Connection: 'close' }).end('late')),
    );
    expect(text).toContain('400 Bad Request');
    expect(text).toContain('late');
    expect(notes).not.toContainEqual(['req', 'aborted']);
  });

  it('by the socket, in a later turn', async () => {
    const { text } = await faulty((socket) =>
      laterBy(() => socket.end('HTTP/1.1 400 Mine\r\nConnection: close\r\n\r\n')),
    );
    expect(text).toContain('400 Mine');
  });

  it('by the rest of a response that had begun', async () => {
    const { text } = await faulty((_socket, res) => {
      res.setHeader('Connection', 'close').write('begun');
      laterBy(() => res.end('ended'));
    });
    expect(text).toMatch(/begun.*ended/s);
  });

  it('by nothing, and the connection ends where the client ends its side', async () => {
    const { notes } = await faulty(
      () => undefined,
      ({ socket }) => {
        socket.write('zz\r\n');
        setImmediate(() => socket.end());
      },
    );
    expect(notes).toContainEqual(['req', 'aborted']);
    expect(notes).toContainEqual(['socket', false]);
  });
});

it('a socket whose end cuts off a message can not be read any more', async () => {
  const { notes } = await faulty(
    (socket) => void socket.destroy(),
    ({ socket }) => void socket.end(),
  );
  expect(notes[0]).toEqual(['HPE_INVALID_EOF_STATE', true, false, true, false]);
});
