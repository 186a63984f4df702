// The parts that all connections of a server share. Made by `src/server.ts`. A connection knows its
// server by these parts and by nothing else.

import type { Limits } from '../fsm/limits.js';
import type { TrustedProxies } from '../fsm/proxy/trusted-proxies.js';
import { DateLine } from '../http/reply/date.js';
import { Limiter } from '../limiter/limiter.js';
import type { LimiterSettings } from '../limiter/options.js';
import type { Observer } from '../observe/observer.js';
import { Arriving } from './arrive/arriving.js';
import { GuardedTrust } from './arrive/guarded-trust.js';
import { Handshakes } from './arrive/handshakes.js';
import { ProxyHeaders } from './arrive/proxy-headers.js';
import { Clocks } from './clock/clocks.js';
import { Scheduler } from './clock/scheduler.js';
import type { Environment } from './environment.js';
import { ErrorPages, type MakeErrorPage } from './fault/error-pages.js';
import type { Admission } from './handler/admission.js';
import type { FetchHandler } from './handler/handler.js';
import type { RequestChannel } from './handler/request-channel.js';
import type { Host, HostKeepAlive } from './host.js';
import { type TraceSettings, Traces } from './machine/traces.js';
import type { Ledger } from './memory/ledger.js';
import { MemoryRelief } from './memory/memory-relief.js';
import { HeadText } from './read/head-text.js';
import { Readers } from './read/readers.js';
import { Asking } from './server/asking.js';
import { Roster } from './server/roster.js';
import { ShedBudget } from './server/shed-budget.js';
import { guardObservers } from './watch/guarded-observer.js';
import { lateObserver } from './watch/late-observer.js';
import { type ReportSettings, Reports } from './watch/reports.js';

/** What a server is made of, as `src/server-options.ts` checked it. */
export interface ServerSettings extends ReportSettings {
  readonly handler: FetchHandler;
  /** Answers requests in the handler's place. */
  readonly host?: Host | undefined;
  readonly limits: Limits;
  readonly limiter: LimiterSettings;
  readonly errorPages: MakeErrorPage | undefined;
  readonly trace: TraceSettings | undefined;
  readonly admission: Admission;
  /** CONNECT reaches the handler. */
  readonly connect: boolean;
  /** Proxies whose word about a client is believed; undefined where nobody's is. */
  readonly trust: TrustedProxies | undefined;
}

export class ServerParts {
  readonly environment: Environment;
  readonly handler: FetchHandler;
  readonly host: Host | undefined;
  readonly limits: Limits;
  readonly admission: Admission;
  readonly trust: GuardedTrust | undefined;
  /** The slot is kept until the reply's content is over, too. */
  readonly keepsSlotForBody: boolean;
  /** How long an idle connection is kept, as clients are told. 0: they are told nothing. */
  keepAliveSeconds: number;
  readonly reports: Reports;
  readonly clocks: Clocks;
  readonly roster: Roster;
  readonly readers: Readers;
  readonly headText: HeadText = new HeadText();
  readonly asking: Asking = new Asking();
  readonly shedBudget: ShedBudget = new ShedBudget();
  readonly memory: MemoryRelief;
  readonly ledger: Ledger;
  readonly limiter: Limiter;
  readonly scheduler: Scheduler;
  readonly handshakes: Handshakes;
  readonly proxyHeaders: ProxyHeaders;
  readonly arriving: Arriving;
  readonly errorPages: ErrorPages;
  /** Undefined where nobody wants any. */
  readonly traces: Traces | undefined;
  readonly requestChannel: RequestChannel | undefined;
  readonly #date: DateLine = new DateLine();

  constructor(settings: ServerSettings, environment: Environment) {
    this.environment = environment;
    this.requestChannel = environment.requestChannel;
    this.handler = settings.handler;
    this.host = settings.host;
    this.limits = settings.limits;
    this.admission = settings.admission;
    this.keepsSlotForBody = settings.limiter.concurrency.hold === 'body';
    this.keepAliveSeconds = Math.floor(settings.limits.keepAliveMs / 1000);
    this.reports = new Reports(settings, (text) => environment.warn(text));
    this.trust =
      settings.trust && new GuardedTrust(settings.trust, (error) => this.reports.tell(error));
    this.errorPages = new ErrorPages(
      settings.errorPages,
      (error) => this.reports.tell(error),
      (answer) => this.reports.drop(answer),
    );
    this.traces = settings.trace && new Traces(settings.trace);
    this.clocks = new Clocks(settings.limits);
    this.roster = new Roster(this.clocks, this.reports);
    const { host } = settings;
    this.readers = new Readers(settings.limits, {
      connect: settings.connect,
      requiresHost: host?.requiresHost !== false,
      leavesExpectations: host !== undefined,
    });
    this.memory = new MemoryRelief(settings.limits.bufferedBytesMax, {
      roster: this.roster,
      armTurn: () => this.scheduler.armMemoryTurn(),
      memoryIsShort: (isShort) => this.limiter.setMemoryShort(isShort),
      expireIdle: (now) => this.scheduler.expireIdle(now),
    });
    this.ledger = this.memory.ledger;
    this.limiter = new Limiter(settings.limiter, {
      armTurn: () => this.scheduler.armLimiterTurn(),
      clock: () => environment.now(),
      random: () => environment.random(),
      idleMs: () => environment.idleMs(),
      asking: () => this.asking.count(environment.now()),
      limitChanged: (limit, previous) => this.observer?.limitChanged?.({ limit, previous }),
    });
    this.scheduler = new Scheduler(environment, this);
    this.handshakes = new Handshakes({
      handshakesMax: settings.limits.handshakesMax,
      clock: this.clocks.handshake,
      stallClock: this.clocks.handshakeStall,
      reports: this.reports,
      armTimer: () => this.scheduler.armTimer(),
      oneOver: () => this.roster.arrivalOver(),
    });
    this.proxyHeaders = new ProxyHeaders({
      clocks: this.clocks,
      reports: this.reports,
      isDraining: () => this.roster.draining,
      trusts: (address) => this.trust?.trusts(address) === true,
      armTimer: () => this.scheduler.armTimer(),
      oneOver: () => this.roster.arrivalOver(),
    });
    this.arriving = new Arriving([this.proxyHeaders, this.handshakes]);
    this.roster.arriving = this.arriving;
  }

  /** `Date: …` with its CRLF. */
  dateLine(now: number): string {
    return this.#date.at(now, this.environment);
  }

  /** Its methods don't throw. */
  get observer(): Observer | undefined {
    return this.reports.observer;
  }

  /**
   * Another observer, from now on. It is told of all open connections that they are open.
   *
   * @returns what ends it
   */
  observe(observer: Observer): () => void {
    const { reports, roster } = this;
    const late = lateObserver(observer, roster.lastRequestId);
    const alone = guardObservers([late.observer], (error) => reports.tell(error));
    // It joins first: what its own methods cause, it is told, too.
    const open = [...roster.connections];
    reports.observers.add(late.observer);
    for (const connection of open) connection.observersChanged();
    for (const connection of open) connection.tellOpened(alone);
    return () => {
      late.leave();
      reports.observers.remove(late.observer);
      for (const connection of [...roster.connections]) connection.observersChanged();
    };
  }

  /**
   * Changes limits of a server that runs. Those of sizes are for heads that begin later; `bufferedBytesMax` and what
   * is of handshakes stays.
   */
  retune(changes: Partial<Limits>, { toldMs, keptMs }: HostKeepAlive): void {
    // Boundary: the settings of a host are not frozen.
    Object.assign(this.limits as { -readonly [name in keyof Limits]: Limits[name] }, changes);
    this.keepAliveSeconds = Math.floor(toldMs / 1000);
    this.clocks.retune(this.limits, keptMs);
    this.readers.forget();
  }

  /** The server was closed, and serves again. */
  reopen(): void {
    this.roster.reopen();
    this.scheduler.restart();
  }
}
