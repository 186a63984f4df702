import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Transport, TransportSink } from '../../../src/conn/transport.js';
import {
  formatTrace,
  type LinkOptions,
  RecordingSink,
  SimulatedNetwork,
} from '../../../src/testing/network/index.js';

/** Sends back what comes, and FIN for FIN. */
class EchoSink implements TransportSink {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  onBytes(bytes: Uint8Array): void {
    this.#transport.write(bytes);
    if (this.#transport.unflushedBytes > 1_000) this.#transport.pause();
  }

  onFin(): void {
    this.#transport.end();
  }

  onFlushed(): void {
    this.#transport.resume();
  }

  onReset(): void {}
}

function bytesOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
}

function echoed(seed: number, link: LinkOptions, length: number): [RecordingSink, string[]] {
  const lines: string[] = [];
  const network = new SimulatedNetwork({
    seed,
    link,
    trace: (entry) => lines.push(formatTrace(entry)),
  });
  network.listen((transport) => new EchoSink(transport));
  const heard = new RecordingSink();
  const client = network.connect(() => heard);
  client.write(bytesOf(length));
  client.end();
  network.clock.run();
  return [heard, lines];
}

const links: fc.Arbitrary<LinkOptions> = fc.record({
  latencyMs: fc.integer({ min: 0, max: 5 }),
  jitterMs: fc.integer({ min: 0, max: 5 }),
  split: fc.constantFrom('whole', 'random', 'bytes'),
  segmentBytesMax: fc.integer({ min: 1, max: 2_000 }),
  coalesceChance: fc.constantFrom(0, 0.5, 1),
  readBytesMax: fc.integer({ min: 1, max: 2_000 }),
  sendBufferBytes: fc.integer({ min: 1, max: 3_000 }),
  receiveBufferBytes: fc.integer({ min: 1, max: 3_000 }),
  flushDelayMs: fc.integer({ min: 0, max: 5 }),
});

describe('SimulatedNetwork', () => {
  test('carries every byte once and in order, and the FIN behind them, on any link', () => {
    // Law: what an echo sends back is what was sent, whatever the link is like.
    fc.assert(
      fc.property(fc.integer(), links, fc.integer({ min: 0, max: 5_000 }), (seed, link, length) => {
        const [heard] = echoed(seed, link, length);
        expect(Buffer.compare(heard.bytes, bytesOf(length))).toBe(0);
        expect(heard.events.filter((event) => event !== 'flushed').at(-1)).toBe('fin');
        expect([heard.finCount, heard.resetCount]).toEqual([1, 0]);
      }),
      { numRuns: 60 },
    );
  });

  test('gives the same trace for the same seed, and another for another', () => {
    const link: LinkOptions = { split: 'random', jitterMs: 2, coalesceChance: 0.2 };
    const [, first] = echoed(5, link, 2_000);
    const [, again] = echoed(5, link, 2_000);
    const [, other] = echoed(6, link, 2_000);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test('traces what was asked and what was told', () => {
    const [, lines] = echoed(1, {}, 5);
    expect(lines).toEqual([
      '0.000 ms #1 client write 5',
      '0.000 ms #1 client end',
      '1.000 ms #1 server bytes 5',
      '1.000 ms #1 server write 5',
      '1.000 ms #1 server fin',
      '1.000 ms #1 server end',
      '2.000 ms #1 client bytes 5',
      '2.000 ms #1 client fin',
    ]);
  });

  test('cuts the stream as it is told to', () => {
    const sizes = (link: LinkOptions): number[] => {
      const [heard] = echoed(1, link, 10);
      return heard.chunks.map((chunk) => chunk.length);
    };
    expect(sizes({})).toEqual([10]);
    expect(sizes({ segmentBytesMax: 4, toServer: { segmentBytesMax: 10 } })).toEqual([4, 4, 2]);
    expect(sizes({ readBytesMax: 3, toServer: { readBytesMax: 10 } })).toEqual([3, 3, 3, 1]);
    expect(sizes({ split: 'bytes' })).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  });

  test('reads what was coalesced in one piece', () => {
    const [heard] = echoed(1, { toClient: { split: 'bytes', coalesceChance: 1 } }, 10);
    expect(heard.chunks.length).toBeLessThan(10);
  });

  test('holds in its buffers what they hold, and leaves the rest unflushed', () => {
    const { network, client, server, heard } = connected({
      sendBufferBytes: 100,
      receiveBufferBytes: 50,
    });
    server().pause();
    client.write(new Uint8Array(1_000));
    expect(client.unflushedBytes).toBe(900);
    network.clock.run();
    expect(client.unflushedBytes).toBe(1_000 - 150);
    server().resume();
    network.clock.run();
    expect(client.unflushedBytes).toBe(0);
    expect(heard.server.byteCount).toBe(1_000);
    expect(heard.client.events).toEqual(['flushed']);
  });

  test('tells of a flush late or never, where it is told so', () => {
    const late = connected({ sendBufferBytes: 10, flushDelayMs: 50 });
    late.client.write(new Uint8Array(20));
    late.network.clock.run();
    expect(late.heard.client.lastEventAt).toBe(late.heard.server.lastEventAt! - 1 + 50);
    const never = connected({ sendBufferBytes: 10, flushDelayMs: Infinity });
    never.client.write(new Uint8Array(20));
    never.network.clock.run();
    expect(never.heard.client.events).toEqual([]);
    expect(never.client.unflushedBytes).toBe(0);
  });

  test('breaks the connection for both after any number of bytes', () => {
    for (let cut = 1; cut <= 12; cut++) {
      const { network, client, heard } = connected({ toServer: { cutAfterBytes: cut } });
      client.write('0123456789');
      client.write('ab');
      network.clock.run();
      expect(heard.server.text).toBe('0123456789ab'.slice(0, cut));
      expect([heard.server.resetCount, heard.client.resetCount]).toEqual([1, 1]);
    }
  });

  test('breaks the connection when it is told to', () => {
    const { network, client, heard } = connected({ latencyMs: 10 });
    client.write('on the way');
    network.cut(client);
    network.clock.run();
    expect([heard.server.events, heard.client.events]).toEqual([['reset'], ['reset']]);
    expect(() => network.cut(new SimulatedNetwork().connect(() => new RecordingSink()))).toThrow(
      'no connection of this network',
    );
  });

  test('refuses where nobody listens', () => {
    const network = new SimulatedNetwork();
    const heard = new RecordingSink();
    network.connect(() => heard).write('hello?');
    network.clock.run();
    expect(heard.events).toEqual(['reset']);
    expect(heard.resetError).toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('lets those who arrived go on when it stops listening', () => {
    const { network, client, heard } = connected({});
    network.stopListening();
    client.write('still here');
    const late = new RecordingSink();
    network.connect(() => late);
    network.clock.run();
    expect([heard.server.text, late.events]).toEqual(['still here', ['reset']]);
  });

  test('answers bytes for nobody with a reset, and so a close with bytes unread', () => {
    const unread = connected({});
    unread.server().pause();
    unread.client.write('never read');
    unread.network.clock.run();
    unread.server().destroy();
    unread.network.clock.run();
    expect(unread.heard.client.events).toEqual(['reset']);

    const gone = connected({});
    gone.server().destroy();
    gone.network.clock.run();
    expect(gone.heard.client.events).toEqual(['fin']);
    gone.client.write('for nobody');
    gone.network.clock.run();
    gone.client.write('and now?');
    gone.network.clock.run();
    expect(gone.heard.client.events).toEqual(['fin', 'reset']);
  });

  test('shows a reset behind bytes at once, behind them, or as a FIN', () => {
    const events = (link: LinkOptions): string[] => {
      const { network, client, server, heard } = connected(link);
      server().pause();
      client.write('unread');
      network.clock.run();
      client.reset();
      network.clock.run();
      server().resume();
      network.clock.run();
      server().write('are you there?');
      network.clock.run();
      return heard.server.events;
    };
    expect(events({ resetDiscardsChance: 1 })).toEqual(['reset']);
    expect(events({})).toEqual(['bytes', 'reset']);
    expect(events({ resetAsFinChance: 1 })).toEqual(['bytes', 'fin', 'reset']);
  });

  test('keeps a copy of what is written', () => {
    const { network, client, heard } = connected({});
    const bytes = Uint8Array.of(1, 2, 3);
    client.write(bytes);
    bytes.fill(9);
    network.clock.run();
    expect([...heard.server.bytes]).toEqual([1, 2, 3]);
  });

  test('refuses buffers with no room', () => {
    // Where it is said, and not at the first connection.
    expect(() => new SimulatedNetwork({ link: { sendBufferBytes: 0 } })).toThrow(RangeError);
    const network = new SimulatedNetwork();
    const open = () => new RecordingSink();
    expect(() => network.connect(open, { toClient: { readBytesMax: 0 } })).toThrow(
      'toClient.readBytesMax: got 0, expected a whole number of bytes, 1 or more',
    );
  });

  test('gives each client an address', () => {
    const { network, client, server } = connected({});
    expect(server().remote).toEqual(client.local);
    expect(client.remote).toEqual(network.serverAddress);
    const from = { address: '2001:db8::1', port: 5 };
    expect(network.connect(() => new RecordingSink(), { from }).local).toEqual(from);
  });
});

interface Connected {
  readonly network: SimulatedNetwork;
  readonly client: ReturnType<SimulatedNetwork['connect']>;
  readonly server: () => Transport;
  readonly heard: { readonly client: RecordingSink; readonly server: RecordingSink };
}

function connected(link: LinkOptions): Connected {
  const network = new SimulatedNetwork({ link });
  const heard = { client: new RecordingSink(), server: new RecordingSink() };
  let accepted: Transport | undefined;
  network.listen((transport) => {
    accepted = transport;
    return heard.server;
  });
  const client = network.connect(() => heard.client);
  network.clock.run();
  const server = (): Transport => {
    if (accepted === undefined) throw new Error('nobody was accepted');
    return accepted;
  };
  return { network, client, server, heard };
}
