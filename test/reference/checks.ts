// What the oracle finds wrong with a message: one name a check, the statuses that answer it, the
// section that asks for it. The first status is the one we hold to be right.

import { hitCheck, registerCheck } from './coverage.js';

const TABLE = {
  'request-line': { statuses: [400], section: 'RFC 9112 §3' },
  'version-major': { statuses: [505], section: 'RFC 9110 §15.6.6' },
  'target-form': { statuses: [400], section: 'RFC 9112 §3.2.3, §3.2.4' },
  'target-scheme': { statuses: [400], section: 'RFC 9110 §4.2' },
  'target-port': { statuses: [400], section: 'RFC 3986 §3.2.3' },
  'target-host': { statuses: [400], section: 'RFC 9112 §3.3' },
  'http2-preface': { statuses: [505], section: 'RFC 9113 §3.4' },
  'method-connect': { statuses: [501], section: 'RFC 9110 §9.3.6' },
  'field-line': { statuses: [400], section: 'RFC 9112 §5' },
  'host-missing': { statuses: [400], section: 'RFC 9112 §3.2' },
  'host-repeated': { statuses: [400], section: 'RFC 9112 §3.2' },
  'host-value': { statuses: [400], section: 'RFC 9112 §3.2' },
  'host-name': { statuses: [400], section: 'RFC 9112 §3.3' },
  'host-port': { statuses: [400], section: 'RFC 9112 §3.2' },
  'length-value': { statuses: [400], section: 'RFC 9112 §6.3 item 5' },
  'length-repeated': { statuses: [400], section: 'RFC 9112 §6.3 item 5' },
  'length-size': { statuses: [400, 413], section: 'RFC 9110 §8.6' },
  'coding-with-length': { statuses: [400], section: 'RFC 9112 §6.1' },
  'coding-version': { statuses: [400], section: 'RFC 9112 §6.1' },
  'coding-value': { statuses: [400], section: 'RFC 9110 §10.1.4' },
  'coding-empty': { statuses: [400], section: 'RFC 9112 §6.3 item 4' },
  'coding-not-final': { statuses: [400], section: 'RFC 9112 §6.3 item 4' },
  'coding-twice': { statuses: [400], section: 'RFC 9112 §6.1' },
  'coding-parameter': { statuses: [400], section: 'RFC 9112 §7.1' },
  'coding-unknown': { statuses: [501], section: 'RFC 9112 §6.1' },
  expectation: { statuses: [417], section: 'RFC 9110 §10.1.1' },
  'chunk-line': { statuses: [400], section: 'RFC 9112 §7.1' },
  'chunk-size': { statuses: [400, 413], section: 'RFC 9112 §7.1' },
  'chunk-data-end': { statuses: [400], section: 'RFC 9112 §7.1' },
  'trailer-line': { statuses: [400], section: 'RFC 9112 §7.1.2' },
  'limit-target': { statuses: [414], section: 'RFC 9112 §3' },
  'limit-head': { statuses: [431, 414], section: 'RFC 9110 §5.4' },
  'limit-field-count': { statuses: [431], section: 'RFC 9110 §5.4' },
  'limit-content': { statuses: [413], section: 'RFC 9110 §15.5.14' },
  'limit-chunk-line': { statuses: [400, 413, 431], section: 'RFC 9112 §7.1.1' },
  'limit-chunk-extensions': { statuses: [400, 413, 431], section: 'RFC 9112 §7.1.1' },
  'limit-trailer': { statuses: [431, 400, 413], section: 'RFC 9110 §5.4' },
} as const satisfies Record<string, { statuses: readonly number[]; section: string }>;

export type CheckName = keyof typeof TABLE;

/**
 * All checks by name (the boundary: the keys of a literal are its type's). Those named `limit-…` find
 * nothing unless limits are given.
 */
export const CHECKS: readonly CheckName[] = Object.keys(TABLE) as CheckName[];

for (const name of CHECKS) registerCheck(name);

/** The statuses that answer any of these faults, each once, the one of the first fault first. */
export function statusesOf(faults: readonly CheckName[]): number[] {
  return [...new Set(faults.flatMap((name) => [...TABLE[name].statuses]))];
}

/** The section from which a check comes. */
export function sectionOf(name: CheckName): string {
  return TABLE[name].section;
}

/** Counts a refusal's faults for the coverage. */
export function countFaults(faults: readonly CheckName[]): void {
  for (const name of faults) hitCheck(name);
}
