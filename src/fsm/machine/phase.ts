// The public name for the state of a connection: one of five phases, or `closing`. It is derived from the
// joint state and never stored.

import { jointState, type StateId } from './machine.js';

export const PHASES = [
  'keep-alive',
  'reading-headers',
  'reading-body',
  'writing',
  'tunnel',
  'closing',
] as const;
export type Phase = (typeof PHASES)[number];

/** A request whose content is still read counts as `reading-body` until its response begins. */
export function phaseOf(state: StateId): Phase {
  const { reading, writing } = jointState(state);
  if (reading === 'tunnel') return 'tunnel';
  switch (writing) {
    case 'idle':
      return reading === 'head' ? 'reading-headers' : 'keep-alive';
    case 'gathering':
      return 'reading-body';
    case 'queued':
    case 'pending':
      return reading === 'body' ? 'reading-body' : 'writing';
    case 'streaming':
    case 'flushing':
      return 'writing';
    case 'tunnel':
      return 'tunnel';
    case 'done':
      return 'reading-body';
    case 'shut':
    case 'closed':
      return 'closing';
  }
}
