// `https` of `sluice/node` hands out its sockets, and takes streams that others opened.

import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import tls, { type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { serving } from '../support/node-pair.js';
import { ca, connectTls, pair } from '../support/tls.js';
import { allOf, answer, both, GET, local } from './node-https-pair.js';

describe('an upgrade under TLS', () => {
  it('gives the socket of both, with its facts', async () => {
    const [node, sluice] = await both(async (make) => {
      const log: unknown[] = [];
      const server = make({ ...local, ca, requestCert: true });
      server.on('upgrade', (req, socket: TLSSocket, head: Buffer) => {
        const { encrypted, authorized } = socket;
        const { subject } = socket.getPeerCertificate();
        log.push({ encrypted, authorized, subject, head: String(head) });
        log.push(req.socket === socket);
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
        );
        socket.pipe(socket);
      });
      return serving(server as never, async (port) => {
        const client = await connectTls(port, pair('client'));
        client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
        await once(client, 'data');
        client.end('echo');
        return [log, await allOf(client)];
      });
    });
    expect(sluice).toEqual(node);
    expect(sluice).toContain('echo');
  });
});

/** Two streams: what is written to one is read from the other. */
function duplexPair(): [Duplex, Duplex] {
  const make = (): Duplex & { other?: Duplex } => {
    let next: (() => void) | undefined;
    const one: Duplex & { other?: Duplex } = new Duplex({
      read: () => next?.(),
      write(chunk, _encoding, callback) {
        if (one.other?.push(chunk) === false) next = callback;
        callback();
      },
      final(callback) {
        one.other?.push(null);
        callback();
      },
    });
    return one;
  };
  const [a, b] = [make(), make()];
  a.other = b;
  b.other = a;
  return [a, b];
}

describe('a stream that was opened elsewhere', () => {
  it("gets its handshake by server.emit('connection', stream)", async () => {
    const [node, sluice] = await both(async (make) => {
      const log: string[] = [];
      const server = make(local, answer);
      server.on('connection', () => log.push('connection'));
      server.on('secureConnection', () => log.push('secureConnection'));
      const [near, far] = duplexPair();
      server.emit('connection', near);
      const client = tls.connect({ socket: far as Socket, ca, servername: 'localhost' });
      client.write(GET);
      const came = allOf(client);
      return [await came, log];
    });
    expect(sluice).toEqual(node);
  });

  it("needs none by server.emit('secureConnection', socket)", async () => {
    const [node, sluice] = await both(async (make) => {
      const server = make(local, (req, res) =>
        res.end(String((req.socket as TLSSocket).getProtocol())),
      );
      const terminator = tls.createServer(local, (socket) => {
        server.emit('secureConnection', socket);
      });
      terminator.listen(0, '127.0.0.1');
      await once(terminator, 'listening');
      const client = await connectTls((terminator.address() as net.AddressInfo).port);
      client.write(GET);
      const came = await allOf(client);
      terminator.close();
      return came;
    });
    expect(sluice).toEqual(node);
    expect(sluice).toContain('TLSv1.3');
  });
});

/** How a server that takes TLS and plain HTTP on one port gives a socket away, after a look at its first bytes. */
const GIVEN: Record<string, (socket: Socket, give: () => void) => void> = {
  'read by its event, and resumed in the next tick': (socket, give) =>
    socket.once('data', (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      give();
      process.nextTick(() => socket.resume());
    }),
  'asked for one byte': (socket, give) =>
    socket.once('readable', () => {
      const first: Buffer = socket.read(1);
      socket.unshift(first);
      give();
    }),
  'asked for all bytes': (socket, give) =>
    socket.once('readable', () => {
      const first: Buffer = socket.read();
      socket.unshift(first);
      give();
    }),
};

describe('a socket from which somebody has read, and to which the bytes were put back', () => {
  for (const [name, take] of Object.entries(GIVEN)) {
    it(`gets its handshake, or its fault: ${name}`, async () => {
      const [node, sluice] = await both(async (make) => {
        const server = make(local, answer);
        const log: unknown[] = [];
        server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
          log.push(error.code);
          socket.destroy();
        });
        const front = net.createServer((socket) =>
          take(socket, () => server.emit('connection', socket)),
        );
        front.listen(0, '127.0.0.1');
        await once(front, 'listening');
        const { port } = front.address() as net.AddressInfo;
        const plain = net.connect(port, '127.0.0.1');
        plain.write(GET);
        const fault = await allOf(plain);
        const client = await connectTls(port);
        client.write(GET);
        const text = await allOf(client);
        front.close();
        return [text, fault, log];
      });
      expect(sluice).toEqual(node);
      expect(sluice).toEqual([expect.stringContaining('ok'), '', ['ERR_SSL_HTTP_REQUEST']]);
    });
  }
});
