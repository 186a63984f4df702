import { printable } from './printable.js';

/** The parts of a line: time, method, target, status, milliseconds, bytes. */
export interface Exchange {
  readonly method: string;
  readonly target: string;
  /** The time at which the handler was called, in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly status: number;
  /** Bytes of content; undefined for a stream, whose bytes are not counted. */
  readonly bytes: number | undefined;
  /** The reason why the reply did not arrive completely; undefined if it did. */
  readonly failure: string | undefined;
}

export function formatExchange(exchange: Exchange): string {
  const { method, target, startedAt, endedAt, status, bytes, failure } = exchange;
  const ms = (endedAt - startedAt).toFixed(1);
  const size = bytes === undefined ? '-' : `${bytes}B`;
  const line = `${timeOf(startedAt)} ${method} ${target} ${status} ${ms}ms ${size}`;
  return printable(failure === undefined ? line : `${line} not delivered: ${failure}`);
}

/** A line for a request that was refused or malformed: its target is not known here. */
export function formatRefusal(at: number, status: number, reason: string): string {
  return printable(`${timeOf(at)} - - ${status} refused: ${reason}`);
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
