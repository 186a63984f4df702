import type { QueueSettings } from '../options.js';
import type { CallerPorts } from './callers.js';
import type { QueueLaw } from './law.js';
import { PatientLaw } from './patient.js';
import { SojournLaw } from './sojourn.js';
import { TimedLaw } from './timed.js';

/**
 * @param callers - what is known of those who call; undefined where nothing is
 * @param isRunning - something holds a slot
 */
export function lawFor(
  queue: QueueSettings,
  callers: CallerPorts | undefined,
  isRunning: () => boolean,
): QueueLaw {
  switch (queue.law) {
    case 'patient':
      return new PatientLaw(callers, isRunning);
    case 'sojourn':
      return new SojournLaw(queue.targetMs, queue.waitMsMax);
    case 'timed':
      return new TimedLaw(queue.waitMs);
  }
}
