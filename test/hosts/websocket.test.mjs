import { once } from 'node:events';
import { io } from 'socket.io-client';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import { BOTH, hostTests } from './hosts.mjs';

/** Opens, uses, closes, and gives how it was closed. */
async function talk(port, path, use) {
  const client = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  const closed = once(client, 'close');
  await once(client, 'open');
  const ask = async (message) => {
    const answer = once(client, 'message');
    client.send(message);
    const [bytes, isBinary] = await answer;
    return isBinary ? bytes : bytes.toString();
  };
  const result = await use(ask, client);
  if (client.readyState === WebSocket.OPEN) client.close(1000, 'done');
  const [code, reason] = await closed;
  return { result, code, reason: reason.toString() };
}

async function closedBy(client, message) {
  const closed = once(client, 'close');
  client.send(message);
  await closed;
}

hostTests('ws 8', 'ws', BOTH, {
  'echoes text and bytes, short and long, packed and not': async ({ port }) => {
    const long = 'long '.repeat(100_000);
    const bytes = Buffer.alloc(300_000, 7);
    const found = await talk(port, '/chat', async (ask) => [
      await ask('short'),
      (await ask(long)) === long,
      bytes.equals(await ask(bytes)),
      await ask('who'),
    ]);
    expect(found.result).toEqual(['short', true, true, '/chat 127.0.0.1']);
    return found;
  },

  'answers pings': async ({ port }) =>
    talk(port, '/', async (_ask, client) => {
      const pong = once(client, 'pong');
      client.ping('are you there');
      return String(await pong);
    }),

  'closes, from either side': async ({ port }) => {
    const found = [
      await talk(port, '/', async (ask) => ask('x')),
      await talk(port, '/', async (_ask, client) => closedBy(client, 'close')),
      await talk(port, '/', async (_ask, client) => closedBy(client, 'terminate')),
      await talk(port, '/', async (_ask, client) => client.terminate()),
    ];
    expect(found.map(({ code }) => code)).toEqual([1000, 4001, 1006, 1006]);
    const seen = new Set();
    for (let i = 0; i < 500 && !(seen.has('4001 asked for') && seen.has('1006 ')); i++)
      await talk(port, '/', async (ask) => {
        for (const told of JSON.parse(await ask('seen'))) seen.add(told);
      });
    expect([...seen].sort()).toEqual(['1000 done', '1006 ', '4001 asked for']);
    return found;
  },

  'serves many at a time': async ({ port }) => {
    const clients = Array.from({ length: 50 }, (_, i) =>
      talk(port, '/', (ask) => ask(`client ${i}`)),
    );
    const found = await Promise.all(clients);
    expect(found[49].result).toBe('client 49');
    return found;
  },

  refuses: async ({ port }) => {
    const client = new WebSocket(`ws://127.0.0.1:${port}/refused`);
    const [error] = await once(client, 'error');
    expect(error.message).toContain('403');
    return error.message;
  },

  'answers requests beside, and handshakes that are none': async ({ ask }) => {
    const plain = await ask('/');
    expect(plain.text).toBe('plain');
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket' };
    const broken = await ask('/', { headers });
    expect(broken.status).toBe(400);
    return [plain, broken];
  },
});

hostTests('a server that ws 8 makes', 'ws-own', ['sluice/register'], {
  'echoes, and answers what is no WebSocket': async ({ ask, port }) => {
    const found = await talk(port, '/', (say) => say('hello'));
    expect(found.result).toBe('echo hello');
    const plain = await ask('/');
    expect(plain.status).toBe(426);
    return [found, plain];
  },
});

async function withSocket(port, transports, use) {
  const socket = io(`http://127.0.0.1:${port}`, { transports, reconnection: false });
  try {
    const [hello] = await new Promise((resolve, reject) => {
      socket.on('hello', (...values) => resolve(values));
      socket.on('connect_error', reject);
    });
    return await use(socket, hello);
  } finally {
    socket.disconnect();
  }
}

hostTests('Socket.IO 4', 'socket-io', BOTH, {
  'by polling, by WebSocket, and from one to the other': async ({ port }) => {
    const found = [];
    for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']]) {
      const one = await withSocket(port, transports, async (socket, hello) => {
        const bytes = Buffer.alloc(200_000, 1);
        const { engine } = socket.io;
        if (transports.length === 2 && engine.transport.name === 'polling')
          await new Promise((resolve) => engine.once('upgrade', resolve));
        const echoed = await socket.emitWithAck('echo', { text: 'ü', bytes });
        // Longer than a ping, or a poll, lasts.
        const pinged = new Promise((resolve) => socket.io.once('ping', resolve));
        await pinged;
        return {
          hello,
          ends: engine.transport.name,
          text: echoed.text,
          same: bytes.equals(Buffer.from(echoed.bytes)),
        };
      });
      expect(one).toMatchObject({ ends: transports.at(-1), text: 'ü', same: true });
      found.push(one);
    }
    return found;
  },

  'hears who leaves': async ({ port }) => {
    await withSocket(port, ['websocket'], (socket) => socket.emitWithAck('left'));
    return withSocket(port, ['websocket'], async (socket) => {
      let left = [];
      for (let i = 0; i < 500 && left.length === 0; i++) left = await socket.emitWithAck('left');
      expect(left[0]).toBe('client namespace disconnect');
      return left[0];
    });
  },

  'leaves other requests to the listener before it': async ({ ask }) => {
    const answer = await ask('/');
    expect(answer.text).toBe('plain');
    return [answer, await ask('/socket.io/?EIO=4&transport=none')];
  },
});

hostTests('http-proxy 1', 'http-proxy', BOTH, {
  'passes requests on': async ({ ask }) => {
    const body = 'x'.repeat(400_000);
    const answers = [await ask('/a?b'), await ask('/p', { method: 'POST', body })];
    expect(answers[1].text).toBe(body);
    const chunked = { 'Transfer-Encoding': 'chunked' };
    return [...answers, await ask('/c', { method: 'POST', headers: chunked, body: 'chunked' })];
  },

  'tells where its target fails': async ({ ask }) => {
    const answer = await ask('/fails');
    expect(answer).toMatchObject({ status: 502, text: 'ECONNRESET' });
    return answer;
  },

  'passes WebSockets on': async ({ port }) => {
    const found = await talk(port, '/', (ask) => ask('through'));
    expect(found.result).toBe('echo through');
    return found;
  },
});

hostTests('@fastify/websocket 11', 'fastify-websocket', BOTH, {
  'serves a WebSocket beside requests': async ({ ask, port }) => {
    const found = await talk(port, '/chat?name=a', (say) => say('hello'));
    expect(found.result).toBe('a: hello');
    const plain = await ask('/');
    expect(plain.text).toBe('{"plain":true}');
    return [found, plain, (await ask('/chat')).status];
  },
});
