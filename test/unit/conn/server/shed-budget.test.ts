import { describe, expect, test } from 'vitest';
import { SHED_SHARE, SHED_WINDOW_MS, ShedBudget } from '../../../../src/conn/server/shed-budget.js';
import type { TransportSink } from '../../../../src/conn/transport.js';
import { createServerIn } from '../../../../src/server.js';
import { VirtualClock } from '../../../../src/testing/network/virtual-clock.js';
import { VirtualEnvironment } from '../../../../src/testing/network/virtual-environment.js';
import { RecordingTransport } from '../../../support/recording-transport.js';

function refuse(budget: ShedBudget, at: number, ms: number): boolean {
  budget.begin(at);
  return budget.end(at + ms);
}

describe('the budget for refusals', () => {
  const share = SHED_SHARE * SHED_WINDOW_MS;

  test('is spent once they took their share of a window', () => {
    const budget = new ShedBudget();
    expect(refuse(budget, 0, share)).toBe(false);
    expect(refuse(budget, share, 0.1)).toBe(true);
  });

  test('is whole again in the next window', () => {
    const budget = new ShedBudget();
    refuse(budget, 0, share);
    // The first window ends so long after the end of the refusal that it began with.
    expect(refuse(budget, share + SHED_WINDOW_MS, 0.5)).toBe(false);
    expect(refuse(budget, share + SHED_WINDOW_MS + 1, share)).toBe(true);
  });

  test('is whole again for a refusal that ends with the window', () => {
    const budget = new ShedBudget();
    refuse(budget, 0, share);
    expect(refuse(budget, SHED_WINDOW_MS, share)).toBe(false);
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
    const connect = (): { line: RecordingTransport; ask: (target?: string) => string } => {
      const line = new RecordingTransport();
      const sink: TransportSink = server.accept(line, environment.now());
      const ask = (target = '/'): string => {
        const before = line.written.length;
        const text = `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;
        sink.onBytes(Buffer.from(text), environment.now());
        return line.written.slice(before).join('').slice(0, 12);
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
    expect(line.isPaused).toBe(false);
  });

  test('is read from later once refusing has taken its share of the time', () => {
    const { clock, environment, connect } = full();
    const [one, another] = [connect(), connect()];
    environment.lookMs = 6;
    one.ask();
    expect(one.line.isPaused).toBe(false);
    another.ask();
    expect(another.line.isPaused).toBe(true);
    environment.lookMs = 0;
    clock.run({ until: clock.now + 200 });
    expect(another.line.isPaused).toBe(false);
    expect(another.ask()).toBe('HTTP/1.1 503');
  });

  test('does not wait if the request was critical', () => {
    const { environment, connect } = full();
    environment.lookMs = 20;
    const { line, ask } = connect();
    expect(ask('/critical')).toBe('HTTP/1.1 503');
    expect(line.isPaused).toBe(false);
    expect(ask()).toBe('HTTP/1.1 503');
    expect(line.isPaused).toBe(true);
  });
});
