// Heads as text. They are decoded when they are complete, since the memory that
// they came in is the transport's again when the wake-up ends; heads that came
// together are decoded together, which costs hardly more than one.

import { FRAMING_NONE, type Head } from '../../fsm/parse/head.js';
import { latin1 } from '../../http/latin1.js';

/** So much of what stands behind a head is decoded with it, where it can only be more heads. */
const TOGETHER_BYTES_MAX = 4096;

/** One does for all connections: each asks when it has read a head. */
export class HeadText {
  /** What was decoded last: character 0 is the byte at `from`. */
  text = '';
  from = 0;
  #to = 0;
  #bytes: Uint8Array | undefined = undefined;

  /** The memory that heads stand in is about to be another's. */
  forget(): void {
    this.#bytes = undefined;
  }

  /**
   * Sees to it that all of `head` is in `text`.
   *
   * @param to where what was received ends in the memory that `head` stands in
   */
  decode(head: Head, to: number): void {
    if (head.bytes === this.#bytes && head.to <= this.#to && head.from >= this.from) return;
    const rest = head.framing === FRAMING_NONE ? Math.min(to - head.to, TOGETHER_BYTES_MAX) : 0;
    this.#bytes = head.bytes;
    this.from = head.from;
    this.#to = head.to + rest;
    this.text = latin1(head.bytes, head.from, this.#to);
  }
}
