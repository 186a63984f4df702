// The messages of the command line about the server.

import { isIPv6 } from 'node:net';

export type Scheme = 'http' | 'https';

/** The URL for a browser. `localhost` replaces an address that means every interface. */
export function urlOf(address: string, port: number, scheme: Scheme = 'http'): string {
  // A Unix domain socket of systemd.
  if (port === 0) return `unix:${address}`;
  if (address === '0.0.0.0' || address === '::') return `${scheme}://localhost:${port}/`;
  return `${scheme}://${isIPv6(address) ? `[${address}]` : address}:${port}/`;
}

/** The line about the target, its URL, and how to stop the server. */
export function listeningLine(
  label: string,
  address: string,
  port: number,
  scheme: Scheme = 'http',
  {
    workers,
    statusUrl,
  }: { readonly workers?: number; readonly statusUrl?: string | undefined } = {},
): string {
  const everywhere = address === '0.0.0.0' || address === '::' ? ', on every interface' : '';
  const by = workers === undefined ? '' : `, by ${workers} worker${workers === 1 ? '' : 's'}`;
  const status = statusUrl === undefined ? '' : `, its status on ${statusUrl}`;
  return `sluice: serving ${label} on ${urlOf(address, port, scheme)}${everywhere}${by}${status} (Ctrl-C stops)`;
}

export function drainingLine(signal: string, graceMs: number, delayMs = 0): string {
  const first = delayMs === 0 ? '' : `not ready for ${delayMs} ms, then `;
  return `sluice: ${signal}: ${first}letting requests end, for at most ${graceMs} ms (again: stop at once)`;
}

/** The line for a second signal. */
export function forcedLine(signal: string): string {
  return `sluice: ${signal}: stopped at once`;
}

/** The line for a signal that came while the module was loaded or an address was looked up. */
export function stoppedLine(signal: string): string {
  return `sluice: ${signal}: stopped before it served`;
}

/** The counts in the report of `close()`. */
export interface CloseCounts {
  readonly finished: number;
  readonly refused: number;
  readonly cutOff: number;
}

export function closedLine(counts: CloseCounts): string {
  const { finished, refused, cutOff } = counts;
  return `sluice: closed: ${finished} finished, ${refused} refused, ${cutOff} cut off`;
}
