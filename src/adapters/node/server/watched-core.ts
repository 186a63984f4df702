// Watching a Server of `sluice/node`: another sluice server may take the place of the one behind it, and
// whoever observes goes on with the new one.

import type { Observer } from '../../../index.js';
import type { Server as SluiceServer } from '../../../server.js';
import { observe, type ServerView, viewOf, type Watched } from '../../../watching.js';

/** What ends one observation, on every server that it was carried to. */
interface Observation {
  readonly observer: Observer;
  readonly ends: (() => void)[];
}

export class WatchedCore implements Watched {
  #inner: SluiceServer;
  readonly #observations: Set<Observation> = new Set();

  constructor(inner: SluiceServer) {
    this.#inner = inner;
  }

  observe(observer: Observer): () => void {
    const observation = { observer, ends: [observe(this.#inner, observer)] };
    this.#observations.add(observation);
    return () => {
      this.#observations.delete(observation);
      for (const end of observation.ends.splice(0)) end();
    };
  }

  view(): ServerView {
    return viewOf(this.#inner);
  }

  /** Another server serves from now on. The one before it may still have connections. */
  follow(inner: SluiceServer): void {
    this.#inner = inner;
    for (const { observer, ends } of this.#observations) ends.push(observe(inner, observer));
  }
}
