// Connections that a PROXY header has to begin, in virtual time and without a socket.

import { describe, expect, test } from 'vitest';
import { ProxyHeaders, serveBehindHeader } from '../../../../src/conn/arrive/proxy-headers.js';
import { Clocks } from '../../../../src/conn/clock/clocks.js';
import type {
  ArrivingTransport,
  TransportEnds,
  TransportSink,
} from '../../../../src/conn/transport.js';
import { Reports } from '../../../../src/conn/watch/reports.js';
import { DEFAULT_LIMITS } from '../../../../src/fsm/limits.js';
import type { FaultReport } from '../../../../src/index.js';
import { RecordingTransport } from '../../../support/recording-transport.js';

const LINE = 'PROXY TCP4 192.0.2.1 192.0.2.2 1234 80\r\n';
const HEAD_MS = DEFAULT_LIMITS.headMs;
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

class Line extends RecordingTransport {
  isDestroyed = false;

  override destroy(): void {
    this.isDestroyed = true;
  }
}

class Scene {
  readonly faults: FaultReport[] = [];
  readonly taken: [TransportEnds, string, number][] = [];
  readonly clocks = new Clocks(DEFAULT_LIMITS);
  draining = false;
  trusted = true;
  timers = 0;
  over = 0;
  readonly all = new ProxyHeaders({
    clocks: this.clocks,
    reports: new Reports(
      {
        onError: undefined,
        onFault: (fault) => void this.faults.push(fault),
        observers: [],
        showsCredentials: false,
      },
      () => undefined,
    ),
    isDraining: () => this.draining,
    trusts: (address) => address === '127.0.0.1' && this.trusted,
    armTimer: () => void this.timers++,
    oneOver: () => void this.over++,
  });

  arrive(now = 0): { line: Line; sink: TransportSink } {
    const line = new Line();
    const sink = this.all.arrive(line, now, (ends, rest, at) => {
      // A server that closes must not find nothing open before the connection has gone on.
      expect(this.all.size).toBeGreaterThan(0);
      this.taken.push([ends, Buffer.from(rest).toString('latin1'), at]);
    });
    return { line, sink };
  }

  /** The codes of the faults, with their offsets. */
  get codes(): [string, number][] {
    return this.faults.map(({ code, offset }) => [code, offset]);
  }
}

describe('a header', () => {
  test('that is complete says whose connection it is, and what stands behind it goes along', () => {
    const scene = new Scene();
    const { sink, line } = scene.arrive();
    sink.onBytes(bytes(LINE.slice(0, 9)), 1);
    expect([scene.taken, scene.all.size]).toEqual([[], 1]);
    sink.onBytes(bytes(`${LINE.slice(9)}GET /`), 2);
    expect(scene.taken).toEqual([
      [
        {
          remote: { address: '192.0.2.1', port: 1234 },
          local: { address: '192.0.2.2', port: 80 },
        },
        'GET /',
        2,
      ],
    ]);
    expect([scene.all.size, scene.over, line.isDestroyed, scene.faults]).toEqual([0, 1, false, []]);
    // Its time is its own no more.
    scene.clocks.deadlines.expire(HEAD_MS + 1);
    expect(scene.faults).toEqual([]);
  });

  test('of the proxy itself leaves the ends as they are', () => {
    const scene = new Scene();
    const local = [13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10, 0x20, 0, 0, 0];
    scene.arrive().sink.onBytes(Uint8Array.from(local), 1);
    expect(scene.taken.map(([ends]) => ends)).toEqual([
      { remote: { address: '127.0.0.1', port: 1 }, local: { address: '127.0.0.1', port: 2 } },
    ]);
  });

  test('of a client that the proxy can’t name is nobody’s word', () => {
    const scene = new Scene();
    scene.arrive().sink.onBytes(bytes('PROXY UNKNOWN\r\n'), 1);
    const [[ends]] = scene.taken as [[TransportEnds, string, number]];
    expect(ends.remote).toEqual({ address: '127.0.0.1', port: 1, isUnnamed: true });
    expect(ends.local).toEqual({ address: '127.0.0.1', port: 2 });
  });

  test('of a client without a name is nobody’s word, and is for the end that it names', () => {
    const scene = new Scene();
    const signature = [13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10];
    const unix = new Uint8Array(216);
    unix.set(Buffer.from('/server'), 108);
    scene.arrive().sink.onBytes(Uint8Array.from([...signature, 0x21, 0x31, 0, 216, ...unix]), 1);
    const [[ends]] = scene.taken as [[TransportEnds, string, number]];
    expect(ends.remote).toMatchObject({ address: '', isUnnamed: true });
    expect(ends.local).not.toMatchObject({ address: '127.0.0.1' });
  });

  test('that came in pieces is faulty where its line is, and shown in the last piece', () => {
    const scene = new Scene();
    const { sink } = scene.arrive();
    sink.onBytes(bytes('PROXY TCP4 192.0.2.1 192.0.2.2 '), 1);
    sink.onBytes(bytes('12x4 80\r\n'), 2);
    expect(scene.faults).toHaveLength(1);
    expect(scene.faults[0]?.bytes).toMatch(/12x4/);
  });

  test('that is malformed is a fault, shown where it stands', () => {
    const scene = new Scene();
    const { sink, line } = scene.arrive();
    sink.onBytes(bytes('GET / HTTP/1.1\r\n'), 1);
    expect(scene.faults).toMatchObject([{ remoteAddress: '127.0.0.1', state: 'proxyHeader' }]);
    expect(scene.faults[0]?.bytes).toContain('GET /');
    expect([line.isDestroyed, scene.all.size, scene.over]).toEqual([true, 0, 1]);
  });

  test('that is cut short is a fault, and a look whether somebody listens is none', () => {
    const scene = new Scene();
    const { sink } = scene.arrive();
    sink.onBytes(bytes('PROXY'), 1);
    sink.onFin(2);
    expect(scene.codes).toEqual([['SLUICE_FAULT_PROXY_HEADER_TRUNCATED', 5]]);
    const looks = scene.arrive();
    looks.sink.onFin(3);
    expect([scene.faults.length, looks.line.isDestroyed]).toEqual([1, true]);
    const reset = scene.arrive();
    reset.sink.onReset(4, undefined);
    expect([scene.faults.length, scene.all.size, scene.over]).toEqual([1, 0, 3]);
  });

  test('of a peer that nobody trusts is not read', () => {
    const scene = new Scene();
    scene.trusted = false;
    const { line, sink } = scene.arrive();
    expect(scene.codes).toEqual([['SLUICE_FAULT_PROXY_PEER_UNTRUSTED', 0]]);
    expect([line.isDestroyed, scene.all.size]).toEqual([true, 0]);
    sink.onFlushed(1);
    expect(scene.faults).toHaveLength(1);
  });
});

describe('the time of a header', () => {
  test('ends with a fault at the bytes that came', () => {
    const scene = new Scene();
    const { sink, line } = scene.arrive(100);
    sink.onBytes(bytes('PROXY '), 101);
    scene.clocks.deadlines.expire(100 + HEAD_MS - 1);
    expect(scene.faults).toEqual([]);
    scene.clocks.deadlines.expire(100 + HEAD_MS);
    expect(scene.codes).toEqual([['SLUICE_FAULT_PROXY_HEADER_TIMEOUT', 6]]);
    expect(line.isDestroyed).toBe(true);
  });

  test('is short in a drain, for one that has not begun, and it goes in silence', () => {
    const scene = new Scene();
    const idle = scene.arrive(0);
    const begun = scene.arrive(0);
    begun.sink.onBytes(bytes('PROXY '), 1);
    scene.all.startDrain(10);
    scene.draining = true;
    const late = scene.arrive(20);
    const quietMs = scene.clocks.drainQuiet.durationMs;
    scene.clocks.deadlines.expire(10 + quietMs);
    expect([idle, begun, late].map(({ line }) => line.isDestroyed)).toEqual([true, false, false]);
    scene.clocks.deadlines.expire(20 + quietMs);
    expect([begun, late].map(({ line }) => line.isDestroyed)).toEqual([false, true]);
    expect([scene.faults, scene.all.size]).toEqual([[], 1]);
    scene.all.endAll();
    expect([begun.line.isDestroyed, scene.all.size, scene.over]).toEqual([true, 0, 3]);
  });
});

test('the timer is set when a header is awaited, when a drain shortens its time, and when it is over', () => {
  const scene = new Scene();
  const { sink } = scene.arrive();
  expect(scene.timers).toBe(1);
  scene.all.startDrain(1);
  expect(scene.timers).toBe(2);
  sink.onReset(2, undefined);
  expect(scene.timers).toBe(3);
  sink.onReset(3, undefined);
  expect([scene.timers, scene.over]).toEqual([3, 1]);
});

test('room is made by the one that came first, if it is old enough', () => {
  const scene = new Scene();
  expect(scene.all.makeRoom(9)).toBe(false);
  const first = scene.arrive(5);
  const second = scene.arrive(6);
  expect(scene.all.makeRoom(5)).toBe(false);
  expect(scene.all.makeRoom(6)).toBe(true);
  expect([first, second].map(({ line }) => line.isDestroyed)).toEqual([true, false]);
  expect(scene.codes).toEqual([['SLUICE_FAULT_PROXY_HEADER_TIMEOUT', 0]]);
  scene.all.drop(first.sink as never);
  expect(scene.over).toBe(1);
});

test.each([
  ['GET /', ['stands for', 'accept 9', 'passed to', 'bytes GET / 9']],
  ['', ['stands for', 'accept 9', 'passed to']],
])('behind a header, %j is served for who it says', (rest, expected) => {
  const calls: string[] = [];
  const sink = {
    onBytes: (came: Uint8Array, now: number) =>
      void calls.push(`bytes ${Buffer.from(came).toString()} ${now}`),
  } as unknown as TransportSink;
  const ends = {} as TransportEnds;
  const transport = {
    standFor: (given: TransportEnds) => {
      expect(given).toBe(ends);
      calls.push('stands for');
    },
    passTo: (given: TransportSink) => {
      expect(given).toBe(sink);
      calls.push('passed to');
    },
  } as unknown as ArrivingTransport;
  serveBehindHeader(
    transport,
    (given, now) => {
      expect(given).toBe(transport);
      calls.push(`accept ${now}`);
      return sink;
    },
    ends,
    bytes(rest),
    9,
  );
  expect(calls).toEqual(expected);
});
