// `sluice/status`: a page on which one sees what a server does, for a port of its own.

import type { Reply } from '../../index.js';
import { observe, viewOf } from '../../watching.js';
import { every, nextTurn, steadyNow, timeOfDay } from '../clock.js';
import { Collector } from './collect/collector.js';
import { SAMPLE_MS } from './collect/sampler.js';
import { Frames } from './events.js';
import { type StatusOptions, settingsFrom } from './options.js';
import { frameOf, Routes } from './routes.js';

export type { StatusOptions, WatchedServer } from './options.js';

/** A handler for `createServer({ fetch })`. */
export type StatusHandler = (request: Request) => Reply;

/**
 * A page that shows what a server does: its state machine with the connections in it, its limiter, times, memory,
 * and the last faults of clients. It answers `/` with the page, `/status.json` with the same for programs,
 * `/stub_status` in nginx's format, and `/events` with the stream that keeps the page alive.
 *
 * Serve it on a port of its own, on the loopback: whoever can ask can see all of it. On the port that it
 * shows, it would count itself, and be refused when it is needed most.
 *
 * While nobody looks, counts are read once a second, and the last faults are kept. While somebody looks, and for 15 s
 * after that, it observes every transition. Up to `streamsMax` streams are open at once; a slow
 * reader of one misses frames. Streams end when the server of the page drains.
 *
 * @throws TypeError or RangeError with `code: 'SLUICE_OPTION_INVALID'` for a wrong option
 *
 * @example
 * const server = createServer({ fetch });
 * await server.listen(3000);
 * const status = createServer({ fetch: statusPage({ server }) });
 * await status.listen(9000);
 */
export function statusPage(options: StatusOptions): StatusHandler {
  const settings = settingsFrom(options);
  const { server } = settings;
  const collector = new Collector(
    { view: () => viewOf(server), observe: (observer) => observe(server, observer) },
    { now: steadyNow, wallNow: timeOfDay },
  );
  const frames = new Frames();
  const routes = new Routes(settings, collector, frames);
  const ticking = new Ticking(collector, frames);
  ticking.start();
  return (request) => {
    ticking.start();
    return routes.answer(request);
  };
}

/** Calls the collector each second, until the server is closed and nobody looks. */
class Ticking {
  readonly #collector: Collector;
  readonly #frames: Frames;
  #stop: (() => void) | undefined = undefined;

  constructor(collector: Collector, frames: Frames) {
    this.#collector = collector;
    this.#frames = frames;
  }

  start(): void {
    if (this.#stop !== undefined) return;
    // A server that nobody has any more takes its page with it, and the timer with the page.
    const weak = new WeakRef(this);
    const stop = every(SAMPLE_MS, () => {
      const ticking = weak.deref();
      if (ticking === undefined) stop();
      // Timers of handlers that are due now have freed slots, which the limiter fills in its own turn.
      else nextTurn(() => ticking.#tick());
    });
    this.#stop = stop;
  }

  #tick(): void {
    const isLookedAt = this.#frames.streams > 0;
    if (isLookedAt) this.#collector.look();
    if (!this.#collector.tick()) {
      this.#stop?.();
      this.#stop = undefined;
    }
    if (isLookedAt) this.#frames.publish(frameOf(this.#collector));
  }
}
