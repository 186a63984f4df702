// The closed loop: so many clients, each of which sends again once it has its answer. It finds the
// capacity of a server, and nothing else: it asks a slow server for less.

import { monotonicMs } from '../../lib/time.mjs';
import { answerText } from '../work.mjs';
import { modelFor } from './models.mjs';
import { requestText } from './open-loop.mjs';

/** Who is refused comes back after this, if the job says nothing else. */
const usualReturnMs = 20;

export class ClosedLoop {
  constructor(job) {
    this.job = job;
    this.texts = job.mix.map((kind) => requestText(kind, job.model === 'fresh'));
    this.model = modelFor(job.model, job.port, job.connections, this);
    this.sent = 0;
    this.isOver = false;
    this.answers = 0;
    this.others = 0;
    /** Refused or lost before the counted time. */
    this.othersBefore = 0;
    this.answersBefore = 0;
    this.returnMs = job.returnMs ?? usualReturnMs;
    this.latencies = [];
    this.sentAt = [];
    this.counts = false;
  }

  async prepare() {
    await this.model.prepare();
  }

  /** Runs for `warmUpMs` uncounted, then for `ms`. */
  async run(warmUpMs, ms, onWindow) {
    for (let i = 0; i < this.job.connections; i++) this.sendNext();
    await new Promise((resolve) => setTimeout(resolve, warmUpMs));
    this.counts = true;
    onWindow('open');
    const begin = monotonicMs();
    await new Promise((resolve) => setTimeout(resolve, ms));
    this.counts = false;
    onWindow('close');
    const seconds = (monotonicMs() - begin) / 1000;
    this.isOver = true;
    this.model.end();
    const { answers, others, answersBefore, othersBefore, latencies } = this;
    return { answers, others, answersBefore, othersBefore, seconds, latencies };
  }

  sendNext() {
    if (this.isOver) return;
    const request = this.sent++;
    this.sentAt[request] = monotonicMs();
    // Shares of the mix by turns: the golden ratio spreads them.
    const share = (request * 0.618034) % 1;
    let i = 0;
    let left = share - this.job.mix[0].share;
    for (; left >= 0 && i < this.job.mix.length - 1; left -= this.job.mix[i].share) i++;
    this.model.send(request, this.texts[i]);
  }

  isWanted() {
    return true;
  }

  onSent() {}

  onAnswer(request, response) {
    if (response.status === 200 && response.body === answerText) {
      if (this.counts) {
        this.answers++;
        this.latencies.push(monotonicMs() - this.sentAt[request]);
      } else this.answersBefore++;
      // The connection that carried this answer is not idle yet.
      queueMicrotask(() => this.sendNext());
    } else this.onLost();
  }

  onLost() {
    if (this.counts) this.others++;
    else this.othersBefore++;
    setTimeout(() => this.sendNext(), this.returnMs);
  }
}
