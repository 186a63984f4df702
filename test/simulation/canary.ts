// The simulated network puts a canary around memory that it lends. It stands for bytes of other
// connections; no message of a run has it. So nothing that the server gives to anybody may show it.

import { CANARY } from '../../src/testing/network/simulated-transport.js';

/**
 * Whether a value shows the canary: its text, its bytes, and what stands beside these in the same
 * memory, since whoever is given a view can reach that too.
 */
export function showsCanary(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(CANARY_TEXT);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer).includes(CANARY);
  if (value instanceof ArrayBuffer) return new Uint8Array(value).includes(CANARY);
  if (value instanceof Error) return showsCanary(`${value.stack}`) || showsCanary(value.message);
  if (typeof value === 'object' && value !== null) return Object.values(value).some(showsCanary);
  return false;
}

/** What a failure says of such a value. The canary itself is left out, so that the next look finds the next one. */
export function withoutCanary(value: unknown): string {
  return JSON.stringify(value).replaceAll(CANARY_TEXT, '(foreign)');
}

const CANARY_TEXT = String.fromCharCode(CANARY);
