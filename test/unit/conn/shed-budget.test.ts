import { describe, expect, test } from 'vitest';
import { restsMs, ShedBudget, shedShare, shedWindowMs } from '../../../src/conn/shed-budget.js';
import type { Transport, TransportSink } from '../../../src/conn/transport.js';
import { createServerIn } from '../../../src/server.js';
import { VirtualClock } from '../../../src/testing/network/virtual-clock.js';
import { VirtualEnvironment } from '../../../src/testing/network/virtual-environment.js';

/**
 * Refuses one after the other for `ms`; each refusal takes `tookMs`, and the next comes `pauseMs` later.
 * Gives each rest that was told, once, and when, in milliseconds from the beginning.
 */
function refuseFor(
  budget: ShedBudget,
  from: number,
  ms: number,
  tookMs: number,
  pauseMs: (restMs: number) => number,
): { at: number; restMs: number }[] {
  const told: { at: number; restMs: number }[] = [];
  let restMs = 0;
  for (let now = from; now < from + ms; now += pauseMs(restMs)) {
    budget.begin(now);
    now += tookMs;
    restMs = budget.end(now);
    if (restMs !== told.at(-1)?.restMs) told.push({ at: Math.round(now - from), restMs });
  }
  return told;
}

describe('the budget for refusals', () => {
  const rests = (told: { restMs: number }[]) => told.map(({ restMs }) => restMs);
  const tookMs = 0.5;
  /** Between two refusals, so that they take this share. */
  const pauseFor = (share: number) => tookMs / share - tookMs;
  // A hundred clients who return when they are let: each rest comes a hundred times as often as one client's.
  const waiting = (share: number) => (restMs: number) => Math.max(pauseFor(share), restMs / 100);

  test('asks for no rest while they take less than their share', () => {
    const told = refuseFor(new ShedBudget(), 0, 5000, tookMs, () => pauseFor(shedShare * 0.9));
    expect(rests(told)).toEqual([0]);
  });

  test('asks for one when they took more in two windows', () => {
    const told = refuseFor(new ShedBudget(), 0, 3 * shedWindowMs, tookMs, waiting(shedShare * 2));
    expect(rests(told)).toEqual([0, restsMs[1]]);
    expect(told[1]?.at).toBeGreaterThanOrEqual(2 * shedWindowMs);
  });

  test('lengthens it for as long as that helps and they take too much', () => {
    const told = refuseFor(new ShedBudget(), 0, 6000, tookMs, waiting(0.9));
    expect(rests(told)).toEqual(restsMs);
    const few = refuseFor(new ShedBudget(), 0, 6000, 0.01, (restMs) =>
      Math.max(0.05, restMs / 500),
    );
    expect(rests(few)).toEqual([0, restsMs[1]]);
  });

  test('takes it back where as many come as before, and tries again later and later', () => {
    const told = refuseFor(new ShedBudget(), 0, 20_000, tookMs, () => pauseFor(shedShare * 2));
    expect(rests(told)).toEqual([0, 150, 0, 150, 0, 150, 0, 150, 0]);
    const began = told.filter(({ restMs }) => restMs > 0).map(({ at }) => at / 1000);
    expect(began.map((at, i) => Math.floor(at - (began[i - 1] ?? 0)))).toEqual([0, 2, 4, 8]);
  });

  test('sees from time to time whether it is still of use', () => {
    const told = refuseFor(new ShedBudget(), 0, 20_000, tookMs, waiting(0.9));
    expect(rests(told)).toEqual([...restsMs, 300, 600]);
    expect(told[4]!.at - told[3]!.at).toBeGreaterThan(10_000);
  });

  test('forgets all after a second without a refusal', () => {
    const budget = new ShedBudget();
    refuseFor(budget, 0, 5000, tookMs, waiting(0.9));
    expect(rests(refuseFor(budget, 9000, 100, tookMs, waiting(0.9)))).toEqual([0]);
  });

  test('rests for less than a client is told to stay away', () => {
    expect(Math.max(...restsMs)).toBeLessThan(1000);
  });

  test('is open while a refusal is under way', () => {
    const budget = new ShedBudget();
    expect(budget.open).toBe(false);
    budget.begin(1);
    expect(budget.open).toBe(true);
    budget.end(2);
    expect(budget.open).toBe(false);
  });
});

/** Each look at the clock takes time, as refusing does on a real machine. */
class SlowEnvironment extends VirtualEnvironment {
  lookMs = 0;
  #passedMs = 0;

  override now(): number {
    this.#passedMs += this.lookMs;
    return super.now() + this.#passedMs;
  }
}

class Line implements Transport {
  readonly remote = { address: '127.0.0.1', port: 1 };
  readonly local = { address: '127.0.0.1', port: 2 };
  readonly encrypted = false;
  readonly unflushedBytes = 0;
  readonly unreadBytes = 0;
  readonly retainedBytes = 0;
  paused = false;
  sent = '';
  write(bytes: Uint8Array | string): void {
    this.sent += typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1');
  }
  writeAll(): void {}
  end(): void {}
  destroy(): void {}
  reset(): void {}
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
  lendTo(): void {}
}

describe('a client that is refused', () => {
  /** A server whose one slot is taken; `ask` sends a request and gives what was answered. */
  function full() {
    const clock = new VirtualClock();
    const environment = new SlowEnvironment(clock);
    const server = createServerIn(environment, {
      concurrency: 1,
      queue: { entriesMax: 1, law: 'timed', waitMs: 60_000 },
      priority: ({ target }) => (target === '/critical' ? 'critical' : 'default'),
      fetch: () => new Promise<never>(() => undefined),
    });
    const connect = (): { line: Line; ask: (target?: string) => string } => {
      const line = new Line();
      const sink: TransportSink = server.accept(line, environment.now());
      const ask = (target = '/'): string => {
        line.sent = '';
        const text = `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;
        sink.onBytes(Buffer.from(text), environment.now());
        return line.sent.slice(0, 12);
      };
      return { line, ask };
    };
    for (const _ of ['runs', 'waits']) expect(connect().ask('/critical')).toBe('');
    return { clock, environment, connect };
  }

  test('is read from at once while refusing is cheap', () => {
    const { connect } = full();
    const { line, ask } = connect();
    for (let i = 0; i < 100; i++) expect(ask()).toBe('HTTP/1.1 503');
    expect(line.paused).toBe(false);
  });

  /** Others are refused, and each takes a third of the time until the next, until a rest is asked for. */
  function refuseMany(
    { clock, environment, connect }: ReturnType<typeof full>,
    until: () => boolean,
  ): void {
    for (let i = 0; i < 1000 && !until(); i++) {
      // Refusing looks at the clock twice or more.
      environment.lookMs = 0.5;
      connect().ask();
      environment.lookMs = 0;
      clock.run({ until: clock.now + 1 });
    }
  }

  test('is read from later once refusing takes more than its share of the time', () => {
    const server = full();
    const { clock, environment, connect } = server;
    const { line, ask } = connect();
    refuseMany(server, () => {
      environment.lookMs = 0;
      ask();
      return line.paused;
    });
    expect(line.paused).toBe(true);
    const restedAt = environment.now() + restsMs[1]!;
    clock.run({ until: restedAt - 10 });
    expect(line.paused).toBe(true);
    clock.run({ until: restedAt + 10 });
    expect(line.paused).toBe(false);
    expect(ask()).toBe('HTTP/1.1 503');
  });

  test('does not wait if the request was critical', () => {
    const server = full();
    const other = server.connect();
    refuseMany(server, () => {
      other.ask();
      return other.line.paused;
    });
    const { line, ask } = server.connect();
    expect(ask('/critical')).toBe('HTTP/1.1 503');
    expect(line.paused).toBe(false);
    expect(ask()).toBe('HTTP/1.1 503');
    expect(line.paused).toBe(true);
  });
});
