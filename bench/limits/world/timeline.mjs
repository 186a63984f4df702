// Virtual time: work makes it pass, events are delivered when the loop looks, and now and then the process is not run for a while.

import { Heap } from '../heap.mjs';

/** From an answer's write to its client, and back. */
const linkMs = 0.03;

export class Timeline {
  now = 0;
  /** How long the loop has slept. */
  idleMs = 0;
  /** When the event that is being delivered fell due. */
  eventAt = 0;

  /** @param steal - `{ everyMs, minMs, maxMs }` where others take the processor; undefined where nobody does */
  constructor(steal, random) {
    this.steal = steal;
    this.random = random;
    this.order = 0;
    this.events = new Heap((a, b) => a.at - b.at || a.order - b.order);
    this.stealAt = Number.POSITIVE_INFINITY;
    if (steal !== undefined) this.planTheft();
  }

  at(time, happen) {
    this.events.push({ at: time, order: this.order++, happen });
  }

  /** When it has crossed the network. */
  soon(happen) {
    this.at(this.now + linkMs, happen);
  }

  deliver() {
    while (this.events.size > 0 && this.events.least.at <= this.now) {
      const { at, happen } = this.events.pop();
      this.eventAt = at;
      happen(at);
    }
  }

  spend(ms) {
    this.now += ms;
    this.takeStolen();
  }

  /** Sleeps until the next event, or until `time` where none is before. */
  sleepUntil(time) {
    const wakeAt = Math.min(this.events.least?.at ?? time, time);
    if (wakeAt <= this.now) return;
    this.idleMs += wakeAt - this.now;
    this.now = wakeAt;
    this.takeStolen();
  }

  takeStolen() {
    while (this.now >= this.stealAt) {
      const { minMs, maxMs } = this.steal;
      this.now += minMs + (maxMs - minMs) * this.random();
      this.planTheft();
    }
  }

  planTheft() {
    this.stealAt = this.now - this.steal.everyMs * Math.log(1 - this.random());
  }
}
