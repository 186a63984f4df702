// Where a run is held against the laws: shows it to the watcher at every event.

import type { AdmissionHead } from '../../../src/conn/handler/admission.js';
import { Limiter } from '../../../src/limiter/limiter.js';
import { type LimiterSettings, parseLimiterOptions } from '../../../src/limiter/options.js';
import type { LimiterStats } from '../../../src/limiter/stats.js';
import { priorityClass } from '../../../src/limiter/ticket.js';
import type { ServerStats } from '../../../src/server.js';
import { valuesOf } from '../../support/response-head-parser.js';
import type { SimulatedRun } from '../simulated-run.js';
import type { Heard, LawSubject } from './law.js';
import { LawWatcher } from './law-watcher.js';
import { LimiterTap, type Overheard } from './limiter-tap.js';

/** What is told of a limiter that was not heard of yet: nothing was offered. */
const UNTOUCHED: LimiterStats = new Limiter(parseLimiterOptions({}), {
  armTurn: () => undefined,
  clock: () => 0,
  random: () => 0,
}).stats();

export class RunWatcher implements LawSubject {
  readonly settings: LimiterSettings;
  readonly #simulated: SimulatedRun;
  readonly #tap: LimiterTap;
  readonly #watcher: LawWatcher;
  readonly #byRequest: Map<number, Overheard> = new Map();
  #limiter: LimiterStats | undefined = undefined;
  #server: ServerStats | undefined = undefined;

  constructor(simulated: SimulatedRun, fail: (what: string) => void) {
    const { concurrency, queue } = simulated.scenario.options;
    this.settings = parseLimiterOptions({
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(queue === undefined ? {} : { queue }),
    });
    this.#simulated = simulated;
    this.#watcher = new LawWatcher(this, fail);
    this.#tap = new LimiterTap(() => this.now, {
      admitted: (heard) => {
        this.#byRequest.set(heard.ticket.requestId, heard);
        this.#look().admitted(heard);
      },
      ended: (heard, reason) => this.#look().ended(heard, reason),
      returned: (heard, outcome, counted) => this.#look().returned(heard, outcome, counted),
    });
  }

  open(): void {
    this.#tap.install();
  }

  close(): void {
    this.#tap.remove();
  }

  setLimit(limit: number): void {
    this.#simulated.log.note(`limit ${limit}`);
    this.#tap.limiter?.setLimit(limit);
  }

  /** The application's handler was called. */
  started(requestId: number): void {
    const heard = this.#byRequest.get(requestId);
    if (heard === undefined) this.#simulated.fail(`request ${requestId} was started, not admitted`);
    else this.#look().started(heard);
  }

  atRest(): void {
    this.#look().atRest();
  }

  atEnd(): void {
    this.#look().atEnd();
  }

  // What the laws see.

  get heard(): readonly Overheard[] {
    return this.#tap.heard;
  }

  get undecided(): ReadonlySet<Overheard> {
    return this.#tap.undecided;
  }

  get holding(): ReadonlySet<Overheard> {
    return this.#tap.holding;
  }

  get now(): number {
    return this.#simulated.network.clock.now;
  }

  get spentMs(): number {
    return this.#simulated.spentMs;
  }

  get turnsArmed(): number {
    return this.#simulated.environment.turnsArmed;
  }

  get timersArmed(): number {
    return this.#simulated.environment.timersArmed;
  }

  get isDraining(): boolean {
    return this.#simulated.drained !== 'no';
  }

  get limiter(): LimiterStats {
    this.#limiter ??= this.#tap.limiter?.stats() ?? UNTOUCHED;
    return this.#limiter;
  }

  get server(): ServerStats {
    this.#server ??= this.#simulated.server.stats();
    return this.#server;
  }

  get clients(): readonly Heard[] {
    return this.#simulated.clients.map(({ number, script, stream }) => ({
      number,
      sent: script.messages.map(({ id }) => id),
      got: stream.responses.map(({ head }) => valuesOf(head, 'x-id')[0]),
    }));
  }

  isRunning({ ticket }: Overheard): boolean {
    const run = this.#simulated.runOf(ticket.requestId);
    // A tunnel gives the slot back, and its handler goes on.
    return run?.running === true && run.tunnel === undefined;
  }

  classOf(heard: Overheard): number {
    if (this.#isHealth(heard)) return priorityClass.probe;
    const { priority } = this.#simulated.scenario.options;
    const head = headOf(heard.ticket);
    if (this.#simulated.seams.fails('priority', head)) return priorityClass.default;
    return priorityClass[priority?.(head) ?? 'default'];
  }

  bucketOf(heard: Overheard): number {
    const { clientKey } = this.#simulated.scenario.options;
    if (clientKey === undefined || this.#isHealth(heard)) return 0;
    const head = headOf(heard.ticket);
    if (this.#simulated.seams.fails('clientKey', head)) return 0;
    return this.#tap.limiter?.bucketOf(clientKey(head)) ?? 0;
  }

  deadlineMsOf(heard: Overheard): number {
    const { deadline } = this.#simulated.scenario.options;
    if (deadline === undefined || this.#isHealth(heard)) return Infinity;
    const head = headOf(heard.ticket);
    if (this.#simulated.seams.fails('deadline', head)) return Infinity;
    return deadline(head) ?? Infinity;
  }

  /** sluice answers it by itself, and asks the application nothing. */
  #isHealth({ ticket }: Overheard): boolean {
    const { health } = this.#simulated.scenario.options;
    return typeof health === 'object' && Object.values(health).includes(ticket.requestHead.target);
  }

  /** The watcher, with what it sees as it stands now. */
  #look(): LawWatcher {
    this.#limiter = undefined;
    this.#server = undefined;
    return this.#watcher;
  }
}

/** What the application was asked about. */
function headOf({ requestHead, connection }: Overheard['ticket']): AdmissionHead {
  const { method, target } = requestHead;
  return {
    method,
    target,
    headers: requestHead,
    remoteAddress: connection.transport.remote.address,
    clientAddress: connection.peer.originOf(requestHead).clientAddress,
  };
}
