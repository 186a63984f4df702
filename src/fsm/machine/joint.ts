// The rules that join the two halves. After each event, the first rule that fits the joint state is
// applied, again and again until no rule fits. One chain of states can't express these cases: an early
// response, a half-close, a drain, a 413.

import type { Action } from './events.js';
import type { PersistenceState } from './persistence.js';
import type { ReadingState } from './reading.js';
import type { WritingState } from './writing.js';

export interface JointRule {
  readonly reading: readonly ReadingState[];
  readonly writing: WritingState;
  /** Without it, the rule fits both states. */
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
      why: 'The request is answered: the next one may come.',
    },
    {
      reading: ['body'],
      writing: 'done',
      persistence: 'keep',
      to: { reading: 'drain', writing: 'done' },
      action: 'drain',
      why: 'The response came early: unread content is read and dropped, so that the connection can be kept.',
    },
    {
      reading: ['done', 'body', 'drain', 'discard'],
      writing: 'done',
      persistence: 'last',
      to: { reading: 'discard', writing: 'shut' },
      action: 'linger',
      why: 'The last response was sent. A close with unread bytes would send a reset, which overtakes the response (RFC 9112 §9.6).',
    },
    {
      reading: ['tunnel'],
      writing: 'done',
      persistence: 'last',
      to: { reading: 'tunnel', writing: 'shut' },
      action: 'halfClose',
      why: 'Our end of the tunnel was sent to its last byte. The peer may go on.',
    },
    {
      reading: ['idle'],
      writing: 'idle',
      persistence: 'last',
      to: { reading: 'discard', writing: 'shut' },
      action: 'linger',
      why: 'No request is under way, and no other is expected. A client whose request crosses our FIN sees that it has no answer.',
    },
    {
      reading: ['closed'],
      writing: 'done',
      to: { reading: 'closed', writing: 'closed' },
      action: 'close',
      why: 'The peer sent FIN first, and has its response, or all of the tunnel.',
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
      why: "Both sides have sent FIN, or the wait for the peer's FIN is over.",
    },
  ];
}
