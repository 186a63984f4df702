// A hostile application, drawn from a seed: handler, callbacks and observer.

import type { Answer, RequestContext, ServerOptions } from '../../../src/index.js';
import { reply } from '../../../src/index.js';
import { ACTS, afterwards, type HostileWorld } from './acts.js';
import { drawAnswer } from './answers.js';
import { rejects, thenables, throws, untouchable } from './values.js';

/** What every server has to answer, whatever else it was made to do. */
export const PLAIN_TARGET = '/plain';

const OBSERVED = [
  'connectionOpened',
  'connectionClosed',
  'connectionRefused',
  'transition',
  'requestStarted',
  'requestCompleted',
  'requestRefused',
] as const;

export type HostileOptions = Pick<
  ServerOptions,
  'fetch' | 'onError' | 'onFault' | 'observer' | 'priority' | 'clientKey' | 'deadline'
>;

export function hostileApplication(world: HostileWorld): HostileOptions {
  const { random } = world;
  /** A boundary: what JavaScript lets a callback give. */
  const misbehave = (): never => {
    if (random.chance(0.5)) return undefined as never;
    const value = random.pick([throws, rejects, untouchable, ...Object.values(thenables)]);
    return value(undefined as never) as never;
  };
  const fetch = (request: Request, context: RequestContext): Answer | PromiseLike<Answer> => {
    if (context.target === PLAIN_TARGET) return reply('plain');
    world.note(`#${context.requestId}`);
    if (random.chance(0.2)) void afterwards(request, context, world);
    for (let left = random.integer(0, 3); left > 0; left--) {
      const name = random.pick(Object.keys(ACTS));
      world.note(`(${name})`);
      const isCaught = random.chance(0.8);
      try {
        ACTS[name]?.(request, context, world);
      } catch (error) {
        if (!isCaught) throw error;
      }
    }
    // A boundary, as above.
    return drawAnswer(world) as Answer;
  };
  return {
    fetch,
    onError: () => (random.chance(0.3) ? (drawAnswer(world) as Answer) : misbehave()),
    onFault: misbehave,
    observer: Object.fromEntries(OBSERVED.map((name) => [name, misbehave])),
    ...(random.chance(0.5)
      ? { priority: misbehave, clientKey: misbehave, deadline: misbehave }
      : {}),
  };
}
