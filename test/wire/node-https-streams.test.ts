// `https` of `sluice/node` hands out its sockets, and takes streams that others opened.

import { once } from 'node:events';
import type net from 'node:net';
import type { Socket } from 'node:net';
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
