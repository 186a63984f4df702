// What handlers wait for: it serves so many at once, and keeps the rest waiting.

export class Backend {
  /** The most that were with it at once. */
  depthMax = 0;
  running = 0;
  waiting = [];
  next = 0;

  /** @param onDone - called when a request has been served, in the kernel's time */
  constructor({ backend, stall }, timeline, random, onDone) {
    this.at = backend;
    this.stall = stall;
    this.timeline = timeline;
    this.random = random;
    this.onDone = onDone;
  }

  ask(request) {
    this.waiting.push(request);
    this.fill(this.timeline.now);
    this.depthMax = Math.max(this.depthMax, this.waiting.length - this.next + this.running);
  }

  fill(now) {
    const { servers, ms, spread = 0.1 } = this.at(now / 1000);
    while (this.running < servers && this.next < this.waiting.length) {
      const request = this.waiting[this.next++];
      this.running++;
      const endsAt = now + (request.work.serviceMs ?? ms) * logNormal(this.random, spread);
      this.timeline.at(this.afterStall(now, endsAt), (at) => {
        this.running--;
        this.fill(at);
        this.onDone(request);
      });
    }
    if (this.next < 65_536) return;
    this.waiting.splice(0, this.next);
    this.next = 0;
  }

  /** While it stalls nothing ends. */
  afterStall(now, endsAt) {
    const { stall } = this;
    if (stall === undefined || endsAt < stall.from || now >= stall.to) return endsAt;
    return Math.max(endsAt, stall.to + (endsAt - now) * this.random());
  }
}

/** Around 1, with a mean of 1. */
function logNormal(random, spread) {
  if (spread === 0) return 1;
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.exp(spread * normal - (spread * spread) / 2);
}
