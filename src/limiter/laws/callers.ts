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
/** Connections may grow by so much from one period to the next. */
const GROWTH_MAX = 1.05;
const GROWTH_SLACK = 2;
/** An open loop at twice the capacity, over as many connections as it needs, reached 0.85. */
const CLOSED_SHARE = 0.9;
const CLOSED_SLACK = 20;

export class Callers {
  /** They are a closed loop. */
  isClosed: boolean = false;
  asking: number = 0;
  readonly #ports: CallerPorts | undefined;
  #askingThen: number = 0;
  #askingBefore: number = 0;
  #askedAt: number = Number.NEGATIVE_INFINITY;

  /** @param ports - undefined where nobody knows: nothing is then taken for a closed loop */
  constructor(ports: CallerPorts | undefined) {
    this.#ports = ports;
  }

  look(now: number): void {
    if (this.#ports === undefined) return;
    const asking = this.#ports.asking();
    if (now - this.#askedAt >= PERIOD_MS) {
      this.#askingBefore = this.#askingThen;
      this.#askingThen = asking;
      this.#askedAt = now;
    }
    this.asking = asking;
    this.isClosed =
      asking > 0 &&
      asking <= GROWTH_MAX * this.#askingBefore + GROWTH_SLACK &&
      this.#ports.outstanding() >= CLOSED_SHARE * asking - CLOSED_SLACK;
  }
}
