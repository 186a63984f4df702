import type { QueueSettings } from '../options.js';
import type { QueueLaw } from './law.js';
import { TimedLaw } from './timed.js';

export function lawFor(queue: QueueSettings): QueueLaw {
  return new TimedLaw(queue.law === 'timed' ? queue.waitMs : queue.waitMsMax);
}
