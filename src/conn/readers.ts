// The parsers of a server. A connection has one while a message is under way and
// gives it back between messages: an idle connection holds none, and the few that
// are in use stay where the processor has them at hand.

import type { Limits } from '../fsm/limits.js';
import { RequestReader } from '../fsm/parse/request-reader.js';

/** So many are kept for later; more than that are made anew. */
const SPARE_MAX = 64;

export class Readers {
  readonly #limits: Limits;
  readonly #connect: boolean;
  readonly #spare: RequestReader[] = [];

  /** @param connect CONNECT is offered */
  constructor(limits: Limits, connect: boolean = false) {
    this.#limits = limits;
    this.#connect = connect;
  }

  /** A reader for a connection of which `consumed` bytes were read before. */
  take(consumed: number): RequestReader {
    const reader =
      this.#spare.pop() ?? new RequestReader(this.#limits, URL.canParse, this.#connect);
    reader.continueFrom(consumed);
    return reader;
  }

  /** The limits have changed: those that are spare know the old ones. */
  forget(): void {
    this.#spare.length = 0;
  }

  /** Takes back a reader that is between messages. */
  give(reader: RequestReader): void {
    if (this.#spare.length < SPARE_MAX) this.#spare.push(reader);
  }
}
