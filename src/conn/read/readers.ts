// The parsers of a server. A connection has one while a message is under way and
// gives it back between messages: an idle connection holds none, and the few that
// are in use stay where the processor has them at hand.

import type { Limits } from '../../fsm/limits.js';
import { type HeadRules, STRICT_RULES } from '../../fsm/parse/head-check.js';
import { RequestReader } from '../../fsm/parse/request-reader.js';

/** So many are kept for later; more than that are made anew. */
const SPARE_MAX = 64;

export class Readers {
  readonly #limits: Limits;
  readonly #rules: HeadRules;
  readonly #spare: RequestReader[] = [];

  constructor(limits: Limits, rules: HeadRules = STRICT_RULES) {
    this.#limits = limits;
    this.#rules = rules;
  }

  /** A reader for a connection of which `consumed` bytes were read before. */
  take(consumed: number): RequestReader {
    const reader = this.#spare.pop() ?? new RequestReader(this.#limits, URL.canParse, this.#rules);
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
