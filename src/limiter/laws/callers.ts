// Do those who call wait for their answers before they ask again? Then the queue can't grow beyond them,
// and to refuse one gains nothing. It is seen by the connections that ask: they grow no more, and
// nearly all of them have a request here.

/** What a law may know of those who call. */
export interface CallerPorts {
  /** Connections, still open, that have a request or asked within the last second. */
  asking(): number;
  /** Requests that wait or run. */
  outstanding(): number;
}

const PERIOD_MS = 100;
/** Connections may grow by so much beyond what they were, */
const GROWTH_MAX = 1.05;
const GROWTH_SLACK = 2;
/** which is forgotten by so much a period: those who come back after a moment are no growth. */
const SIZE_KEPT = 0.99;
/** An open loop at twice the capacity, over as many connections as it needs, reached 0.85. */
const CLOSED_SHARE = 0.9;
const CLOSED_SLACK = 20;
/** Those who wait for the processor, as we may, are not back at once: the share is that of the last half second. */
const SHARE_KEPT = 0.98;

export class Callers {
  /** They are a closed loop. */
  isClosed: boolean = false;
  asking: number = 0;
  readonly #ports: CallerPorts | undefined;
  #askingThen: number = 0;
  #askingBefore: number = Number.MIN_VALUE;
  /** Of those that ask, so many have a request here. */
  #share: number = Number.MIN_VALUE;
  #askedAt: number = Number.NEGATIVE_INFINITY;

  /** @param ports - undefined where nobody knows: nothing is then taken for a closed loop */
  constructor(ports: CallerPorts | undefined) {
    this.#ports = ports;
  }

  look(now: number): void {
    if (this.#ports === undefined) return;
    const asking = this.#ports.asking();
    this.asking = asking;
    if (now - this.#askedAt >= PERIOD_MS) {
      this.#askingBefore = Math.max(this.#askingThen, SIZE_KEPT * this.#askingBefore);
      this.#askingThen = asking;
      this.#share *= SHARE_KEPT;
      this.#askedAt = now;
    }
    const share = (this.#ports.outstanding() + CLOSED_SLACK) / asking;
    if (asking > 0 && share > this.#share) this.#share = Math.min(1, share);
    this.isClosed =
      asking > 0 &&
      asking <= GROWTH_MAX * this.#askingBefore + GROWTH_SLACK &&
      this.#share >= CLOSED_SHARE;
  }
}
