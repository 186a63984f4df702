// The open loop: sends each request at its time, whatever became of those before it, and writes down
// when its answer came. Latency counts from the time at which it was to be sent, so that a generator or
// a connection that is late makes it longer, not shorter.

import { monotonicMs } from '../../lib/time.mjs';
import { answerText } from '../work.mjs';
import { modelFor } from './models.mjs';

/** What became of a request, beside the status that came. */
export const fate = { pending: 0, gaveUp: -1, lost: -2, wrong: -3 };

/** Sleeping is as coarse as this; nearer arrivals are waited for in a loop. */
const sleepMs = 2;

export class OpenLoop {
  /**
   * @param job - `port`, `model`, `connections`, `deadlineMs`, and `mix`: `{ path, headers }`
   * @param arrivals - as drawArrivals gives them
   */
  constructor(job, arrivals) {
    const count = arrivals.at.length;
    this.arrivals = arrivals;
    this.deadlineMs = job.deadlineMs;
    this.texts = job.mix.map((kind) => requestText(kind, job.model === 'fresh'));
    this.status = new Int16Array(count);
    this.latencyMs = new Float64Array(count);
    this.lateMs = new Float32Array(count);
    this.carriers = new Array(count);
    this.next = 0;
    /** The oldest that may still be pending: given up in the order in which they were to be sent. */
    this.oldest = 0;
    this.model = modelFor(job.model, job.port, job.connections, this);
    this.marks = [];
    this.tick = () => this.run();
  }

  async prepare() {
    await this.model.prepare();
  }

  /** Calls `reached()` once the run has come to `at`. */
  mark(at, reached) {
    this.marks.push({ at, reached });
    this.marks.sort((a, b) => a.at - b.at);
  }

  start() {
    this.begin = monotonicMs();
    return new Promise((resolve) => {
      this.finish = resolve;
      this.run();
    });
  }

  now() {
    return monotonicMs() - this.begin;
  }

  run() {
    const now = this.now();
    const { at } = this.arrivals;
    while (this.marks.length > 0 && this.marks[0].at <= now) this.marks.shift().reached();
    while (this.next < at.length && at[this.next] <= now) this.send(this.next++, now);
    this.giveUpThoseBefore(now - this.deadlineMs);
    if (this.oldest === at.length && this.marks.length === 0) {
      this.model.end();
      this.finish();
    } else if (this.wakesAt() - now > sleepMs) setTimeout(this.tick, 1);
    else setImmediate(this.tick);
  }

  wakesAt() {
    const { at } = this.arrivals;
    return this.next < at.length ? at[this.next] : at[this.oldest] + this.deadlineMs;
  }

  send(request, now) {
    this.lateMs[request] = now - this.arrivals.at[request];
    this.model.send(request, this.texts[this.arrivals.kind[request]]);
  }

  giveUpThoseBefore(time) {
    const { at } = this.arrivals;
    for (; this.oldest < this.next; this.oldest++) {
      const request = this.oldest;
      const isSettled = this.status[request] !== fate.pending;
      if (!isSettled && at[request] > time) return;
      if (isSettled) continue;
      const carrier = this.carriers[request];
      this.settle(request, fate.gaveUp);
      if (carrier !== undefined) this.model.giveUp(carrier);
    }
  }

  settle(request, status) {
    this.status[request] = status;
    this.latencyMs[request] = this.now() - this.arrivals.at[request];
    this.carriers[request] = undefined;
  }

  // What the model tells.

  isWanted(request) {
    return this.status[request] === fate.pending;
  }

  onSent(request, connection) {
    this.carriers[request] = connection;
  }

  onAnswer(request, response) {
    if (request === -1 || this.status[request] !== fate.pending) return;
    const isWrong = response.status === 200 && response.body !== answerText;
    this.settle(request, isWrong ? fate.wrong : response.status);
  }

  onLost(request) {
    if (this.status[request] === fate.pending) this.settle(request, fate.lost);
  }
}

export function requestText({ path, headers = {} }, closes) {
  const fields = Object.entries({
    Host: 'bench',
    ...headers,
    ...(closes ? { Connection: 'close' } : {}),
  });
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}
