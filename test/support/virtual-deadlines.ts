// Deadlines to be missed and to be met, and the passing of time without a timer:
// a connection that idles out.

import { type Limits, reply } from '../../src/index.js';
import { type Served, serve } from './test-server.js';

/** A deadline that is to be missed. */
export const SHORT_MS = 40;
/** One that is to be met, by a machine that may be busy with something else. */
export const LONG_MS = 1000;

/** All deadlines alike: one that passes shows that the others would have. */
export const alike: Partial<Limits> = {
  keepAliveMs: LONG_MS,
  headMs: LONG_MS,
  bodyIdleMs: LONG_MS,
  writeStallMs: LONG_MS,
  lingerMs: LONG_MS,
};

/** The deadlines pass of whatever began before: a connection that begins now idles out. */
export async function idlesOut(served: Served): Promise<void> {
  const idle = await served.connect();
  await idle.ended;
  idle.socket.destroy();
}

/** Gives what lasts so long. */
export async function beats(ms: number): Promise<() => Promise<void>> {
  const metronome = await serve({ fetch: () => reply(), limits: { keepAliveMs: ms } });
  return () => idlesOut(metronome);
}
