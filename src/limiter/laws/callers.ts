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

const periodMs = 100;
/** Connections may grow by so much from one period to the next. */
const growthMax = 1.05;
const growthSlack = 2;
/** An open loop at twice the capacity, over as many connections as it needs, reached 0.85. */
const closedShare = 0.9;
const closedSlack = 20;

export class Callers {
  /** They are a closed loop. */
  isClosed: boolean = false;
  asking: number = 0;
  private readonly ports: CallerPorts | undefined;
  private askingThen: number = 0;
  private askingBefore: number = 0;
  private askedAt: number = Number.NEGATIVE_INFINITY;

  /** @param ports - undefined where nobody knows: nothing is then taken for a closed loop */
  constructor(ports: CallerPorts | undefined) {
    this.ports = ports;
  }

  look(now: number): void {
    if (this.ports === undefined) return;
    const asking = this.ports.asking();
    if (now - this.askedAt >= periodMs) {
      this.askingBefore = this.askingThen;
      this.askingThen = asking;
      this.askedAt = now;
    }
    this.asking = asking;
    this.isClosed =
      asking > 0 &&
      asking <= growthMax * this.askingBefore + growthSlack &&
      this.ports.outstanding() >= closedShare * asking - closedSlack;
  }
}
