// What is read before Node's TLS gets a connection: a socket can read it again, and nobody else keeps it. A connection lasts
// for hours, and the first message of a browser has up to 1.8 KB.

import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Server, Socket } from 'node:net';
import { expect, test } from 'vitest';
import {
  type FirstBytes,
  HandleFirstBytes,
  SocketFirstBytes,
} from '../../../src/io/transport/first-bytes.js';
import { takeHandles, usableApi } from '../../../src/io/transport/handle-door.js';

const api = usableApi('auto');

type Arriving = (server: Server, arrived: (first: FirstBytes) => void) => void;

const WAYS: readonly (readonly [string, Arriving])[] = [
  [
    'a socket',
    (server, arrived) => server.on('connection', (socket) => arrived(new SocketFirstBytes(socket))),
  ],
  ...(api === undefined
    ? []
    : [
        [
          'a handle',
          (server, arrived) => {
            const group = takeHandles(server, api, undefined, (_status, handle) => {
              if (handle !== undefined && group !== undefined)
                arrived(new HandleFirstBytes(handle, group));
            });
          },
        ] as const satisfies readonly [string, Arriving],
      ]),
];

test.each(WAYS)('of %s are given away with it', async (_, arriving) => {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const coming = new Promise<FirstBytes>((resolve) => {
    arriving(server, (first) => {
      const came = (): void => {
        first.enough();
        resolve(first);
      };
      first.start({ came, ended: () => undefined, closed: () => undefined });
    });
  });
  const client = createConnection((server.address() as AddressInfo).port, '127.0.0.1');
  client.write('hello');
  const first = await coming;
  expect(String(first.bytes)).toBe('hello');
  const socket = first.toSocket(false);
  expect(first.bytes).toBeUndefined();
  expect(socket).toBeInstanceOf(Socket);
  const [bytes] = await once(socket, 'data');
  expect(String(bytes)).toBe('hello');
  client.destroy();
  socket.destroy();
  server.close();
});
