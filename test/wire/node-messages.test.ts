// `(req, res)` over `sluice/node`: what its messages say and emit is what they do under node:http.

import http from 'node:http';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { createServer } from '../../src/adapters/node/index.js';
import { type Answered, ask, both, type Make, serving } from '../support/node-pair.js';

/** The same but for the time. */
function timeless({ status, headers, trailers, text }: Answered): unknown {
  const { date, ...others } = headers;
  return { status, dated: date !== undefined, headers: others, trailers, text };
}

describe('a response', () => {
  const responses: Record<string, http.RequestListener> = {
    'in one go': (_req, res) => void res.writeHead(200, { 'X-A': 'b' }).end('Hello'),
    'without content': (_req, res) => void res.end(),
    'with a status alone': (_req, res) => void res.writeHead(204).end(),
    'of bytes': (_req, res) => void res.end(Buffer.from([0, 1, 255])),
    'of text beyond latin1': (_req, res) => void res.end('grün €'),
    'of latin1': (_req, res) => void res.end('grün', 'latin1'),
    'with its length': (_req, res) => void res.setHeader('Content-Length', 5).end('Hello'),
    'made later': (_req, res) => void setImmediate(() => res.end('later')),
    'in pieces of one tick': (_req, res) => {
      res.write('a');
      res.write('b');
      res.end('c');
    },
    'in pieces over time': (_req, res) => {
      res.write('a');
      setImmediate(() => {
        res.write(Buffer.from('b'));
        setImmediate(() => res.end('c'));
      });
    },
    'with trailers': (req, res) => {
      if (req.method === 'GET') res.setHeader('Trailer', 'X-Sum');
      res.write('a');
      res.addTrailers({ 'X-Sum': '1' });
      res.end();
    },
    'with its head sent first': (_req, res) => {
      res.flushHeaders();
      setImmediate(() => res.end('x'));
    },
    'that closes': (_req, res) => void res.setHeader('Connection', 'close').end('x'),
  };
  for (const [name, listener] of Object.entries(responses)) {
    it(`${name} is that of node:http`, async () => {
      for (const method of ['GET', 'HEAD']) {
        const [node, sluice] = await both((make) =>
          serving(make({}, listener), async (port) => timeless(await ask(port, { method }))),
        );
        expect(sluice).toEqual(node);
      }
    });
  }
});

/** Bytes that count how often somebody asks for their length. */
class CountedBytes extends Uint8Array {
  asked = 0;

  override get length(): number {
    this.asked++;
    return super.length;
  }
}

describe('pieces that wait to be sent', () => {
  it('are counted once, however many come behind them', async () => {
    const first = new CountedBytes(8);
    let [before, after] = [0, 0];
    const { text } = await serving(
      createServer((_req, res) => {
        res.write('begun');
        res.write(first);
        before = first.asked;
        for (let i = 0; i < 100; i++) res.write('x');
        after = first.asked;
        res.end();
      }),
      ask,
    );
    expect(text).toHaveLength(5 + 8 + 100);
    expect(before).toBeGreaterThan(0);
    expect(after).toBe(before);
  });

  it('are what writableLength and bytesWritten of the socket say', async () => {
    const counts: unknown[] = [];
    const { text } = await serving(
      createServer((_req, res) => {
        const { socket } = res;
        res.setHeader('Content-Length', 13);
        res.flushHeaders();
        setImmediate(() => {
          const head = socket?.bytesWritten ?? 0;
          const since = (): unknown => [socket?.writableLength, (socket?.bytesWritten ?? 0) - head];
          res.write('abc');
          res.write(new Uint8Array(8));
          counts.push(since());
          setImmediate(() => {
            counts.push(since());
            res.write('de');
            counts.push(since());
            res.end();
          });
        });
      }),
      ask,
    );
    expect(text).toHaveLength(13);
    expect(counts).toEqual([
      [11, 11],
      [0, 11],
      [2, 13],
    ]);
  });
});

describe('content', () => {
  const echo: http.RequestListener = (req, res) => void req.pipe(res);
  for (const bytes of [0, 1, 1000, 70_000, 1_500_000]) {
    it(`of ${bytes} bytes is read and sent back`, async () => {
      const body = 'x'.repeat(bytes);
      const [node, sluice] = await both((make) =>
        serving(make({}, echo), async (port) => {
          const known = await ask(port, { method: 'POST' }, body);
          const headers = { 'Transfer-Encoding': 'chunked' };
          const chunked = await ask(port, { method: 'POST', headers }, body);
          return [known.text.length, chunked.text.length];
        }),
      );
      expect(sluice).toEqual(node);
      expect(sluice).toEqual([bytes, bytes]);
    });
  }

  it('that came with its head is there when the listener has returned', async () => {
    const [node, sluice] = await both(async (make) => {
      const seen: unknown[] = [];
      const listener: http.RequestListener = (req, res) => {
        const look = () => seen.push(req.readableLength);
        look();
        process.nextTick(look);
        req.on('data', (chunk) => seen.push(String(chunk)));
        req.on('end', () => res.end());
      };
      await serving(make({}, listener), async (port) => {
        const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n`;
        const socket = net.connect(port, '127.0.0.1');
        socket.write(`${head}Connection: close\r\n\r\nhello`);
        await new Promise((resolve) => socket.resume().on('close', resolve));
      });
      return seen;
    });
    expect(sluice).toEqual(node);
    expect(sluice).toEqual([0, 5, 'hello']);
  });

  it('of which the first part came with its head is there, as far as it came', async () => {
    const [node, sluice] = await both(async (make) => {
      const seen: unknown[] = [];
      const socket = new net.Socket();
      const listener: http.RequestListener = (req, res) => {
        process.nextTick(() => {
          seen.push(req.readableLength);
          socket.write(', and more');
        });
        req.on('data', (chunk) => seen.push(String(chunk)));
        req.on('end', () => res.end());
      };
      await serving(make({}, listener), async (port) => {
        socket.connect(port, '127.0.0.1');
        const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 15\r\n`;
        socket.write(`${head}Connection: close\r\n\r\nhello`);
        await new Promise((resolve) => socket.resume().on('close', resolve));
      });
      return seen;
    });
    expect(sluice).toEqual(node);
    expect(sluice).toEqual([5, 'hello', ', and more']);
  });

  it('that comes in many chunks at once is told as under node:http', async () => {
    const chunks = ['one', 'two', 'three', 'four'];
    const body = chunks.map((text) => `${text.length.toString(16)}\r\n${text}\r\n`).join('');
    for (const pausedAt of [undefined, 'two', 'four']) {
      const [node, sluice] = await both(async (make) => {
        const seen: string[] = [];
        const socket = new net.Socket();
        const listener: http.RequestListener = (req, res) => {
          req.on('data', (chunk) => {
            seen.push(String(chunk));
            if (String(chunk) !== pausedAt) return;
            req.pause();
            setImmediate(() => setImmediate(() => seen.push('resumed') && req.resume()));
          });
          req.on('end', () => res.end());
          setImmediate(() => socket.write(`${body}0\r\n\r\n`));
        };
        await serving(make({}, listener), async (port) => {
          socket.connect(port, '127.0.0.1');
          const head = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n';
          socket.write(`${head}Connection: close\r\n\r\n`);
          await new Promise((resolve) => socket.resume().on('close', resolve));
        });
        return seen;
      });
      expect(sluice).toEqual(node);
      expect(sluice.filter((text) => text !== 'resumed')).toEqual(chunks);
    }
  });

  it('that is long comes whole to one that pauses at each chunk', async () => {
    const body = Buffer.alloc(1_000_003, 'sluice/node ');
    const listener: http.RequestListener = (req, res) => {
      const came: Buffer[] = [];
      req.on('data', (chunk) => {
        came.push(chunk);
        req.pause();
        setImmediate(() => req.resume());
      });
      req.on('end', () => res.end(String(Buffer.concat(came).equals(body))));
    };
    for (const headers of [{}, { 'Transfer-Encoding': 'chunked' }]) {
      const { text } = await serving(createServer({}, listener), (port) =>
        ask(port, { method: 'POST', headers }, body),
      );
      expect(text).toBe('true');
    }
  });

  it('is text where the request has an encoding, however it is cut', async () => {
    const listener: http.RequestListener = (req, res) => {
      let text = '';
      req.setEncoding('utf8');
      req.on('data', (piece) => {
        text += piece;
      });
      req.on('end', () => res.end(text));
    };
    for (const body of ['grün €', 'grün € '.repeat(40_000)]) {
      for (const headers of [{}, { 'Transfer-Encoding': 'chunked' }]) {
        const { text } = await serving(createServer({}, listener), (port) =>
          ask(port, { method: 'POST', headers }, body),
        );
        expect(text === body).toBe(true);
      }
    }
  });

  it('with an encoding is kept for a class that looks at its bytes', async () => {
    const kept: Buffer[] = [];
    class Keeping extends http.IncomingMessage {
      override push(chunk: Buffer | null): boolean {
        if (chunk !== null) kept.push(chunk);
        return super.push(chunk);
      }
    }
    const listener: http.RequestListener = (req, res) => {
      req
        .setEncoding('utf8')
        .resume()
        .on('end', () => res.end());
    };
    const bodies = ['one'.repeat(100), 'two'.repeat(100), 'x'.repeat(50_000)];
    await serving(createServer({ IncomingMessage: Keeping }, listener), async (port) => {
      for (const body of bodies) await ask(port, { method: 'POST' }, body);
    });
    expect(Buffer.concat(kept).toString()).toBe(bodies.join(''));
    for (const { buffer, length } of kept) expect(buffer.byteLength).toBe(length);
  });

  it('that nobody reads leaves the connection to the next request', async () => {
    const [node, sluice] = await both((make) =>
      serving(
        make({}, (_req, res) => void res.end('early')),
        async (port) => {
          const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
          const first = await ask(port, { method: 'POST', agent }, 'x'.repeat(20_000));
          const second = await ask(port, { agent });
          agent.destroy();
          return [first.text, second.text];
        },
      ),
    );
    expect(sluice).toEqual(node);
  });
});

describe('events', () => {
  /** Their order on each object; the order between objects is not promised. */
  async function eventsOf(
    make: Make,
    listener: http.RequestListener,
    use: (port: number) => Promise<unknown>,
  ) {
    const events: Record<'req' | 'res', string[]> = { req: [], res: [] };
    let over: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => {
      over = resolve;
    });
    const server = make({}, (req, res) => {
      for (const name of ['end', 'close', 'aborted', 'error'])
        req.on(name, () => events.req.push(`${name} ${req.complete} ${req.readableEnded}`));
      for (const name of ['finish', 'close', 'error'])
        res.on(name, () => events.res.push(`${name} ${res.writableFinished} ${res.finished}`));
      res.on('close', () => setImmediate(over));
      listener(req, res);
    });
    await serving(server, async (port) => {
      await use(port);
      await closed;
    });
    return events;
  }

  it('of an answered request come as under node:http', async () => {
    const [node, sluice] = await both((make) =>
      eventsOf(
        make,
        (_req, res) => void res.end('x'),
        (port) => ask(port),
      ),
    );
    expect(sluice).toEqual(node);
  });

  it('of a request with content come as under node:http', async () => {
    const [node, sluice] = await both((make) =>
      eventsOf(
        make,
        (req, res) => void req.resume().on('end', () => res.end('x')),
        (port) => ask(port, { method: 'POST' }, 'abc'),
      ),
    );
    expect(sluice).toEqual(node);
  });

  it('of an upload that is broken off come as under node:http', async () => {
    const [node, sluice] = await both((make) =>
      eventsOf(
        make,
        (req) => void req.resume(),
        (port) =>
          new Promise<void>((resolve) => {
            const headers = { 'Content-Length': 1000 };
            const request = http.request({
              host: '127.0.0.1',
              port,
              agent: false,
              method: 'POST',
              headers,
            });
            request.on('error', () => resolve());
            request.write('abc', () => request.destroy());
          }),
      ),
    );
    expect(sluice).toEqual(node);
    expect(sluice.req).toContain('aborted false false');
  });

  it('of a request whose client leaves come as under node:http', async () => {
    const [node, sluice] = await both((make) => {
      let leave: () => void = () => undefined;
      return eventsOf(
        make,
        () => leave(),
        (port) =>
          new Promise<void>((resolve) => {
            const request = http.get({ host: '127.0.0.1', port, agent: false });
            request.on('error', () => resolve());
            leave = () => void request.destroy();
          }),
      );
    });
    expect(sluice).toEqual(node);
  });
});
