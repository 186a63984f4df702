// Ways in which a connection ends, each as a client would bring it about, with handlers in both forms of API.

import { Buffer } from 'node:buffer';
import type { RequestListener } from 'node:http';
import { TLSSocket } from 'node:tls';
import { type Answer, type FetchHandler, reply } from '../../src/index.js';
import { loopTurns } from './loop-turns.js';
import type { RawClient } from './raw-client.js';
import { get, post, postChunked } from './test-server.js';

const long = 'x'.repeat(4 * 1024 * 1024);

async function* pieces(count: number): AsyncGenerator<string> {
  for (let i = 0; i < count; i++) {
    yield 'x'.repeat(10_000);
    await loopTurns(1);
  }
}

async function* broken(): AsyncGenerator<string> {
  yield 'a';
  await loopTurns(1);
  throw new Error('on purpose');
}

/** Settles when the client has gone. */
const gone = (signal: AbortSignal): Promise<Answer> =>
  new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve(reply('gone')), { once: true }),
  );

export const fetchEndings: FetchHandler = async (request, context) => {
  switch (context.target) {
    case '/text':
      return reply(await request.text());
    case '/pieces':
      for await (const _piece of request.body ?? []);
      return reply('read');
    case '/clone': {
      const copy = request.clone();
      const [a, b] = await Promise.all([request.text(), copy.text()]);
      return reply(a + b);
    }
    case '/throws':
      throw new Error('on purpose');
    case '/gone':
      return gone(request.signal);
    case '/any':
      return gone(AbortSignal.any([request.signal]));
    case '/wait':
      return context.waiting(gone(request.signal));
    case '/until':
      context.waitUntil(loopTurns(2));
      return reply('ok');
    case '/long':
      return reply(long);
    case '/streamed':
      return reply(pieces(3));
    case '/endless':
      return reply(pieces(Number.POSITIVE_INFINITY));
    case '/broken':
      return reply(broken());
    case '/readable':
      return new Response(
        // Long pieces: until a client is heard that has gone, they fill the kernel's buffers.
        new ReadableStream({ pull: (controller) => controller.enqueue(Buffer.alloc(10_000)) }),
      );
    case '/told':
      context.sendInformational(103, { link: '</a>; rel=preload' });
      return reply('ok');
    case '/upgrade': {
      const tunnel = await context.upgrade({ protocol: 'echo' });
      return void tunnel.readable.pipeTo(tunnel.writable).catch(() => undefined);
    }
    default:
      return new Response('ok');
  }
};

export const nodeEndings: RequestListener = (req, res) => {
  switch (req.url) {
    case '/text':
    case '/pieces':
    case '/clone':
      req.on('error', () => undefined);
      req.resume().on('end', () => res.end('read'));
      return;
    case '/gone':
    case '/any':
    case '/wait':
      return void res.on('close', () => undefined);
    case '/long':
      return void res.end(long);
    case '/endless':
    case '/readable': {
      const write = (): void => {
        while (res.write('x'.repeat(10_000)));
      };
      res.on('drain', write);
      return write();
    }
    case '/broken':
    case '/throws':
      res.write('a');
      return void setImmediate(() => res.destroy());
    case '/told':
      res.writeEarlyHints({ link: '</a>; rel=preload' });
      return void res.end('ok');
    default:
      return void res.end('ok');
  }
};

export type Ending = (client: RawClient) => Promise<unknown>;

/** By a reset, which a socket under TLS can't send. */
function leave({ socket }: RawClient): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}

const upgrade = get('/upgrade', 'Connection: upgrade\r\nUpgrade: echo\r\n');
const half = (target: string): string =>
  `POST ${target} HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\nabc`;

/** The client asks, gets its answer, and ends its side. */
const answered =
  (bytes: string): Ending =>
  async (client) => {
    await client.send(bytes).response();
    await client.finish().rest();
  };
/** The client asks, and is gone before an answer came. */
const dropped =
  (bytes: string): Ending =>
  async (client) => {
    client.send(bytes);
    await loopTurns(8);
    leave(client);
  };
/** The client asks, and ends its side before it has sent all, or before an answer came. */
const finished =
  (bytes: string): Ending =>
  async (client) => {
    client.send(bytes);
    await loopTurns(8);
    await client.finish().rest();
  };
/** The client resets after the first bytes of the answer. */
const cut =
  (bytes: string): Ending =>
  async (client) => {
    await client.send(bytes).head();
    leave(client);
  };

export const endings: Readonly<Record<string, Ending>> = {
  'says nothing': finished(''),
  'says nothing, and resets': dropped(''),
  'half a head': finished('GET / HT'),
  'half a head, and resets': dropped('GET / HT'),
  'no HTTP': finished('GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'),
  'the other of TLS and none': finished('\x16\x03\x01\x00\x05hello'),
  answered: answered(get()),
  'answered, and closed': answered(get('/', 'Connection: close\r\n')),
  HEAD: async (client) => {
    await client.send(get().replace('GET', 'HEAD')).response('HEAD');
    await client.finish().rest();
  },
  'several in turn': async (client) => {
    for (let i = 0; i < 3; i++) await client.send(get()).response();
    await client.finish().rest();
  },
  pipelined: async (client) => {
    await client.send(get().repeat(20)).responses(20);
    await client.finish().rest();
  },
  'pipelined, and resets': dropped(get('/until').repeat(20)),
  ...Object.fromEntries(
    ['/text', '/pieces', '/clone', '/unread'].flatMap((target) => [
      [`${target}, read`, answered(post('x'.repeat(50_000), '', target))],
      [`${target}, chunked`, answered(postChunked('3\r\nabc\r\n0\r\nX: y\r\n\r\n', '', target))],
      [`${target}, half of it`, finished(half(target))],
      [`${target}, half of it, and resets`, dropped(half(target))],
      [`${target}, broken chunks`, finished(postChunked('3\r\nabcX', '', target))],
      [
        `${target}, expects 100`,
        dropped(post('', 'Expect: 100-continue\r\n', target).replace(': 0', ': 5')),
      ],
    ]),
  ),
  'throws, and resets': cut(get('/throws')),
  'gone while it waits': dropped(get('/gone')),
  'ends while it waits': finished(get('/gone')),
  'gone, by AbortSignal.any': dropped(get('/any')),
  'gone while it waits on purpose': dropped(get('/wait')),
  'the server waits behind it': answered(get('/until')),
  'a long answer, cut': cut(get('/long')),
  'a stream': answered(get('/streamed')),
  'a stream, cut': cut(get('/endless')),
  'a stream that breaks': finished(get('/broken')),
  'a ReadableStream, cut': cut(get('/readable')),
  'told before': async (client) => {
    await client.send(get('/told')).head();
    await client.response();
    await client.finish().rest();
  },
  'upgraded, and ends': async (client) => {
    await client.send(upgrade).head();
    await client.send('abc').take(3);
    await client.finish().rest();
  },
  'upgraded, and resets': cut(upgrade),
};
