// Those who ask: closed loops, which wait for their answers; long polls; and open loops, which ask whenever they
// like, and give up after a while.

import { connection, models } from './connections.mjs';

/** How long clients of an open loop wait, where a world says nothing else. */
export const patienceMs = 500;
/** A client whose poll was refused comes back when it was told. */
const retryMinMs = 1000;
const retrySpreadMs = 2000;

export function startClients(loop, groups, random) {
  for (const group of groups) {
    if (group.closed !== undefined) startClosed(loop, group, random);
    else if (group.polls !== undefined) startPolls(loop, group, random);
    else startOpen(loop, group, random);
  }
}

/** Asks over a connection; `answered(ok, at)` is called when the answer has come. */
function ask(loop, own, tag, work, askedAt, answered) {
  const record = { tag, askedAt, doneAt: Number.NaN, ok: false, isRefused: false };
  loop.records.push(record);
  loop.send(own, { work, record, answered });
}

/**
 * `returnsMs` after a refusal, or at once; `once` for a single request each. Where their process is run only each
 * `runsMs`, they ask again then. Where they give up after `patienceMs`, they ask again at once, over another connection.
 */
function startClosed(loop, group, random) {
  const {
    closed,
    tag,
    work,
    once = false,
    returnsMs = 0,
    fromMs = 0.5,
    untilMs = Infinity,
    runsMs = 0,
    patienceMs,
  } = group;
  for (let i = 0; i < closed; i++) {
    let own = connection();
    const askNext = (at) => {
      if (at >= untilMs) return;
      let isOver = false;
      ask(loop, own, tag, work(random, at / 1000), at, (ok, when) => {
        if (once || isOver) return;
        isOver = true;
        const returnsAt = ok ? when : when + returnsMs;
        loop.timeline.at(
          runsMs === 0 ? returnsAt : Math.ceil(returnsAt / runsMs) * runsMs,
          askNext,
        );
      });
      if (patienceMs === undefined) return;
      loop.timeline.at(at + patienceMs, (when) => {
        if (isOver) return;
        isOver = true;
        loop.leave(own);
        own = connection();
        askNext(when);
      });
    };
    loop.timeline.at(fromMs, askNext);
  }
}

function startPolls(loop, { polls, ms, overMs = 0, fromMs = 1, untilMs = Infinity }, random) {
  for (let i = 0; i < polls; i++) {
    const own = connection();
    const askNext = (at) => {
      if (at >= untilMs) return;
      ask(loop, own, 'poll', { pollMs: ms * (0.5 + random()) }, at, (ok, when) => {
        const pauseMs = ok ? 5 : retryMinMs + retrySpreadMs * random();
        loop.timeline.at(when + pauseMs, askNext);
      });
    };
    loop.timeline.at(fromMs + overMs * random(), askNext);
  }
}

function startOpen(loop, group, random) {
  const { tag, rate, work, model = 'established', connections = 1500 } = group;
  const { fromMs = 1, untilMs = loop.scenario.seconds * 1000 } = group;
  const line = new models[model](loop, connections);
  const askAt = (at) => {
    if (at >= untilMs) return;
    const current = rate(at / 1000);
    if (current > 0) new Call(loop, line, tag, work(random, at / 1000), at);
    const gapMs = current > 0 ? (-Math.log(1 - random()) / current) * 1000 : 10;
    loop.timeline.at(at + gapMs, askAt);
  };
  loop.timeline.at(fromMs, askAt);
}

/** A request of an open loop, and its client's patience. */
class Call {
  constructor(loop, line, tag, work, askedAt) {
    this.loop = loop;
    this.line = line;
    this.record = { tag, askedAt, doneAt: Number.NaN, ok: false, isRefused: false };
    loop.records.push(this.record);
    this.work = work;
    this.isOver = false;
    this.connection = undefined;
    loop.timeline.at(Math.ceil(askedAt + (loop.scenario.patienceMs ?? patienceMs)), () =>
      this.giveUp(),
    );
    line.lend(this);
  }

  over(own) {
    this.connection = own;
    const { work, record } = this;
    this.loop.send(own, { work, record, answered: () => this.answered() });
  }

  answered() {
    if (this.isOver) return;
    this.isOver = true;
    this.line.giveBack(this.connection);
  }

  giveUp() {
    if (this.isOver) return;
    this.isOver = true;
    if (this.connection === undefined) return;
    this.loop.leave(this.connection);
    this.line.replace();
  }
}
