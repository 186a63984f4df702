// The public word for where a connection is: one of the four of the design, or
// that it is closing. Derived from the joint state, never kept beside it.

import { jointState, type StateId } from './machine.js';

export const PHASES = [
  'keep-alive',
  'reading-headers',
  'reading-body',
  'writing',
  'closing',
] as const;
export type Phase = (typeof PHASES)[number];

/** A request whose content is still read counts as reading until its reply begins. */
export function phaseOf(state: StateId): Phase {
  const { reading, writing } = jointState(state);
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
    case 'done':
      return 'reading-body';
    case 'shut':
    case 'closed':
      return 'closing';
  }
}
