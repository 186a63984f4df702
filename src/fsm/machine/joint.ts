// What the two halves decide together. After each event the first rule that fits
// the joint state is applied, until none does. One linear chain of states can't
// say what stands here: an early response, a half-close, a drain, a 413.

import type { Action } from './events.js';
import type { PersistenceState } from './persistence.js';
import type { ReadingState } from './reading.js';
import type { WritingState } from './writing.js';

export interface JointRule {
  readonly reading: readonly ReadingState[];
  readonly writing: WritingState;
  /** Left out: either. */
  readonly persistence?: PersistenceState;
  readonly to: { readonly reading: ReadingState; readonly writing: WritingState };
  readonly action: Action;
  readonly why: string;
}

export function jointRules(): readonly JointRule[] {
  return [
    {
      reading: ['done'],
      writing: 'done',
      persistence: 'keep',
      to: { reading: 'idle', writing: 'idle' },
      action: 'restart',
      why: 'Asked and answered: the next request may come.',
    },
    {
      reading: ['body'],
      writing: 'done',
      persistence: 'keep',
      to: { reading: 'drain', writing: 'done' },
      action: 'drain',
      why: 'An early response: what nobody read is read past, so that the connection lives.',
    },
    {
      reading: ['done', 'body', 'drain', 'discard'],
      writing: 'done',
      persistence: 'last',
      to: { reading: 'discard', writing: 'shut' },
      action: 'linger',
      why: 'The last response is out. To close with bytes unread would send a reset that overtakes it (RFC 9112 §9.6).',
    },
    {
      reading: ['idle'],
      writing: 'idle',
      persistence: 'last',
      to: { reading: 'discard', writing: 'shut' },
      action: 'linger',
      why: 'Nothing is under way and nothing more is wanted. A request that crosses our FIN is seen to be unanswered.',
    },
    {
      reading: ['closed'],
      writing: 'done',
      to: { reading: 'closed', writing: 'closed' },
      action: 'close',
      why: 'The peer ended first, and has its answer.',
    },
    {
      reading: ['closed'],
      writing: 'idle',
      to: { reading: 'closed', writing: 'closed' },
      action: 'close',
      why: 'The peer left between messages.',
    },
    {
      reading: ['closed'],
      writing: 'shut',
      to: { reading: 'closed', writing: 'closed' },
      action: 'close',
      why: 'Both have sent FIN, or we have waited for theirs long enough.',
    },
  ];
}
