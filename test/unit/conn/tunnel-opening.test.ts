// A request makes a tunnel of its connection: what goes out first, what is given back, and when it is refused.

import { expect, test } from 'vitest';
import type { TunnelPort, TunnelSink } from '../../../src/http/tunnel/tunnel-port.js';
import {
  type FetchHandler,
  RequestContext,
  reply,
  type ServerOptions,
} from '../../../src/index.js';
import { ConnectionScene, observed } from '../../support/connection-scene.js';
import { gate } from '../../support/test-server.js';

const HEAD = 'any head\r\n\r\n';
const SINK: TunnelSink = {
  onRead: () => undefined,
  onFlushed: () => undefined,
  onClose: () => undefined,
};

const open = (context: RequestContext): TunnelPort =>
  RequestContext.openTunnel(context, 101, HEAD, SINK);

async function send(
  handler: FetchHandler,
  bytes = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  options: Partial<ServerOptions> = {},
): Promise<ConnectionScene> {
  const scene = new ConnectionScene(handler, options);
  await scene.send(bytes);
  return scene;
}

test('the head is sent as it is, and the slot is free', async () => {
  const over = gate<void>();
  const scene = await send(async (_request, context) => {
    open(context);
    await over.promise;
  });
  expect(scene.written).toBe(HEAD);
  expect(scene.connection.life.name).toBe('tunnel/tunnel/last');
  expect(scene.parts.limiter.stats().inFlight).toBe(0);
  over.open();
});

test('who expects a 100 gets it before the head', async () => {
  const scene = await send(async (request, context) => {
    await request.arrayBuffer();
    open(context);
  }, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n');
  expect(scene.written).toBe(`HTTP/1.1 100 Continue\r\n\r\n${HEAD}`);
});

test('a second opening is refused, and leaves the first as it is', async () => {
  const told: unknown[] = [];
  const scene = await send((_request, context) => {
    open(context);
    try {
      open(context);
    } catch (error) {
      told.push((error as { code: string }).code);
    }
  });
  expect(told).toEqual(['SLUICE_UPGRADE_REPEATED']);
  expect(scene.written).toBe(HEAD);
});

test('a request that was answered before opens none, though the next one on its connection has', async () => {
  const contexts: RequestContext[] = [];
  const scene = await send((_request, context) => {
    contexts.push(context);
    if (contexts.length === 1) return new Response('x');
    open(context);
    return undefined;
  });
  await scene.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(scene.written.endsWith(HEAD)).toBe(true);
  const late = (): TunnelPort => open(contexts[0] as RequestContext);
  expect(late).toThrow(expect.objectContaining({ code: 'SLUICE_UPGRADE_TOO_LATE' }));
});

/** Tries to open a tunnel, and gives the code of what it throws. */
function codeOf(context: RequestContext): string | undefined {
  try {
    open(context);
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test('the content of the reply, as it is asked for, opens none', async () => {
  const told: unknown[] = [];
  const scene = await send((_request, context) => {
    const content: AsyncIterable<string> = {
      [Symbol.asyncIterator]() {
        told.push(codeOf(context));
        return { next: async () => ({ done: true, value: undefined }) };
      },
    };
    return reply(content);
  });
  expect([told, scene.statuses]).toEqual([['SLUICE_UPGRADE_TOO_LATE'], [200]]);
});

test('who hears that a 2xx is no answer to CONNECT opens none instead', async () => {
  const told: unknown[] = [];
  const scene = await send(() => reply('x'), 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n', {
    connect: true,
    onError: (_error, _request, context) => void told.push(codeOf(context as RequestContext)),
  });
  expect([told, scene.statuses]).toEqual([['SLUICE_UPGRADE_TOO_LATE'], [500]]);
});

test('its slot counts as that of a handler that has finished', async () => {
  const scene = await send(async (_request, context) => {
    open(context);
    await new Promise(() => {});
  });
  expect(scene.parts.limiter.stats().released).toMatchObject({ finished: 1, aborted: 0 });
});

test('its status is that of its head, whatever is written behind it', async () => {
  const scene = await send((_request, context) => {
    open(context).write('HTTP/1.1 404 Not Found\r\n\r\n');
  });
  scene.connection.onReset(1, undefined);
  expect(observed(scene, 'completed')).toEqual([['completed', 1, 1, 101]]);
});
