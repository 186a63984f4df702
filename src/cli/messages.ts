// What the command line says about the server, for people.

import { isIPv6 } from 'node:net';

/** Where to point a browser; an address that means every interface is reached by `localhost`. */
export function urlOf(address: string, port: number): string {
  if (address === '0.0.0.0' || address === '::') return `http://localhost:${port}/`;
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}/`;
}

/** What is served, where, and how to stop it. */
export function listeningLine(label: string, address: string, port: number): string {
  const everywhere = address === '0.0.0.0' || address === '::' ? ', on every interface' : '';
  return `sluice: serving ${label} on ${urlOf(address, port)}${everywhere} (Ctrl-C stops)`;
}

export function drainingLine(signal: string, graceMs: number): string {
  return `sluice: ${signal}: letting requests end, for at most ${graceMs} ms (again: stop at once)`;
}

/** The signal came while a module was loaded, or an address looked up. */
export function stoppedLine(signal: string): string {
  return `sluice: ${signal}: stopped before it served`;
}

/** What the report of `close()` counts. */
export interface CloseCounts {
  readonly finished: number;
  readonly refused: number;
  readonly cutOff: number;
}

export function closedLine(counts: CloseCounts): string {
  const { finished, refused, cutOff } = counts;
  return `sluice: closed: ${finished} finished, ${refused} refused, ${cutOff} cut off`;
}
