// The events of a simulated network, for people to read and for tests to compare.

export type EndName = 'client' | 'server';

/**
 * A call on an end (`write`, `end`, `destroy`, `reset`, `pause`, `resume`), or a call on its sink
 * (`bytes`, `fin`, `flushed`, `broken`).
 */
export type TraceEvent =
  | 'write'
  | 'end'
  | 'destroy'
  | 'reset'
  | 'pause'
  | 'resume'
  | 'bytes'
  | 'fin'
  | 'flushed'
  | 'broken';

export interface TraceEntry {
  /** Virtual milliseconds. */
  readonly at: number;
  /** 1 for the first connection of the network, 2 for the second, … */
  readonly connection: number;
  readonly end: EndName;
  readonly event: TraceEvent;
  /** The number of bytes, for `write` and `bytes`; else 0. */
  readonly bytes: number;
}

/** One line, such as `12.500 ms #3 server write 128`. */
export function formatTrace(entry: TraceEntry): string {
  const line = `${entry.at.toFixed(3)} ms #${entry.connection} ${entry.end} ${entry.event}`;
  return entry.bytes > 0 ? `${line} ${entry.bytes}` : line;
}
