// Whatever the peer, the kernel and the connection do, and in whatever order. The handle throws where libuv
// would misbehave (test/support/fake-handle.ts).

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TransportSink } from '../../../src/conn/transport.js';
import { HandleGroup } from '../../../src/io/transport/handle-group.js';
import { HandleTransport } from '../../../src/io/transport/handle-transport.js';
import {
  ECONNRESET,
  ENOTCONN,
  EPIPE,
  FakeHandle,
  END_OF_FILE as FIN,
  fakeApi,
} from '../../support/fake-handle.js';

/** What the connection may call, between events and from within one. */
const CALLS = ['pause', 'resume', 'write', 'writeAll', 'end', 'lend', 'keep'] as const;
const ENDS = ['destroy', 'reset'] as const;
type Call = (typeof CALLS)[number] | (typeof ENDS)[number];

/** What the peer and the kernel do. */
const HAPPENINGS = [
  ...['short', 'half', 'full', 'fin', 'broken', 'poll', 'block', 'drain', 'drainFails'],
  ...['shutdownOver', 'tick', 'writeFails', 'readStartFails', 'shutdownFails', 'notConnected'],
] as const;

type Step =
  | { readonly call: Call }
  | { readonly happens: string }
  /** The connection calls this from within its next event. */
  | { readonly within: Call };

const anyCall = fc.oneof(
  { weight: 10, arbitrary: fc.constantFrom(...CALLS) },
  { weight: 1, arbitrary: fc.constantFrom(...ENDS) },
);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: anyCall.map((call): Step => ({ call })) },
  { weight: 1, arbitrary: anyCall.map((within): Step => ({ within })) },
  { weight: 6, arbitrary: fc.constantFrom(...HAPPENINGS).map((happens): Step => ({ happens })) },
  { weight: 3, arbitrary: fc.constant<Step>({ happens: 'poll' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ happens: 'tick' }) },
);

class Play {
  readonly handle: FakeHandle;
  readonly transport: HandleTransport;
  /** All that the peer sent, and all that the sink got of it. */
  sent = '';
  got = '';
  /** What was given to be kept, and what stood there then. */
  readonly kept: { readonly bytes: Uint8Array; readonly text: string }[] = [];
  finSent = false;
  finGot = false;
  resetGot = false;
  /** All that the connection wrote. */
  wrote = '';
  hasEnded = false;
  /** Something failed: the connection must be told in the end. */
  hasFailed = false;
  isPaused = false;
  #inCall = false;
  /** How the connection itself ended it. */
  closedBy: 'destroy' | 'reset' | undefined = undefined;
  #within: Call | undefined = undefined;
  #letter = 0;

  constructor() {
    const api = fakeApi();
    this.handle = new FakeHandle(api);
    this.transport = new HandleTransport(this.handle.asHandle, new HandleGroup(api, undefined));
  }

  readonly sink: TransportSink & { onLent(memory: Uint8Array, length: number): void } = {
    onBytes: (bytes) => {
      expect(this.isPaused).toBe(false);
      // Who keeps bytes can look at all of their memory.
      expect(bytes.length).toBe(bytes.buffer.byteLength);
      this.#event(() => {
        const text = latin1(bytes);
        this.kept.push({ bytes, text });
        this.got += text;
      });
    },
    onLent: (memory, length) => {
      expect(this.isPaused).toBe(false);
      this.#event(() => {
        this.got += latin1(memory.subarray(0, length));
      });
    },
    onFin: () => {
      expect([this.isPaused, this.finSent, this.finGot]).toEqual([false, true, false]);
      expect(this.got).toBe(this.sent);
      this.#event(() => {
        this.finGot = true;
      });
    },
    onFlushed: () => this.#event(() => expect(this.transport.unflushedBytes).toBe(0)),
    onReset: () => {
      expect(this.hasFailed).toBe(true);
      this.#event(() => {
        this.resetGot = true;
      });
    },
  };

  async step(step: Step): Promise<void> {
    if ('within' in step) this.#within = step.within;
    else if ('call' in step) this.call(step.call);
    else await this.#happen(step.happens);
  }

  call(call: Call): void {
    const { transport } = this;
    this.#inCall = true;
    if (call === 'pause') {
      this.isPaused = true;
      transport.pause();
    } else if (call === 'resume') {
      this.isPaused = false;
      transport.resume();
    } else if (call === 'write' && !this.hasEnded) {
      this.#write([this.#next(3)], (pieces) => transport.write(pieces[0] as string));
    } else if (call === 'writeAll' && !this.hasEnded) {
      this.#write([this.#next(1), '', this.#next(2)], (pieces) => transport.writeAll(pieces));
    } else if (call === 'end') {
      this.hasEnded = true;
      transport.end();
    } else if (call === 'lend') {
      transport.lendTo(this.sink);
    } else if (call === 'keep') {
      transport.lendTo(undefined);
    } else if (call === 'destroy' || call === 'reset') {
      if (!this.resetGot) this.closedBy ??= call;
      transport[call]();
    }
    this.#inCall = false;
  }

  /** Nobody hinders anybody any more: what is under way comes to its end. */
  async finish(): Promise<void> {
    this.#within = undefined;
    this.call('resume');
    this.handle.isBlocked = false;
    for (let i = 0; i < 100; i++) {
      this.handle.drain();
      this.handle.finishShutdown();
      await tick();
      this.handle.poll();
    }
  }

  async #happen(what: string): Promise<void> {
    const { handle } = this;
    if (what === 'poll') handle.poll();
    else if (what === 'tick') await tick();
    else if (what === 'block') handle.isBlocked = true;
    else if (what === 'drain') {
      handle.isBlocked = false;
      handle.drain();
    } else if (what === 'drainFails') {
      this.hasFailed ||= handle.writeQueueSize > 0;
      handle.drain(EPIPE);
    } else if (what === 'shutdownOver') handle.finishShutdown();
    else if (what === 'notConnected') handle.failures.set('shutdown', ENOTCONN);
    else if (what === 'writeFails') this.#fails('write');
    else if (what === 'readStartFails') this.#fails('readStart');
    else if (what === 'shutdownFails') this.#fails('shutdown');
    else if (!this.finSent) this.#arrive(what);
    // Node runs the ticks of a call before anything else happens.
    if (what !== 'tick') await tick();
  }

  #fails(call: 'write' | 'readStart' | 'shutdown'): void {
    this.hasFailed = true;
    this.handle.failures.set(call, EPIPE);
  }

  #arrive(what: string): void {
    const length = { short: 10, half: 40_000, full: 65_536 }[what];
    if (length !== undefined) {
      const text = this.#next(length);
      this.sent += text;
      this.handle.arrive(Buffer.from(text, 'latin1'));
    } else {
      this.finSent = true;
      this.hasFailed ||= what === 'broken';
      this.handle.arrive(what === 'fin' ? FIN : ECONNRESET);
    }
  }

  #write(pieces: readonly string[], write: (pieces: readonly string[]) => void): void {
    this.wrote += pieces.join('');
    write(pieces);
  }

  #event(check: () => void): void {
    // No event from within a call, and none after the last one.
    expect([this.#inCall, this.closedBy, this.resetGot]).toEqual([false, undefined, false]);
    check();
    const within = this.#within;
    this.#within = undefined;
    if (within !== undefined) this.call(within);
  }

  /** No two pieces in a row look the same. */
  #next(length: number): string {
    this.#letter = (this.#letter + 1) % 26;
    return String.fromCharCode(97 + this.#letter).repeat(length);
  }
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const tick = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

test('bytes arrive in order, once, never behind a pause; every connection ends once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyStep, { maxLength: 60 }),
      fc.array(anyCall, { maxLength: 2 }),
      async (steps, before) => {
        const play = new Play();
        for (const call of before) play.call(call);
        play.transport.attach(play.sink);
        for (const step of steps) await play.step(step);
        await play.finish();
        const { handle } = play;
        expect(play.sent.startsWith(play.got)).toBe(true);
        for (const { bytes, text } of play.kept) expect(latin1(bytes)).toBe(text);
        expect(play.wrote.startsWith(handle.written.join(''))).toBe(true);
        if (play.closedBy !== undefined) {
          expect(handle.ended).toBe(play.closedBy === 'destroy' ? 'close' : 'reset');
        } else if (play.resetGot) {
          expect(handle.ended).toBe('close');
        } else {
          // It lives on: nothing is lost, either way.
          expect(handle.ended).toBe(undefined);
          expect(play.got).toBe(play.sent);
          expect(play.finGot).toBe(play.finSent);
          expect(handle.written.join('')).toBe(play.wrote);
          expect(handle.shutdownCount).toBe(Number(play.hasEnded));
          expect(handle.isReading).toBe(!play.finSent);
          expect([play.transport.unflushedBytes, play.transport.retainedBytes]).toEqual([0, 0]);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
