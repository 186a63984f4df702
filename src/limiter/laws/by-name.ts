import type { QueueSettings } from '../options.js';
import type { QueueLaw } from './law.js';
import { SojournLaw } from './sojourn.js';
import { TimedLaw } from './timed.js';

export function lawFor(queue: QueueSettings): QueueLaw {
  return queue.law === 'timed'
    ? new TimedLaw(queue.waitMs)
    : new SojournLaw(queue.targetMs, queue.waitMsMax);
}
