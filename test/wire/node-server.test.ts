// The server of `sluice/node`: its properties, events and limits, as those of node:http.

import http, { type RequestListener, type Server } from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createServer, Server as SluiceHttpServer } from '../../src/adapters/node/index.js';
import { ask, serving } from '../support/node-pair.js';
import { answer, CLOSE, exchangeRaw, get } from './node-server-scene.js';

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
