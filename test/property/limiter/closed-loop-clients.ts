// A whole server in virtual time before clients who each wait for their answer and then ask again (a
// closed loop), and clients who ask whenever they like, whatever became of others (an open loop). What
// the loop does for a request besides its handler costs time, too: a refusal is not free.

import { randomFrom } from '../../../bench/lib/random.mjs';
import { reply, type ServerOptions } from '../../../src/index.js';
import { createSimulatedServer } from '../../../src/testing/index.js';

const request = new TextEncoder().encode('GET / HTTP/1.1\r\nHost: a\r\n\r\n');

export interface ClosedLoop {
  readonly handlerMs: number;
  /** In a closed loop, without a pause after a 200. */
  readonly clients: number;
  /** After a 503 they ask again so many milliseconds later, or when they were told. */
  readonly returns?: number | 'Retry-After';
  /** In an open loop besides: of the capacity, over as many connections in turn, or a pool of them. */
  readonly openLoad?: number;
  readonly openConnections?: number | 'pool';
  /** The first handlers take longer; or the process stands still for 300 ms, half a second after the start. */
  readonly trigger: 'cold' | 'stall';
  readonly seconds: number;
  readonly options?: Omit<ServerOptions, 'fetch'>;
  readonly readMs?: number;
  readonly writeMs?: number;
}

export interface Outcome {
  /** Of the capacity, in 200s. */
  readonly goodput: number;
  /** Of the answers. */
  readonly refused: number;
  /** In an open loop, from the moment on at which it was to be asked. */
  readonly servedP99Ms: number;
  readonly refusedP99Ms: number;
}

interface Answer {
  readonly at: number;
  readonly ok: boolean;
  /** NaN in a closed loop. */
  readonly ms: number;
}

/** What was answered from `fromSecond` on. */
export function play(crowd: ClosedLoop, fromSecond: number): Outcome {
  const { handlerMs, clients, returns = 0, trigger, seconds } = crowd;
  const { readMs = 0.006, writeMs = 0.008, openLoad = 0, openConnections = 200 } = crowd;
  const random = randomFrom(4);
  let handled = 0;
  const { network, clock } = createSimulatedServer(
    {
      ...crowd.options,
      fetch: () => {
        const coldMs = trigger === 'cold' ? 5 * Math.exp(-handled++ / 30) : 0;
        clock.spend(handlerMs + coldMs);
        return reply('It is done.\n');
      },
    },
    {
      link: { latencyMs: 0.03 },
      trace: ({ end, event }) => {
        if (end !== 'server') return;
        if (event === 'bytes') clock.spend(readMs);
        if (event === 'write') clock.spend(writeMs);
      },
    },
  );
  const answers: Answer[] = [];

  /** Gives the way to ask on a connection of its own; `done` is called with each answer. */
  const connect = (done: (ok: boolean, head: Uint8Array) => void): ((at: number) => void) => {
    let askedAt: number[] = [];
    const client = network.connect(() => ({
      onBytes(bytes: Uint8Array, now: number) {
        // HTTP/1.1 2… or 5…
        const ok = bytes[9] === 0x32;
        const [at = Number.NaN, ...others] = askedAt;
        askedAt = others;
        answers.push({ at: now, ok, ms: now - at });
        done(ok, bytes);
      },
      onFin() {},
      onFlushed() {},
      onReset() {},
    }));
    return (at) => {
      askedAt.push(at);
      client.write(request);
    };
  };

  for (let i = 0; i < clients; i++) {
    const ask = connect((ok, head) => {
      if (ok) ask(Number.NaN);
      else clock.after(returns === 'Retry-After' ? toldMs(head) : returns, () => ask(Number.NaN));
    });
    clock.after(0.5, () => ask(Number.NaN));
  }

  if (openLoad > 0) {
    // The connection that was free last is taken first.
    const free: ((at: number) => void)[] = [];
    const open = (): ((at: number) => void) => {
      const ask = connect(() => {
        if (openConnections === 'pool') free.push(ask);
      });
      return ask;
    };
    const established = Array.from(
      { length: openConnections === 'pool' ? 0 : openConnections },
      open,
    );
    let asked = 0;
    const meanMs = (handlerMs + readMs + writeMs) / openLoad;
    const pauseMs = (): number => -meanMs * Math.log(1 - random());
    for (let at = 1; at < seconds * 1000; at += pauseMs()) {
      const due = at;
      clock.at(due, () => {
        const ask = established[asked++ % established.length] ?? free.pop() ?? open();
        ask(due);
      });
    }
  }

  if (trigger === 'stall') clock.at(500, () => clock.spend(300));
  clock.run({ until: seconds * 1000, eventsMax: 50_000_000 });

  const late = answers.filter(({ at }) => at >= fromSecond * 1000);
  const served = late.filter(({ ok }) => ok);
  const capacity = ((seconds - fromSecond) * 1000) / (handlerMs + readMs + writeMs);
  return {
    goodput: served.length / capacity,
    refused: 1 - served.length / late.length,
    servedP99Ms: p99(served),
    refusedP99Ms: p99(late.filter(({ ok }) => !ok)),
  };
}

function toldMs(head: Uint8Array): number {
  const text = new TextDecoder('latin1').decode(head);
  return 1000 * Number(/^Retry-After: (\d+)\r$/im.exec(text)?.[1]);
}

function p99(answers: readonly Answer[]): number {
  const ms = answers.flatMap((answer) => (Number.isNaN(answer.ms) ? [] : [answer.ms]));
  ms.sort((a, b) => a - b);
  return ms[Math.floor(ms.length * 0.99)] ?? Number.NaN;
}
