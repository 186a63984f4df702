// The seams of a run as its faults have them: an observer, callbacks and transports that do what they
// are for and throw now and then, and an account of what they threw. All of it has to reach `onError`.

import type { AdmissionHead } from '../../src/conn/handler/admission.js';
import type { Transport, TransportAddress } from '../../src/conn/transport.js';
import type { Observer } from '../../src/index.js';
import type { TransportCall } from '../support/failing-transport.js';
import { Planned } from './reply-source.js';
import {
  type Callback,
  type Failing,
  type FailingTransportCall,
  OBSERVER_METHODS,
  type SeamFaults,
} from './seam-faults.js';
import type { Scenario } from './simulated-run.js';

/** Thrown at a seam, on purpose. */
export class SeamFailure extends Planned {}

type Admissions = Pick<Scenario['options'], 'priority' | 'clientKey' | 'deadline'>;

const NO_FAULTS: SeamFaults = { observer: {}, callbacks: {}, transports: new Map() };

export class FailingSeams {
  readonly #faults: SeamFaults;
  readonly #sleep: (ms: number) => Promise<void>;
  /** What was thrown and `onError` has not been told. */
  readonly #untold: Set<unknown> = new Set();
  /** Values of admission that were promises, of which `onError` has not been told. */
  #wrongUntold = 0;
  /** How often something was thrown. */
  failureCount = 0;
  readonly #calls: Map<string, number> = new Map();

  constructor(faults: SeamFaults | undefined, sleep: (ms: number) => Promise<void>) {
    this.#faults = faults ?? NO_FAULTS;
    this.#sleep = sleep;
  }

  /** `onError` is told. True if it is of a seam's. */
  told(error: unknown): boolean {
    if (error instanceof SeamFailure) {
      if (!this.#untold.delete(error)) throw new Error(`told twice, or never thrown: ${error}`);
      return true;
    }
    if (
      !(error instanceof TypeError) ||
      !/^(priority|clientKey|deadline)\(head\)/.test(error.message)
    )
      return false;
    this.#wrongUntold--;
    return true;
  }

  /** What is wrong at the end of a run. */
  *complaints(): Generator<string> {
    for (const error of this.#untold) yield `onError was never told: ${error}`;
    if (this.#wrongUntold !== 0) yield `of ${this.#wrongUntold} wrong values onError was not told`;
  }

  /** The same observer, whose methods throw when they have looked. */
  observer(observer: Observer): Observer {
    const failing: Record<string, unknown> = {};
    for (const method of OBSERVER_METHODS) {
      const fault = this.#faults.observer[method];
      const watch = observer[method] as (...values: unknown[]) => unknown;
      failing[method] = (...values: unknown[]) => {
        watch.apply(observer, values);
        if (fault !== undefined && this.#isDue(method, fault))
          return this.#fail(`observer.${method}()`, fault);
        return undefined;
      };
    }
    return failing as Observer;
  }

  /**
   * A callback's value, or what comes in its place.
   *
   * @param mayWait it may fail later
   */
  callback(name: Callback, value: unknown, mayWait = true): unknown {
    const fault = this.#faults.callbacks[name];
    if (fault === undefined || !this.#isDue(name, fault)) return value;
    const { way, nth } = fault;
    const given: Failing = { way: way === 'rejectsLater' && !mayWait ? 'rejects' : way, nth };
    return this.#fail(name, given, name !== 'onError');
  }

  /** What the server is given. Which heads fail depends on the head alone, so that laws can know it. */
  admission({ priority, clientKey, deadline }: Admissions): Admissions {
    return {
      ...(priority === undefined ? {} : { priority: this.#asked('priority', priority) }),
      ...(clientKey === undefined ? {} : { clientKey: this.#asked('clientKey', clientKey) }),
      ...(deadline === undefined ? {} : { deadline: this.#asked('deadline', deadline) }),
    };
  }

  /** Whether a callback of admission fails for a head. */
  fails(name: 'priority' | 'clientKey' | 'deadline', { headers }: AdmissionHead): boolean {
    const fault = this.#faults.callbacks[name];
    if (fault === undefined) return false;
    let sum = 0;
    for (const c of headers.get('x-id') ?? '') sum += c.charCodeAt(0);
    return sum % fault.nth === 0;
  }

  #asked<Value>(
    name: 'priority' | 'clientKey' | 'deadline',
    ask: (head: AdmissionHead) => Value,
  ): (head: AdmissionHead) => Value {
    return (head) => {
      if (!this.fails(name, head)) return ask(head);
      const fault = this.#faults.callbacks[name] as Failing;
      if (fault.way !== 'throws') this.#wrongUntold++;
      return this.#fail(name, fault) as Value;
    };
  }

  /** The server's end of a client's connection. */
  transport(number: number, inner: Transport): Transport {
    const fault = this.#faults.transports.get(number);
    return fault === undefined ? inner : new FailingEnd(inner, fault, (what) => this.#failed(what));
  }

  /** The transport of this client's connection may throw. */
  mayBreak(number: number): boolean {
    return this.#faults.transports.has(number);
  }

  #isDue(name: string, { nth }: Failing): boolean {
    const calls = (this.#calls.get(name) ?? 0) + 1;
    this.#calls.set(name, calls);
    return calls % nth === 0;
  }

  #failed(what: string): SeamFailure {
    const error = new SeamFailure(`${what} fails`);
    this.failureCount++;
    this.#untold.add(error);
    return error;
  }

  #fail(what: string, { way }: Failing, isTold = true): unknown {
    const error = this.#failed(what);
    if (!isTold) this.#untold.delete(error);
    switch (way) {
      case 'throws':
        throw error;
      case 'rejects':
        return Promise.reject(error);
      case 'rejectsLater':
        return this.#sleep(5).then(() => {
          throw error;
        });
      case 'thenable':
        return {
          // biome-ignore lint/suspicious/noThenProperty: a thenable is what is wanted.
          then(): never {
            throw error;
          },
        };
      default:
        return way satisfies never;
    }
  }
}

class FailingEnd implements Transport {
  readonly #inner: Transport;
  readonly #fault: FailingTransportCall;
  readonly #failed: (what: string) => SeamFailure;
  #calls = 0;

  constructor(
    inner: Transport,
    fault: FailingTransportCall,
    failed: (what: string) => SeamFailure,
  ) {
    this.#inner = inner;
    this.#fault = fault;
    this.#failed = failed;
  }

  get remote(): TransportAddress {
    return this.#inner.remote;
  }

  get local(): TransportAddress {
    return this.#inner.local;
  }

  get encrypted(): boolean {
    return this.#inner.encrypted;
  }

  get unflushedBytes(): number {
    return this.#inner.unflushedBytes;
  }

  get retainedBytes(): number {
    return this.#inner.retainedBytes;
  }

  get unreadBytes(): number {
    return this.#inner.unreadBytes;
  }

  write(bytes: Uint8Array | string): void {
    this.#call('write', () => this.#inner.write(bytes));
  }

  writeAll(pieces: readonly (Uint8Array | string)[]): void {
    this.#call('writeAll', () => this.#inner.writeAll(pieces));
  }

  end(): void {
    this.#call('end', () => this.#inner.end());
  }

  destroy(): void {
    this.#call('destroy', () => this.#inner.destroy());
  }

  reset(): void {
    this.#call('reset', () => this.#inner.reset());
  }

  pause(): void {
    this.#call('pause', () => this.#inner.pause());
  }

  resume(): void {
    this.#call('resume', () => this.#inner.resume());
  }

  lendTo(borrower: Parameters<Transport['lendTo']>[0]): void {
    this.#call('lendTo', () => this.#inner.lendTo(borrower));
  }

  #call(call: TransportCall, act: () => void): void {
    const { callsBefore, afterwards, always } = this.#fault;
    const isCounted = call === this.#fault.call;
    const before = isCounted ? this.#calls++ : -1;
    const fails = isCounted && (always ? before >= callsBefore : before === callsBefore);
    if (!fails || afterwards) act();
    if (fails) throw this.#failed(`transport.${call}()`);
  }
}
