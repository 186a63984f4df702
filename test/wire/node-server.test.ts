// The server of `sluice/node`, as its bytes and events show it: beside node:http itself wherever both should agree.

import http, { type RequestListener, type Server } from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createServer, Server as SluiceHttpServer } from '../../src/adapters/node/index.js';
import { ask, both, type Make, serving } from '../support/node-pair.js';

/** Sends `text`, and gives all that comes until the connection closes. */
function exchangeRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text, 'latin1'));
    let came = '';
    socket.setEncoding('latin1').on('data', (piece) => {
      came += piece;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      came += `<${error.code}>`;
    });
    socket.on('close', () => resolve(came.replaceAll(/Date: .*\r\n/g, '')));
  });
}

const get = (fields = '', version = '1.1'): string =>
  `GET / HTTP/${version}\r\nHost: localhost\r\n${fields}\r\n`;
const post = (fields: string, content = ''): string =>
  `POST / HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n${content}`;
const CLOSE = 'Connection: close\r\n';
const answer: RequestListener = (_req, res) => void res.end('ok');

const sums: RequestListener = (req, res) => {
  // For HTTP/1.0, both throw at this field.
  if (req.httpVersion === '1.1') res.setHeader('Trailer', 'X-Sum');
  res.write('a');
  res.addTrailers({ 'X-Sum': '1' });
  res.end();
};

/** Refused alike, in the same words. */
const REFUSED = [
  'B@D / HTTP/1.1\r\n\r\n',
  'GET / HTTP/1.1\r\nHost : a\r\n\r\n',
  get('Content-Length: 1\r\nContent-Length: 2\r\n'),
  get('Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'),
  get('Transfer-Encoding: chunked, chunked-x\r\n'),
];

function toldOf(error: Error): string {
  const { code, bytesParsed, rawPacket } = error as Error & Record<string, unknown>;
  return `${error.message} ${code} ${bytesParsed} ${rawPacket}`;
}

interface Scene {
  readonly options?: object;
  readonly listener?: RequestListener;
  readonly prepare?: (server: Server, log: string[]) => void;
  readonly text: string;
}

/** All that the client gets, and what listeners have noted. */
async function play(make: Make, { options = {}, listener = answer, prepare, text }: Scene) {
  const log: string[] = [];
  const server = make(options, listener);
  prepare?.(server, log);
  const came = await serving(server, (port) => exchangeRaw(port, text));
  return { came, log };
}

describe('what a client gets is what node:http sends', () => {
  const scenes: Record<string, Scene> = {
    'for HTTP/1.0': { text: get('', '1.0') },
    'for HTTP/1.0 in pieces': {
      text: get('', '1.0'),
      listener: (_req, res) => {
        res.write('a');
        setImmediate(() => res.end('b'));
      },
    },
    'for HTTP/1.0 with keep-alive': {
      text: get('Connection: keep-alive\r\n', '1.0') + get('', '1.0'),
    },
    // As node:http does, whether the client said that it takes them or not. HTTP/1.0 has no coding for them.
    ...Object.fromEntries(
      [
        ['with trailers', get(CLOSE)],
        ['with trailers that were asked for', get(`TE: trailers\r\n${CLOSE}`)],
        ['with trailers, for HTTP/1.0', get('TE: trailers\r\n', '1.0')],
      ].map(([name, text]) => [name, { text, listener: sums }]),
    ),
    'for pipelined requests': { text: get() + get() + get(CLOSE) },
    'for 100-continue': {
      text: post(`Expect: 100-continue\r\nContent-Length: 2\r\n${CLOSE}`, 'ab'),
      listener: (req, res) => void req.resume().on('end', () => res.end('ok')),
    },
    'where checkContinue refuses': {
      text: post(`Expect: 100-continue\r\nContent-Length: 2\r\n${CLOSE}`),
      prepare: (server) => {
        server.on('checkContinue', (_req, res) => res.writeHead(417).end('no'));
      },
    },
    'for an expectation that nobody knows': {
      text: post(`Expect: a-miracle\r\nContent-Length: 0\r\n${CLOSE}`),
    },
    'where checkExpectation answers': {
      text: post(`Expect: a-miracle\r\nContent-Length: 0\r\n${CLOSE}`),
      prepare: (server) => {
        server.on('checkExpectation', (_req, res) => res.end('here it is'));
      },
    },
    'with informational responses': {
      text: get(CLOSE),
      listener: (_req, res) => {
        res.writeEarlyHints({ link: '</a.css>; rel=preload' });
        res.writeProcessing();
        res.end('ok');
      },
    },
    'without Host, where none is required': {
      options: { requireHostHeader: false },
      text: 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n',
    },
    'by the socket, past the response': {
      text: get(),
      listener: (_req, res) => void res.socket?.end('HTTP/1.1 200 OK\r\n\r\nraw'),
    },
    'of a response that is destroyed': { text: get(), listener: (_req, res) => void res.destroy() },
    'of a request that is destroyed': { text: get(), listener: (req) => void req.destroy() },
    'after a time-out of the server': {
      text: get(),
      listener: () => undefined,
      prepare: (server) => void server.setTimeout(20),
    },
    'after a time-out of the request': {
      text: post(`Content-Length: 5\r\n${CLOSE}`),
      listener: (req, res) => void req.setTimeout(20, () => res.end('late')),
    },
    'after a time-out of the response': {
      text: get(CLOSE),
      listener: (_req, res) => void res.setTimeout(20, () => res.end('late')),
    },
    'of joined duplicates': {
      options: { joinDuplicateHeaders: true },
      text: get(`Age: 1\r\nAge: 2\r\n${CLOSE}`),
      listener: (req, res) => void res.end(JSON.stringify(req.headers)),
    },
    'of unique headers': {
      options: { uniqueHeaders: ['x-list'] },
      text: get(CLOSE),
      listener: (_req, res) => void res.setHeader('x-list', ['a', 'b']).end(),
    },
    'of raw headers': {
      text: get(`X-a: 1\r\nx-A: 2\r\n${CLOSE}`),
      listener: (req, res) => void res.end(JSON.stringify([req.rawHeaders, req.headersDistinct])),
    },
    'of trailers': {
      text: post(`Transfer-Encoding: chunked\r\n${CLOSE}`, '2\r\nab\r\n0\r\nX-Sum: 7\r\n\r\n'),
      listener: (req, res) =>
        void req.resume().on('end', () => res.end(JSON.stringify([req.trailers, req.rawTrailers]))),
    },
    ...Object.fromEntries(REFUSED.map((text) => [`for ${JSON.stringify(text)}`, { text }])),
    'as the socket is told of a fault': {
      text: 'FOO /\r\n\r\n',
      prepare: (server, log) => {
        server.on('connection', (socket: Socket) => {
          socket.on('error', (error: NodeJS.ErrnoException) => log.push(toldOf(error)));
        });
      },
    },
    ...Object.fromEntries(
      ['Oopsie-doopsie\r\n\r\n', 'B@D / HTTP/1.1\r\n\r\n'].map((text) => [
        `as a listener of clientError is told of ${JSON.stringify(text)}`,
        {
          text,
          prepare: (server: Server, log: string[]) => {
            server.on('clientError', (error: Error, socket) => {
              log.push(toldOf(error));
              socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
            });
          },
        },
      ]),
    ),
    'as a listener of clientError answers': {
      text: 'B@D / HTTP/1.1\r\n\r\n',
      prepare: (server, log) => {
        server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
          log.push(`${error.code} ${'rawPacket' in error}`);
          socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
        });
      },
    },
    'as a listener of clientError answers and destroys': {
      options: { maxHeaderSize: 1000 },
      text: get(`X-Long: ${'x'.repeat(2000)}\r\n`),
      prepare: (server, log) => {
        server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
          log.push(`${error.code}`);
          socket.write('HTTP/1.1 431 Too Large\r\n\r\n');
          socket.destroy(error);
        });
      },
    },
  };
  for (const [name, scene] of Object.entries(scenes)) {
    it(name, async () => {
      const [node, sluice] = await both((make) => play(make, scene));
      expect(sluice).toEqual(node);
    });
  }
});

describe('a time-out', () => {
  it('is put off by content that comes', async () => {
    const seen = await both(async (make) => {
      let timeouts = 0;
      const server = make({}, (req, res) => {
        req.setTimeout(1000, () => timeouts++);
        req.resume().on('end', () => res.end(`${timeouts}`));
      });
      return serving(server, async (port) => {
        const socket = net.connect(port, '127.0.0.1');
        socket.write(post(`Content-Length: 10\r\n${CLOSE}`));
        let came = '';
        socket.setEncoding('latin1').on('data', (piece) => {
          came += piece;
        });
        for (let sent = 0; sent < 10; sent++) {
          await new Promise((resolve) => setTimeout(resolve, 150));
          socket.write('x');
        }
        await new Promise((resolve) => socket.on('close', resolve));
        return came.slice(came.indexOf('\r\n\r\n') + 4);
      });
    });
    expect(seen).toEqual(['0', '0']);
  });
});

describe('the server', () => {
  it('is an http.Server, made with and without new, and by those who inherit', () => {
    const make = SluiceHttpServer as unknown as (listener: RequestListener) => Server;
    class Mine extends SluiceHttpServer {}
    function Old(this: Server): void {
      Reflect.apply(SluiceHttpServer as unknown as () => void, this, []);
    }
    Object.setPrototypeOf(Old.prototype, SluiceHttpServer.prototype);
    const old = Reflect.construct(Old, []) as Server;
    for (const server of [make(answer), new SluiceHttpServer(), new Mine(), old, createServer()]) {
      expect(server).toBeInstanceOf(http.Server);
      expect(server).toBeInstanceOf(SluiceHttpServer);
      expect(server.listening).toBe(false);
    }
  });

  it('has the properties of node:http, with its values', () => {
    const names = [
      'keepAliveTimeout',
      'headersTimeout',
      'requestTimeout',
      'timeout',
      'maxHeadersCount',
      'maxRequestsPerSocket',
      'maxConnections',
      'connectionsCheckingInterval',
      'requireHostHeader',
      'joinDuplicateHeaders',
    ];
    const options = { keepAliveTimeout: 7000, headersTimeout: 8000, requestTimeout: 9000 };
    for (const given of [{}, options]) {
      const node = http.createServer(given) as unknown as Record<string, unknown>;
      const ours = createServer(given) as unknown as Record<string, unknown>;
      for (const name of names) expect([name, ours[name]]).toEqual([name, node[name]]);
    }
  });

  it("throws node's own errors for options that don't fit, and ours for leniency", () => {
    const code = (options: object): unknown => {
      try {
        createServer(options);
      } catch (error) {
        return (error as NodeJS.ErrnoException).code;
      }
      return undefined;
    };
    expect(code({ keepAliveTimeout: 'long' })).toBe('ERR_INVALID_ARG_TYPE');
    expect(code({ headersTimeout: 10, requestTimeout: 5 })).toBe('ERR_OUT_OF_RANGE');
    expect(code({ insecureHTTPParser: true })).toBe('SLUICE_OPTION_INVALID');
    expect(code({ httpValidation: 'relaxed' })).toBe('SLUICE_OPTION_INVALID');
    expect(code({ sluice: { concurency: 1 } })).toBe('SLUICE_OPTION_INVALID');
    expect(code({ sluice: { fetch: answer } })).toBe('SLUICE_OPTION_INVALID');
    expect(code({ insecureHTTPParser: false, sluice: { concurrency: 2 } })).toBe(undefined);
  });

  it('keeps to a limit that is set while it listens', async () => {
    const server = createServer(answer);
    await serving(server, async (port) => {
      server.maxHeadersCount = 2;
      expect(await exchangeRaw(port, get(`A: 1\r\nB: 2\r\n${CLOSE}`))).toContain('431');
      server.maxHeadersCount = 20;
      expect(await exchangeRaw(port, get(`A: 1\r\nB: 2\r\n${CLOSE}`))).toContain('200');
    });
  });

  it("listens in node:http's forms, and tells of errors by 'error'", async () => {
    const first = createServer(answer);
    await new Promise<void>((resolve) => first.listen({ port: 0, host: '127.0.0.1' }, resolve));
    const { port } = first.address() as AddressInfo;
    const second = createServer(answer);
    const failed = new Promise<NodeJS.ErrnoException>((resolve) => second.on('error', resolve));
    second.listen(port, '127.0.0.1');
    expect((await failed).code).toBe('EADDRINUSE');
    expect(() => first.listen(0)).toThrow(/ERR_SERVER_ALREADY_LISTEN|more than once/);
    const controller = new AbortController();
    await new Promise<void>((resolve) =>
      second.listen({ port: 0, host: '127.0.0.1', signal: controller.signal }, resolve),
    );
    const closed = new Promise((resolve) => second.on('close', resolve));
    controller.abort();
    await closed;
    await new Promise((resolve) => first.close(resolve));
  });

  it('closes: not listening at once, told when the last connection is over, and listens again', async () => {
    let release: () => void = () => undefined;
    const server = createServer((_req, res) => {
      release = () => void res.end('at last');
      server.emit('came');
    });
    const came = new Promise((resolve) => server.once('came', resolve));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const answered = ask(port);
    await came;
    const closed = new Promise<Error | undefined>((resolve) => server.close(resolve));
    expect([server.listening, server.address()]).toEqual([false, null]);
    release();
    const { text, headers } = await answered;
    expect([text, headers.connection]).toEqual(['at last', 'close']);
    expect(await closed).toBe(undefined);
    const again = await new Promise<NodeJS.ErrnoException>((resolve) =>
      server.close(resolve as (error?: Error) => void),
    );
    expect(again.code).toBe('ERR_SERVER_NOT_RUNNING');
    await serving(server, async (newPort) => {
      const next = ask(newPort);
      await new Promise((resolve) => server.once('came', resolve));
      release();
      expect((await next).text).toBe('at last');
    });
  });

  it('counts its connections, and ends them when told', async () => {
    const server = createServer(answer);
    const count = (): Promise<number> =>
      new Promise((resolve) => server.getConnections((_error, found) => resolve(found)));
    await serving(server, async (port) => {
      const opened = new Promise<Socket>((resolve) => server.on('connection', resolve));
      const client = net.connect(port, '127.0.0.1');
      const { remotePort } = await opened;
      expect(remotePort).toBe(client.localPort);
      expect(await count()).toBe(1);
      const ended = new Promise((resolve) => client.on('close', resolve).resume());
      server.closeIdleConnections();
      await ended;
      expect(await count()).toBe(0);
    });
  });

  it('emits by Server.prototype.emit, and publishes to the channels', async () => {
    const seen: unknown[] = [];
    const { emit } = http.Server.prototype;
    http.Server.prototype.emit = function patched(this: Server, ...values: never[]) {
      seen.push(values[0]);
      return Reflect.apply(emit, this, values) as boolean;
    };
    const { subscribe, unsubscribe } = await import('node:diagnostics_channel');
    const names = ['request.start', 'response.finish'];
    const told = names.map((name) => {
      const note = (): void => void seen.push(name);
      subscribe(`http.server.${name}`, note);
      return () => unsubscribe(`http.server.${name}`, note);
    });
    try {
      await serving(createServer(answer), (port) => ask(port));
    } finally {
      http.Server.prototype.emit = emit;
      for (const stop of told) stop();
    }
    expect(seen).toEqual(expect.arrayContaining(['listening', 'request', ...names, 'close']));
  });

  it('answers an error that a listener throws, where onError is given', async () => {
    const errors: unknown[] = [];
    const options = { sluice: { onError: (error: unknown) => void errors.push(error) } };
    const server = createServer(options, () => {
      throw new Error('mine');
    });
    const { status } = await serving(server, (port) => ask(port));
    expect(status).toBe(500);
    expect(errors).toEqual([new Error('mine')]);
  });

  it('cuts a response that is longer or shorter than it said, and tells', async () => {
    for (const content of ['abc', 'abcdefgh']) {
      const errors: unknown[] = [];
      const options = { sluice: { onError: (error: unknown) => void errors.push(error) } };
      const server = createServer(options, (_req, res) => {
        res.on('error', (error) => errors.push(error));
        res.setHeader('Content-Length', 5);
        res.end(content);
      });
      await serving(server, async (port) => {
        await expect(ask(port)).rejects.toThrow();
      });
      expect(errors).toHaveLength(2);
      expect(errors[0]).toMatchObject({ code: 'SLUICE_REPLY_LENGTH_INVALID' });
    }
  });

  it('refuses where more is asked than fits, before any object of Node is made', async () => {
    let made = 0;
    class Counted extends http.IncomingMessage {
      constructor(socket: Socket) {
        super(socket);
        made++;
      }
    }
    const held: http.ServerResponse[] = [];
    const options = { IncomingMessage: Counted, sluice: { concurrency: 1, queue: { waitMs: 30 } } };
    const server = createServer(options as http.ServerOptions, (_req, res) => void held.push(res));
    await serving(server, async (port) => {
      const first = ask(port);
      const second = await ask(port);
      expect([second.status, made]).toEqual([503, 1]);
      held[0]?.end('done');
      expect((await first).text).toBe('done');
    });
  });

  it('keeps the slot of work whose client has left, until it ends', async () => {
    const held: http.ServerResponse[] = [];
    const options = { sluice: { concurrency: 1, queue: { waitMs: 5000 } } };
    const server = createServer(options, (_req, res) => {
      held.push(res);
      server.emit('came');
    });
    await serving(server, async (port) => {
      const came = new Promise((resolve) => server.once('came', resolve));
      const left = http.get({ host: '127.0.0.1', port, agent: false }).on('error', () => undefined);
      await came;
      const closed = new Promise((resolve) => held[0]?.on('close', resolve));
      left.destroy();
      await closed;
      const next = ask(port);
      await new Promise((resolve) => setImmediate(resolve));
      expect(held).toHaveLength(1);
      held[0]?.end('for nobody');
      await new Promise((resolve) => server.once('came', resolve));
      held[1]?.end('ok');
      expect((await next).text).toBe('ok');
    });
  });
});
