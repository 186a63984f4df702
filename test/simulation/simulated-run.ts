// A whole run from one seed: a server, its application, a network and clients,
// all in virtual time.

import type { Connection } from '../../src/conn/connection.js';
import { SluiceBug } from '../../src/fsm/bug.js';
import { ReplyError } from '../../src/http/reply/reply-error.js';
import type { Answer, RequestContext, ServerOptions } from '../../src/index.js';
import { BodyError, reply } from '../../src/index.js';
import { createServerIn, type Server } from '../../src/server.js';
import { type LinkOptions, SimulatedNetwork } from '../../src/testing/index.js';
import { checkClient } from './check-client.js';
import { LateJudge, lateTimesOf } from './check-late-observer.js';
import { TimingJudge, type TimingWorld } from './check-timing.js';
import { TraceJudge, traceOf } from './check-traces.js';
import { Client } from './client.js';
import type { Script } from './client-script.js';
import { planClose } from './close-plan.js';
import { CountingEnvironment } from './counting-environment.js';
import { FailingSeams, SeamFailure } from './failing-seams.js';
import { HandlerRun } from './handler.js';
import { heldBytesBound } from './held-bound.js';
import { RunWatcher } from './laws/watch-run.js';
import type { Message } from './planned-request.js';
import { Planned } from './reply-source.js';
import type { SeamFaults } from './seam-faults.js';
import { ServerLog } from './server-log.js';

/** A connection that is to be made. */
export interface Visit {
  readonly script: Script;
  readonly link: LinkOptions;
}

/** All that a run is made of: drawn from its seed, or written by hand. */
export interface Scenario {
  readonly seed: number;
  readonly options: Omit<ServerOptions, 'fetch' | 'onError' | 'onFault' | 'observer'>;
  readonly visits: readonly Visit[];
  /** When the server is closed; undefined: its clients leave by themselves. */
  readonly drain:
    | {
        readonly atMs: number;
        readonly graceMs: number;
        readonly delayMs: number;
        /** It is closed again, so long after the first time. */
        readonly again?: { readonly afterMs: number; readonly graceMs: number } | undefined;
      }
    | undefined;
  /** The loop stands still, whoever is there. */
  readonly stops?: readonly { readonly atMs: number; readonly ms: number }[];
  /** What throws at the seams. */
  readonly seams?: SeamFaults;
  /** When the limit is set to what, beside what an algorithm makes of it. */
  readonly limitChanges?: readonly { readonly atMs: number; readonly limit: number }[];
}

/** A bound that no run needs: beyond it something goes round in circles. */
const EVENTS_MAX = 400_000;
/** Wake-ups at one moment. */
const EVENTS_AT_ONCE_MAX = 150_000;

export class SimulatedRun {
  readonly scenario: Scenario;
  readonly network: SimulatedNetwork;
  readonly server: Server;
  readonly log: ServerLog;
  readonly traces: TraceJudge;
  readonly late: LateJudge;
  readonly clients: Client[] = [];
  readonly failures: string[] = [];
  readonly environment: CountingEnvironment;
  readonly watcher: RunWatcher;
  readonly seams: FailingSeams;
  readonly runs: Map<string, HandlerRun> = new Map();
  /** Set when the server is told to close, and when that is done. */
  drained: 'no' | 'begun' | 'done' = 'no';
  eventCount = 0;
  readonly #messages: Map<string, Message> = new Map();
  readonly #runsByRequest: Map<number, HandlerRun> = new Map();
  /** All that were accepted. */
  readonly #connections: Connection[] = [];
  #bytesMax = 0;
  #spentMs = 0;
  #momentMs = -1;
  #momentEvents = 0;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.network = new SimulatedNetwork({
      seed: scenario.seed,
      trace: (entry) => this.log.trace(entry),
    });
    const { clock } = this.network;
    this.seams = new FailingSeams(
      scenario.seams,
      (ms) =>
        new Promise((resolve) => {
          clock.after(ms, resolve);
        }),
    );
    const trace = traceOf(scenario.seed);
    this.traces = new TraceJudge(
      trace,
      () => clock.now,
      () => this.#spentMs,
      (what) => this.fail(what),
    );
    this.late = new LateJudge((what) => this.fail(what));
    this.log = new ServerLog(
      () => clock.now,
      (what) => this.fail(what),
      (requestId) => {
        const run = this.#runsByRequest.get(requestId);
        if (run !== undefined) run.completed = true;
      },
      new TimingJudge(this.#timingWorld()),
      this.traces,
    );
    this.environment = new CountingEnvironment(this.network.environment());
    this.server = createServerIn(this.environment, {
      ...scenario.options,
      ...this.seams.admission(scenario.options),
      fetch: (request, context) => this.#fetch(request, context),
      onError: (error, request, context) => this.#answerError(error, request, context),
      onFault: (fault) => this.seams.callback('onFault', this.log.fault(fault)),
      observer: [this.seams.observer(this.log), this.late.early],
      ...(trace && { trace }),
    });
    this.watcher = new RunWatcher(this, (what) => this.fail(what));
    this.network.listen(
      (transport, now) => {
        const number = transport.remote.port - 1024;
        this.log.arriving(number);
        const end = this.seams.transport(number, transport);
        const connection = this.server.accept(end, now) as Connection;
        this.#connections.push(connection);
        return connection;
      },
      () => !this.server.isShut,
    );
    for (const { script } of scenario.visits)
      for (const message of script.messages) this.#messages.set(message.id, message);
    this.#bytesMax = heldBytesBound(scenario, [...this.#messages.values()]);
  }

  fail(what: string): void {
    this.failures.push(`${this.network.clock.now.toFixed(3)} ms: ${what}`);
    this.log.note(`FAILED: ${what}`);
  }

  /** Runs the run to its end, and looks at what is left. */
  async run(): Promise<void> {
    const { clock } = this.network;
    const onRejection = (error: unknown): void => this.fail(`an unhandled rejection: ${error}`);
    const onException = (error: unknown): void => this.fail(`an uncaught exception: ${error}`);
    process.on('unhandledRejection', onRejection);
    process.on('uncaughtException', onException);
    this.watcher.open();
    try {
      for (const [i, visit] of this.scenario.visits.entries())
        clock.at(visit.script.startMs, () => this.#connect(i + 1, visit));
      planClose(this);
      const { joinMs, leaveMs } = lateTimesOf(this.scenario.seed);
      clock.at(joinMs, () => this.late.join(this.server));
      clock.at(leaveMs, () => this.late.leave());
      for (const { atMs, limit } of this.scenario.limitChanges ?? [])
        clock.at(atMs, () => this.watcher.setLimit(limit));
      for (const { atMs, ms } of this.scenario.stops ?? []) clock.at(atMs, () => this.#spend(ms));
      this.eventCount = await clock.runAsync({
        eventsMax: EVENTS_MAX,
        when: () => {
          this.#checkStep();
          return false;
        },
      });
      this.#checkEnd();
    } catch (error) {
      this.fail(error instanceof Error ? (error.stack ?? `${error}`) : `${error}`);
    } finally {
      process.off('unhandledRejection', onRejection);
      process.off('uncaughtException', onException);
      this.watcher.close();
    }
  }

  /** The loop was busy for so long, all in all. */
  get spentMs(): number {
    return this.#spentMs;
  }

  /** The handler of a request of the server's count, once it was called. */
  runOf(requestId: number): HandlerRun | undefined {
    return this.#runsByRequest.get(requestId);
  }

  /** So little may be held for connections that some have to give way. */
  get isShortOfMemory(): boolean {
    return (this.scenario.options.limits?.bufferedBytesMax ?? Infinity) < 1_000_000;
  }

  /** The network breaks this connection by itself, or its transport throws. */
  linkBreaks(number: number): boolean {
    return (
      (this.#linkOf(number).cutAfterBytes ?? Infinity) < Infinity || this.seams.mayBreak(number)
    );
  }

  /** A client of this connection may take a reset for an end in order. */
  hidesResets(number: number): boolean {
    return (this.#linkOf(number).resetAsFinChance ?? 0) > 0;
  }

  /** Bytes for this client may take long. */
  linkIsSlow(number: number): boolean {
    const link = this.#linkOf(number);
    const { toClient, jitterMs = 0, split } = link;
    const buffers = [link, toClient ?? {}].flatMap(({ sendBufferBytes, receiveBufferBytes }) => [
      sendBufferBytes ?? Infinity,
      receiveBufferBytes ?? Infinity,
    ]);
    const flushDelayMs = toClient?.flushDelayMs ?? 0;
    return flushDelayMs > 10 || jitterMs > 0 || split === 'bytes' || Math.min(...buffers) < 65_536;
  }

  trace(): string[] {
    return this.log.lines.map((line) => line());
  }

  #timingWorld(): TimingWorld {
    const { keepAliveMs = 75_000, headMs = 10_000 } = this.scenario.options.limits ?? {};
    const flushesLate = this.scenario.visits.some(
      ({ link }) => (link.toClient?.flushDelayMs ?? 0) > 0,
    );
    const spentMs = (): number => this.#spentMs;
    return {
      now: () => this.network.clock.now,
      fail: (what) => this.fail(what),
      get latenessMs() {
        // Of a stop it can't be known when it began: up to twice its time is nobody's silence.
        return flushesLate ? Infinity : 3 * spentMs() + 1;
      },
      earliest: flushesLate ? 0 : this.isShortOfMemory ? 0.25 : 1,
      keepAliveMs,
      headMs,
    };
  }

  #linkOf(number: number): LinkOptions {
    return this.scenario.visits[number - 1]?.link ?? {};
  }

  #connect(number: number, { script, link }: Visit): void {
    const client = new Client(number, script, this.network, (what) => this.fail(what));
    this.clients.push(client);
    this.log.connecting(number);
    client.start(
      this.network.connect(() => client, {
        ...link,
        from: { address: `198.51.100.${number}`, port: 1024 + number },
      }),
    );
  }

  #fetch(
    request: Request,
    context: RequestContext,
  ): Answer | undefined | Promise<Answer | undefined> {
    const id = request.headers.get('x-id') ?? 'none';
    const message = this.#messages.get(id);
    if (message === undefined) throw new Error(`a request that nobody sent: ${id}`);
    this.log.note(`handler ${id}`);
    if (this.runs.has(id)) this.fail(`${id} was handled twice`);
    if (message.mistake?.inHead === true)
      this.fail(`${id} was handled, though wrong: ${message.mistake.what}`);
    const run = new HandlerRun(
      {
        sleep: (ms) =>
          new Promise((resolve) => {
            this.network.clock.after(ms, resolve);
          }),
        spend: (ms) => this.#spend(ms),
        fail: (what) => this.fail(what),
        note: (what) => this.log.note(what),
        bodyBytesMax: this.scenario.options.limits?.bodyBytesMax ?? Infinity,
        deadlineGiven: this.scenario.options.deadline !== undefined,
      },
      message,
      request,
      context,
    );
    this.runs.set(id, run);
    this.#runsByRequest.set(context.requestId, run);
    this.watcher.started(context.requestId);
    return run.run();
  }

  #spend(ms: number): void {
    this.#spentMs += ms;
    this.network.clock.spend(ms);
  }

  #answerError(
    error: unknown,
    request: Request | undefined,
    context: RequestContext | undefined,
  ): Answer | Promise<Answer> | undefined {
    const answer = this.#onError(error, request);
    const run = context === undefined ? undefined : this.#runsByRequest.get(context.requestId);
    const isWaitedFor =
      !(error instanceof SeamFailure) &&
      run !== undefined &&
      // An error of other work comes while the handler still runs. Nobody waits for its answer.
      !run.running &&
      ['throw', 'invalid'].includes(run.message.plan.reply);
    const given: unknown = this.seams.callback('onError', answer, isWaitedFor);
    // A boundary: what JavaScript lets it give.
    if (!isWaitedFor || !(given instanceof Promise)) return given as Answer | undefined;
    // Who answers for the handler goes on in its slot.
    run.running = true;
    return given.finally(() => {
      run.running = false;
    });
  }

  #onError(error: unknown, request: Request | undefined): Answer | undefined {
    const id = request?.headers.get('x-id') ?? undefined;
    if (this.seams.told(error)) {
      this.log.note(`told ${error}`);
      return undefined;
    }
    const message = id === undefined ? undefined : this.#messages.get(id);
    this.log.note(`error ${id} ${error}`);
    const { reply: kind, stream } = message?.plan ?? {};
    const isPlanned =
      error instanceof Planned ||
      (error instanceof ReplyError && (kind === 'invalid' || stream?.failure !== undefined));
    if (error instanceof SluiceBug || error instanceof BodyError || !isPlanned)
      this.fail(`onError got ${error instanceof Error ? error.stack : error}`);
    if (message?.plan.errorReplied !== true) return undefined;
    return reply('sorry', { status: 500, headers: { 'X-Id': message.id, 'X-Error': 'yes' } });
  }

  #checkStep(): void {
    const { now } = this.network.clock;
    this.#momentEvents = now === this.#momentMs ? this.#momentEvents + 1 : 0;
    this.#momentMs = now;
    if (this.#momentEvents > EVENTS_AT_ONCE_MAX) throw new Error('a livelock: time stands still');
    this.watcher.atRest();
    this.#checkLedger();
    const { inFlight, limit, bytes, queued } = this.watcher.server;
    // An adaptive limit may fall below what runs; probes have two slots of their own.
    if (typeof this.scenario.options.concurrency !== 'object') return;
    const { algorithm, initial = 0 } = this.scenario.options.concurrency;
    const isFixed = algorithm === 'fixed' && this.scenario.limitChanges === undefined;
    if (isFixed && (inFlight > limit + 2 || limit !== initial))
      this.fail(`${inFlight} requests in flight, and a limit of ${limit}`);
    if (queued > (this.scenario.options.queue?.entriesMax ?? Infinity))
      this.fail(`${queued} requests are queued`);
    if (bytes > this.#bytesMax) this.fail(`${bytes} bytes are held, above ${this.#bytesMax}`);
  }

  /** All that is held was counted, whoever holds it. What is let go of may be seen a little later. */
  #checkLedger(): void {
    let held = 0;
    for (const { life, bufferedBytes } of this.#connections)
      if (!life.closed) held += bufferedBytes;
    const { bytes } = this.watcher.server;
    let kept = 0;
    for (const run of this.runs.values()) kept += run.keptBytes;
    if (kept > bytes) this.fail(`handlers were given ${kept} bytes, and ${bytes} are counted`);
    if (held > bytes) this.fail(`${held} bytes are held, and ${bytes} counted`);
  }

  #checkEnd(): void {
    this.watcher.atEnd();
    for (const complaint of this.seams.complaints()) this.fail(complaint);
    const { connections, inFlight, queued, bytes } = this.server.stats();
    const left = Object.values(connections).reduce((sum, count) => sum + count, 0);
    if (left + inFlight + queued + bytes > 0) {
      const open = JSON.stringify(connections);
      this.fail(`left over: ${open}, in flight ${inFlight}, queued ${queued}, bytes ${bytes}`);
    }
    if (this.drained === 'begun') this.fail('close() never resolved');
    for (const run of this.runs.values()) {
      const mayBreak = this.linkBreaks(Number.parseInt(run.message.id, 10));
      for (const complaint of run.complaints(mayBreak)) this.fail(complaint);
    }
    for (const client of this.clients) {
      const log = this.log.of(client.number);
      for (const complaint of checkClient(client, log, this))
        this.fail(`client ${client.number}: ${complaint}`);
    }
  }
}
