// A server's event loop in virtual time: it accepts one connection a turn, reads what has come, runs what has
// settled, and gives the limiter its turn. What all of this costs passes on the clock, and what falls due
// meanwhile happens late. The server is a limiter, or none, as node:http has none.

import { Backend } from './backend.mjs';
import { startClients } from './clients.mjs';
import { Timeline } from './timeline.mjs';

/** What the loop spends, in milliseconds. A refusal costs a read and a write. */
const acceptMs = 0.06;
const turnMs = 0.01;
/** Assumed, not measured: less than to accept. */
const closeMs = 0.03;
/** Connections that wait to be accepted; those beyond try again after a second. */
const backlogMax = 511;
const retryMs = 1000;
/** As `src/conn/server/shed-budget.ts` has it: who is refused once refusing has had its share is read from later. */
const restMs = 50;
const shedWindowMs = 50;
const shedShare = 0.2;
/**
 * Of `readMs`, by assumption. The budget counts a refusal from its decision to its write, which is less than the read
 * and the write that the loop spends.
 */
const refusalPart = 0.4;

/**
 * @param limiting - `{ Limiter, parseLimiterOptions, Ticket }` of src/limiter; its `options` for this run; null for
 * first in, first out
 * @param scenario - one of worlds.mjs
 * @returns `{ records, backendMax, parkedMax }`: every request as `{ tag, askedAt, doneAt, ok, isRefused }`
 */
export function runWorld(limiting, scenario, random) {
  return new Loop(limiting, scenario, random).run();
}

class Loop {
  constructor(limiting, scenario, random) {
    this.scenario = scenario;
    this.random = random;
    this.timeline = new Timeline(scenario.steal, random);
    this.readMs = scenario.costMs ?? 0.02;
    this.records = [];
    this.parkedMax = 0;
    this.backlog = [];
    this.readable = [];
    this.settled = [];
    this.microtasks = [];
    this.shed = { windowEndsAt: 0, spentMs: 0 };
    this.asking = new AskingConnections();
    this.handled = 0;
    this.isTurnArmed = false;
    this.backend = new Backend(scenario, this.timeline, random, (request) => {
      this.settled.push(request);
    });
    if (limiting !== null) this.makeLimiter(limiting);
    startClients(this, scenario.clients, random);
  }

  get now() {
    return this.timeline.now;
  }

  makeLimiter({ Limiter, parseLimiterOptions, Ticket, options }) {
    const loop = this;
    this.limiter = new Limiter(parseLimiterOptions(options), {
      armTurn: () => {
        this.isTurnArmed = true;
      },
      clock: () => this.now,
      random: this.random,
      idleMs: () => this.timeline.idleMs,
      asking: () => this.asking.count(this.now),
    });
    this.Ticket = class extends Ticket {
      kindHash() {
        return this.request.work.kind ?? (this.request.work.pollMs === undefined ? 2 : 1);
      }
      onAdmitted() {
        loop.begin(this.request);
      }
      onRefused(reason) {
        this.request.record.isRefused = reason !== undefined;
        loop.respond(this.request, false);
      }
      isGone() {
        return this.request.connection.isGone;
      }
      onGone() {
        this.request.connection.isBusy = false;
      }
    };
  }

  /** A request is written to a connection, which may have to be accepted first. */
  send(connection, request) {
    connection.pending = request;
    if (connection.isAccepted) this.readable.push(connection);
    else if (!connection.isInBacklog) this.connect(connection);
  }

  connect(connection) {
    if (connection.isGone || connection.isAccepted || connection.isInBacklog) return;
    if (this.backlog.length >= backlogMax) {
      this.timeline.at(this.now + retryMs, () => this.connect(connection));
      return;
    }
    connection.isInBacklog = true;
    this.backlog.push(connection);
    if (connection.onConnected !== undefined) this.timeline.soon(connection.onConnected);
  }

  /** Its client closes it. */
  leave(connection) {
    connection.isGone = true;
    if (connection.isAccepted) this.readable.push(connection);
  }

  run() {
    const end = this.scenario.seconds * 1000;
    while (this.now < end) {
      this.timeline.deliver();
      this.expire();
      const hasWorked = this.turn();
      this.timeline.spend(turnMs);
      if (this.scenario.pause?.at <= this.now) this.timeline.spend(this.takePause());
      const isServed = this.serve();
      if (!hasWorked && !isServed) this.sleep(end);
    }
    const { records, parkedMax } = this;
    return { records, parkedMax, backendMax: this.backend.depthMax };
  }

  /** The poll phase: what the kernel and the backend have for us. */
  turn() {
    const { readable, settled } = this;
    this.readable = [];
    this.settled = [];
    const accepted = this.backlog.shift();
    if (accepted !== undefined) {
      this.timeline.spend(acceptMs);
      accepted.isAccepted = true;
      if (accepted.pending !== null) this.readable.push(accepted);
      if (accepted.isGone) this.readable.push(accepted);
    }
    for (const request of settled) {
      this.timeline.spend(request.work.afterMs ?? 0);
      this.finish(request);
      this.runMicrotasks();
    }
    for (const connection of readable) this.read(connection);
    return accepted !== undefined || settled.length > 0 || readable.length > 0;
  }

  expire() {
    if (this.limiter === undefined || this.limiter.nextExpiry() > this.now) return;
    this.limiter.expire(this.now);
    this.runMicrotasks();
  }

  serve() {
    if (this.limiter === undefined) return false;
    this.parkedMax = Math.max(this.parkedMax, this.limiter.stats().parked ?? 0);
    if (!this.isTurnArmed) return false;
    this.isTurnArmed = false;
    this.limiter.turn(this.now);
    this.runMicrotasks();
    return true;
  }

  sleep(end) {
    this.timeline.deliver();
    if (this.readable.length > 0 || this.settled.length > 0 || this.backlog.length > 0) return;
    this.timeline.sleepUntil(Math.min(this.limiter?.nextExpiry() ?? end, end));
  }

  takePause() {
    const { ms } = this.scenario.pause;
    this.scenario = { ...this.scenario, pause: undefined };
    return ms;
  }

  read(connection) {
    if (connection.isGone && connection.pending === null) this.close(connection);
    if (connection.isBusy || connection.pending === null) return;
    if (connection.restsUntil > this.now) {
      this.timeline.at(connection.restsUntil, () => this.readable.push(connection));
      return;
    }
    const request = connection.pending;
    connection.pending = null;
    connection.isBusy = true;
    request.connection = connection;
    this.timeline.spend(request.work.parseMs ?? this.readMs);
    this.asking.note(connection, this.now);
    if (this.limiter === undefined) this.begin(request);
    else {
      request.ticket = new this.Ticket();
      request.ticket.request = request;
      this.limiter.offer(request.ticket, this.now);
    }
    this.runMicrotasks();
  }

  close(connection) {
    if (connection.isClosed) return;
    connection.isClosed = true;
    this.timeline.spend(closeMs);
  }

  /** The handler starts. */
  begin(request) {
    const { work } = request;
    const { pollMs, waitMs, isAsync, toBackend } = work;
    if (pollMs !== undefined || waitMs !== undefined) {
      if (pollMs === undefined) this.timeline.spend(0.02);
      this.timeline.at(this.now + (pollMs ?? waitMs), () => this.settled.push(request));
    } else if (toBackend) {
      this.timeline.spend(0.02);
      this.backend.ask(request);
    } else if (isAsync) {
      this.microtasks.push(() => {
        this.timeline.spend(work.cpuMs);
        this.finish(request);
      });
    } else {
      // The first handlers run slowly, before they are compiled.
      const coldMs = this.scenario.isCold ? 3 * Math.exp(-this.handled++ / 15) : 0;
      this.timeline.spend(work.cpuMs + coldMs);
      this.finish(request);
    }
  }

  finish(request) {
    this.limiter?.release(request.ticket, 'finished', this.now);
    this.respond(request, true);
  }

  respond(request, ok) {
    const { connection, record } = request;
    this.timeline.spend(this.readMs);
    connection.isBusy = false;
    record.ok = ok;
    record.doneAt = this.now;
    if (!ok && this.hasShedEnough()) connection.restsUntil = this.now + restMs;
    this.timeline.soon(() => request.answered(ok, this.timeline.eventAt));
    if (connection.pending !== null && !connection.isGone) this.readable.push(connection);
  }

  hasShedEnough() {
    const { shed } = this;
    if (this.now >= shed.windowEndsAt) {
      shed.windowEndsAt = this.now + shedWindowMs;
      shed.spentMs = 0;
    }
    shed.spentMs += refusalPart * this.readMs;
    return shed.spentMs > shedShare * shedWindowMs;
  }

  runMicrotasks() {
    for (let task = this.microtasks.shift(); task !== undefined; task = this.microtasks.shift()) {
      task();
    }
  }
}

/** As `src/conn/server/asking.ts` has it. */
class AskingConnections {
  period = 0;
  endsAt = 1000;
  thisPeriod = 0;
  lastPeriod = 0;

  note(connection, now) {
    this.roll(now);
    if (connection.countedIn === this.period) return;
    connection.countedIn = this.period;
    this.thisPeriod++;
  }

  count(now) {
    this.roll(now);
    return Math.max(this.thisPeriod, this.lastPeriod);
  }

  roll(now) {
    for (; now >= this.endsAt; this.endsAt += 1000) {
      this.period++;
      this.lastPeriod = this.thisPeriod;
      this.thisPeriod = 0;
    }
  }
}
