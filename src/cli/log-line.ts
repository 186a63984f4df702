import { printable } from './printable.js';

/** What a line tells: time, method, target, status, milliseconds, bytes. */
export interface Exchange {
  readonly method: string;
  readonly target: string;
  /** When its handler was called, in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly status: number;
  /** Of the content; undefined for a stream, which nobody has counted. */
  readonly bytes: number | undefined;
  /** Why the reply did not wholly arrive; undefined where it did. */
  readonly failure: string | undefined;
}

export function formatExchange(exchange: Exchange): string {
  const { method, target, startedAt, endedAt, status, bytes, failure } = exchange;
  const ms = (endedAt - startedAt).toFixed(1);
  const size = bytes === undefined ? '-' : `${bytes}B`;
  const line = `${timeOf(startedAt)} ${method} ${target} ${status} ${ms}ms ${size}`;
  return printable(failure === undefined ? line : `${line} not delivered: ${failure}`);
}

/** A request that never became one, or that there was no room for: nobody knows its target here. */
export function formatRefusal(at: number, status: number, reason: string): string {
  return printable(`${timeOf(at)} - - ${status} refused: ${reason}`);
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
