// An observer that joins a run and leaves it again, held against one that was there from the start.

import { EVENTS } from '../../src/fsm/machine/events.js';
import type { Observer } from '../../src/index.js';
import type { Server } from '../../src/server.js';
import { observe } from '../../src/watching.js';
import { OBSERVER_METHODS } from './seam-faults.js';

type Told = readonly [method: string, record: Record<string, unknown>];

/** The seed decides, and draws nothing for it. */
export function lateTimesOf(seed: number): { readonly joinMs: number; readonly leaveMs: number } {
  const n = Math.abs(Math.trunc(seed));
  const joinMs = (n * 37) % 300;
  return { joinMs, leaveMs: joinMs + 1 + ((n * 101) % 2000) };
}

export class LateJudge {
  /** For the option `observer`: what it hears from the join on must be what the late one hears. */
  readonly early: Observer = listening((told) => this.#early(told));
  readonly #late: Observer = listening((told) => this.#hear(told));
  readonly #fail: (what: string) => void;
  #isHere = false;
  #leave: () => void = () => undefined;
  readonly #heard: Told[] = [];
  readonly #expected: Told[] = [];
  /** Connections that are open, by the early one. */
  readonly #open: Set<unknown> = new Set();
  /** Connections with a request whose head was complete after the join. */
  readonly #fresh: Set<unknown> = new Set();
  readonly #started: Set<unknown> = new Set();

  constructor(fail: (what: string) => void) {
    this.#fail = (what) => fail(`a late observer: ${what}`);
  }

  join(server: Server): void {
    const before = [...this.#open];
    this.#isHere = true;
    this.#leave = observe(server, this.#late);
    const replayed = this.#heard.splice(0);
    const ids = replayed.map(([method, { connectionId }]) =>
      method === 'connectionOpened' ? connectionId : method,
    );
    if (ids.join() !== before.join()) this.#fail(`told of ${ids} at first, and ${before} are open`);
  }

  leave(): void {
    this.#leave();
    this.#isHere = false;
    this.check();
  }

  /** What both have heard by now is the same, but for requests that had begun before. */
  check(): void {
    const isOfRequest = ([method]: Told): boolean => method.startsWith('request');
    const words = (all: readonly Told[]): string[] =>
      all.filter((told) => !isOfRequest(told)).map(([method, record]) => method + key(record));
    const [heard, expected] = [words(this.#heard), words(this.#expected)];
    const at = expected.findIndex((word, i) => word !== heard[i]);
    if (at >= 0 || heard.length !== expected.length)
      this.#fail(`heard ${heard[at]} where another heard ${expected[at]}`);
    const all = new Set(this.#heard.filter(isOfRequest).map(([method, r]) => method + key(r)));
    for (const [method, record] of this.#expected.filter(isOfRequest)) {
      if (record.isFresh === true && !all.has(method + key(record)))
        this.#fail(`never heard ${method} of request ${record.requestId}`);
    }
  }

  #early([method, record]: Told): void {
    const { connectionId, event } = record;
    if (method === 'connectionOpened') this.#open.add(connectionId);
    if (method === 'connectionClosed') this.#open.delete(connectionId);
    if (!this.#isHere) return;
    if (method === 'transition' && EVENTS[event as number]?.startsWith('request') === true)
      this.#fresh.add(connectionId);
    const isFresh = method === 'requestStarted' && this.#fresh.has(connectionId);
    this.#expected.push([method, { ...record, isFresh }]);
  }

  #hear(told: Told): void {
    const [method, { requestId }] = told;
    if (!this.#isHere) this.#fail(`hears ${method} after it has left`);
    this.#heard.push(told);
    if (method === 'requestStarted') this.#started.add(requestId);
    if (method === 'requestCompleted' && !this.#started.delete(requestId))
      this.#fail(`request ${requestId} completed, and never started`);
    if (method === 'requestRefused' && this.#started.has(requestId))
      this.#fail(`request ${requestId} was refused, and started before`);
  }
}

function key({ connectionId, requestId, event, from, to, code }: Told[1]): string {
  return ` ${[connectionId, requestId, event, from, to, code]}`;
}

function listening(hear: (told: Told) => void): Observer {
  return Object.fromEntries(
    OBSERVER_METHODS.map((method) => [
      method,
      (record: Record<string, unknown>) => hear([method, record]),
    ]),
  );
}
