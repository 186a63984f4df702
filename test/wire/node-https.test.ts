// `https` of `sluice/node`, beside node:https itself.

import { constants } from 'node:crypto';
import type { RequestListener } from 'node:http';
import nodeHttps, { type Server } from 'node:https';
import net, { type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import tls, { createSecureContext, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { https } from '../../src/adapters/node/index.js';
import { ask, serving } from '../support/node-pair.js';
import { ca, connectTls, lockedKey, pair, pfx } from '../support/tls.js';
import { allOf, answer, both, GET, local } from './node-https-pair.js';

/** Serves on a port, and asks once under TLS. */
function asked(server: Server, options: tls.ConnectionOptions = {}): Promise<string> {
  return serving(server as never, async (port) => {
    const socket = await connectTls(port, options);
    socket.write(GET);
    return allOf(socket);
  });
}

/** The name in the certificate that a client is shown. */
async function shownName(port: number, options: tls.ConnectionOptions = {}): Promise<string> {
  const socket = await connectTls(port, { checkServerIdentity: () => undefined, ...options });
  const { subject } = socket.getPeerCertificate();
  socket.write(GET);
  await allOf(socket);
  return String(subject.CN);
}

/** The error with which a client's handshake ends, or what it is answered. */
function askedOrRefused(server: Server, options: tls.ConnectionOptions): Promise<string> {
  return serving(server as never, async (port) => {
    try {
      const socket = await connectTls(port, options);
      socket.write(GET);
      return await allOf(socket);
    } catch (error) {
      return String((error as NodeJS.ErrnoException).code);
    }
  });
}

describe('a server of https', () => {
  it('is an https.Server, made with or without new, or by a class that inherits', () => {
    const { Server: HttpsServer } = https;
    class Own extends HttpsServer {}
    const call = HttpsServer as unknown as (...values: unknown[]) => Server;
    const made = [new HttpsServer(local), call(local), new Own(local), https.createServer(local)];
    for (const server of made) {
      expect(server).toBeInstanceOf(nodeHttps.Server);
      expect(server).toBeInstanceOf(HttpsServer);
      expect(server).toBeInstanceOf(tls.Server);
    }
    expect(made[2]).toBeInstanceOf(Own);
  });

  it('answers as node:https does', async () => {
    const [node, sluice] = await both((make) => asked(make(local, answer)));
    expect(sluice).toEqual(node);
    expect(sluice).toContain('ok');
  });

  it('listens without options of TLS, and refuses handshakes', async () => {
    const [node, sluice] = await both((make) => askedOrRefused(make({}, answer), {}));
    expect(sluice).toEqual(node);
  });

  it("says what node:https says of options that don't fit", async () => {
    const wrong = [{ key: 5 }, { cert: 'no PEM' }, { key: lockedKey, cert: local.cert }, { pfx }];
    const [node, sluice] = await both(async (make) =>
      wrong.map((options) => {
        try {
          make(options);
          return 'fits';
        } catch (error) {
          return (error as Error).message;
        }
      }),
    );
    expect(sluice).toEqual(node);
  });

  it('refuses a lenient parser', () => {
    expect(() => https.createServer({ ...local, insecureHTTPParser: true })).toThrow(
      'insecureHTTPParser',
    );
  });

  const certificates: Record<string, object> = {
    'a key with a passphrase': { key: lockedKey, cert: local.cert, passphrase: 'open' },
    'a PKCS #12': { pfx, passphrase: 'open' },
    'an SNICallback': {
      ...local,
      SNICallback: (_name: string, callback: (error: null, context: object) => void) =>
        callback(null, createSecureContext(pair('a'))),
    },
  };
  for (const [name, options] of Object.entries(certificates)) {
    it(`takes ${name}`, async () => {
      const [node, sluice] = await both((make) =>
        serving(make(options, answer) as never, (port) =>
          shownName(port, { servername: 'a.example' }),
        ),
      );
      expect(sluice).toEqual(node);
    });
  }

  it('shows other certificates after setSecureContext and addContext', async () => {
    const [node, sluice] = await both(async (make) => {
      const server = make(local, answer);
      return serving(server as never, async (port) => {
        const names = [await shownName(port)];
        server.setSecureContext(pair('a'));
        names.push(await shownName(port));
        server.addContext('b.example', createSecureContext(pair('wild')));
        names.push(await shownName(port, { servername: 'b.example' }));
        return names;
      });
    });
    expect(sluice).toEqual(node);
    expect(new Set(sluice).size).toBe(3);
  });

  it('refuses another context that is none, and keeps its own', async () => {
    for (const none of [undefined, null, 'x', 5, []]) {
      const [node, sluice] = await both(async (make) => {
        const server = make(local, answer);
        return serving(server as never, async (port) => {
          let refusal: unknown;
          try {
            server.setSecureContext(none as never);
          } catch (error) {
            refusal = error;
          }
          return [refusal, await shownName(port)];
        });
      });
      expect(sluice).toEqual(node);
      expect(sluice[0]).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
    }
  });

  it('chooses a protocol by ALPN, and tells it', async () => {
    const offers = [['http/1.1'], ['x', 'http/1.1'], []];
    for (const ALPNProtocols of offers) {
      const [node, sluice] = await both((make) =>
        asked(
          make({ ...local, ALPNProtocols: ['x', 'http/1.1'] }, (req, res) =>
            res.end(String((req.socket as TLSSocket).alpnProtocol)),
          ),
          { ALPNProtocols },
        ),
      );
      expect(sluice).toEqual(node);
    }
  });

  it('never lets a client renegotiate', async () => {
    const server = https.createServer({ ...local, maxVersion: 'TLSv1.2' }, answer);
    await serving(server as never, async (port) => {
      for (const isSecond of [false, true]) {
        const socket = await connectTls(port);
        const error = await new Promise<Error | null>((resolve) => {
          socket.once('error', resolve);
          socket.once('close', () => resolve(new Error('closed')));
          socket.renegotiate({}, resolve);
        });
        expect(error).not.toBe(null);
        socket.destroy();
        if (!isSecond) server.setSecureContext(local);
      }
    });
  });
});

describe('what a request says of its TLS', () => {
  const facts: RequestListener = (req, res) => {
    const socket = req.socket as TLSSocket;
    const { encrypted, authorized, authorizationError, servername } = socket;
    const { subject } = socket.getPeerCertificate();
    const { _secureEstablished, secureConnecting } = socket as never;
    res.end(
      JSON.stringify({
        _secureEstablished,
        secureConnecting,
        encrypted,
        authorized,
        authorizationError,
        servername,
        subject,
        protocol: socket.getProtocol(),
        cipher: socket.getCipher(),
        reused: socket.isSessionReused(),
        certificate: (socket.getCertificate() as tls.PeerCertificate).subject,
      }),
    );
  };
  const clients: Record<string, tls.ConnectionOptions> = {
    'without a certificate': {},
    'with a good one': pair('client'),
    'with one that nobody knows': pair('stranger'),
  };
  for (const [name, client] of Object.entries(clients)) {
    for (const rejectUnauthorized of [false, true]) {
      it(`is the same for a client ${name}, rejectUnauthorized: ${rejectUnauthorized}`, async () => {
        const options = { ...local, ca, requestCert: true, rejectUnauthorized };
        const [node, sluice] = await both((make) =>
          askedOrRefused(make(options, facts), { ...client, servername: 'localhost' }),
        );
        expect(sluice).toEqual(node);
      });
    }
  }

  it('is not there without TLS', async () => {
    const { createServer } = await import('../../src/adapters/node/index.js');
    const server = createServer((req, res) => {
      const socket = req.socket as TLSSocket;
      res.end(JSON.stringify([socket.encrypted ?? null, 'getPeerCertificate' in socket]));
    });
    await serving(server, async (port) => {
      expect((await ask(port)).text).toBe('[null,false]');
    });
  });
});

describe('events of https', () => {
  it('come in the order of node:https, and name the socket of requests', async () => {
    const [node, sluice] = await both(async (make) => {
      const log: unknown[] = [];
      const sockets: unknown[] = [];
      const server = make(local, (req, res) => {
        log.push(['request', req.socket === sockets[0]]);
        res.end();
      });
      server.on('connection', (socket: Socket) => {
        log.push(['connection', socket instanceof net.Socket, 'encrypted' in socket]);
      });
      server.on('secureConnection', (socket: TLSSocket) => {
        sockets.push(socket);
        log.push(['secureConnection', socket.encrypted]);
      });
      await asked(server);
      return log;
    });
    expect(sluice).toEqual(node);
    expect(sluice).toHaveLength(3);
  });

  it('tell of a handshake that fails: tlsClientError, and clientError', async () => {
    const [node, sluice] = await both(async (make) => {
      const log: unknown[] = [];
      const server = make({ ...local, minVersion: 'TLSv1.3' }, answer);
      server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
        log.push(['tlsClientError', error.code, socket instanceof tls.TLSSocket]);
      });
      server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
        log.push(['clientError', error.code]);
        socket.destroy();
      });
      log.push(await askedOrRefused(server, { maxVersion: 'TLSv1.2' }));
      return log;
    });
    expect(sluice).toEqual(node);
    expect(sluice).toHaveLength(3);
  });

  it('tell of sessions and keys', async () => {
    const [node, sluice] = await both(async (make) => {
      const log: unknown[] = [];
      const server = make(
        { ...local, maxVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_TICKET },
        answer,
      );
      server.on('newSession', (id: Buffer, _data: Buffer, callback: () => void) => {
        log.push(['newSession', id.length]);
        callback();
      });
      server.on('keylog', (line: Buffer) => log.push(String(line).split(' ')[0]));
      await asked(server);
      return log;
    });
    expect(sluice).toEqual(node);
    expect(sluice).toHaveLength(2);
  });

  it('tell a client that speaks plain HTTP in plain HTTP', async () => {
    const log: unknown[] = [];
    const server = https.createServer(local, answer);
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      log.push(error.code);
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    await serving(server as never, async (port) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.write(GET);
      expect(await allOf(socket)).toBe('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    expect(log).toEqual(['ERR_SSL_HTTP_REQUEST']);
  });
});

/** The first message of a client. */
async function clientHello(): Promise<Uint8Array> {
  return new Promise((resolve) => {
    const wire = new Duplex({ read() {}, write: (chunk) => resolve(chunk) });
    tls.connect({ socket: wire as net.Socket, ca }).on('error', () => undefined);
  });
}

describe('a handshake that never comes to its end', () => {
  const starts: Record<string, (hello: Uint8Array) => Uint8Array> = {
    'with nothing': () => Buffer.alloc(0),
    'with half of its first message': (hello) => hello.subarray(0, 20),
    'with its first message': (hello) => hello,
  };
  for (const [what, start] of Object.entries(starts)) {
    it(`ends after handshakeTimeout, and is told once: ${what}`, async () => {
      const hello = start(await clientHello());
      const [node, sluice] = await both(async (make) => {
        const told: unknown[] = [];
        const server = make({ ...local, handshakeTimeout: 50 }, answer);
        // The address may be known or not: under node:https it isn't.
        server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) =>
          told.push([error.code, error.message, socket instanceof net.Socket]),
        );
        return serving(server as never, async (port) => {
          const socket = net.connect(port, '127.0.0.1').resume();
          socket.on('error', () => undefined);
          if (hello.length > 0) socket.write(hello);
          await new Promise((resolve) => socket.once('close', resolve));
          await new Promise(setImmediate);
          return told;
        });
      });
      expect(sluice).toEqual(node);
      expect(sluice).toHaveLength(1);
    });
  }
});
