// What goes wrong at the seams of a run, drawn from its seed: the observer throws, a callback throws,
// the transport throws, and clients leave streams that would never end by themselves.

import type { Observer } from '../../src/index.js';
import { Random } from '../../src/testing/index.js';
import { TRANSPORT_CALLS, type TransportCall } from '../support/failing-transport.js';
import type { Step } from './client-script.js';
import type { StreamPlan } from './handler-plan.js';
import type { Message } from './planned-request.js';
import type { Scenario, Visit } from './simulated-run.js';
import { message, visit, write } from './written-scenarios.js';

export const OBSERVER_METHODS = [
  'connectionOpened',
  'connectionClosed',
  'transition',
  'requestStarted',
  'requestCompleted',
  'requestRefused',
] as const satisfies readonly (keyof Observer)[];
export type ObserverMethod = (typeof OBSERVER_METHODS)[number];

export const CALLBACKS = ['priority', 'clientKey', 'deadline', 'onFault', 'onError'] as const;
export type Callback = (typeof CALLBACKS)[number];

/** How a call of the application's goes wrong. */
export const WAYS = ['throws', 'rejects', 'rejectsLater', 'thenable'] as const;
export type Way = (typeof WAYS)[number];

/** Which calls go wrong: every nth. */
export interface Failing {
  readonly way: Way;
  readonly nth: number;
}

export interface FailingTransportCall {
  readonly call: TransportCall;
  /** So many calls go well before. */
  readonly callsBefore: number;
  /** It throws when it has done what it was asked to. */
  readonly afterwards: boolean;
  /** It throws from then on, or once. */
  readonly always: boolean;
}

export interface SeamFaults {
  readonly observer: Readonly<Partial<Record<ObserverMethod, Failing>>>;
  readonly callbacks: Readonly<Partial<Record<Callback, Failing>>>;
  /** By the number of the client. */
  readonly transports: ReadonlyMap<number, FailingTransportCall>;
}

/** So that other draws of a seed stay what they were. */
const SEED_OF_SEAMS = 0x5ea;

/** The same run, with faults at its seams in some of them. */
export function withSeamFaults(scenario: Scenario): Scenario {
  const random = new Random((scenario.seed ^ SEED_OF_SEAMS) >>> 0);
  // A fault that is always there hides the others.
  if (!random.chance(0.5)) return scenario;
  const kinds = new Set(
    (['observer', 'callbacks', 'transports', 'departed'] as const).filter(() => random.chance(0.5)),
  );
  const visits = [...scenario.visits];
  const departing = kinds.has('departed') ? random.integer(1, 3) : 0;
  for (let i = 0; i < departing; i++) visits.push(drawDeparture(random, visits.length + 1));
  const transports = new Map<number, FailingTransportCall>();
  if (kinds.has('transports'))
    for (let number = 1; number <= visits.length; number++)
      if (random.chance(0.4)) transports.set(number, drawTransport(random));
  return {
    ...scenario,
    visits,
    seams: {
      observer: kinds.has('observer') ? drawFailing(random, OBSERVER_METHODS) : {},
      callbacks: kinds.has('callbacks') ? drawFailing(random, CALLBACKS) : {},
      transports,
    },
  };
}

function drawFailing<Name extends string>(
  random: Random,
  names: readonly Name[],
): Partial<Record<Name, Failing>> {
  const failing: Partial<Record<Name, Failing>> = {};
  for (const name of names)
    if (random.chance(0.5))
      failing[name] = { way: random.pick(WAYS), nth: random.pick([1, 1, 2, 3]) };
  return failing;
}

function drawTransport(random: Random): FailingTransportCall {
  return {
    call: random.pick(TRANSPORT_CALLS),
    callsBefore: random.pick([0, 0, 1, 2, 5]),
    afterwards: random.chance(0.3),
    always: random.chance(0.5),
  };
}

/** A client asks for a stream that never ends, reads a little, and leaves. */
function drawDeparture(random: Random, number: number): Visit {
  const messages: Message[] = random.chance(0.3) ? [message(`${number}.1`)] : [];
  const stream: StreamPlan = {
    source: random.pick(['asyncIterator', 'readable', 'response'] as const),
    pieceBytes: Array.from({ length: random.integer(0, 3) }, () => random.integer(1, 300)),
    pieceMs: random.pick([0, 0, 5]),
    declared: false,
    trailers: 'none',
    failure: undefined,
    neverEnds: true,
  };
  messages.push(
    message(`${number}.${messages.length + 1}`, {
      plan: { reply: 'stream', stream, asksCompleted: true, watchesSignal: random.chance(0.5) },
    }),
  );
  const steps: Step[] = [
    write(...messages),
    { do: 'wait', ms: random.pick([0, 1, 8, 60]) },
    { do: random.pick(['end', 'end', 'destroy', 'reset', 'cut'] as const) },
  ];
  return visit(
    messages,
    steps,
    { latencyMs: random.pick([0, 2]) },
    { startMs: random.integer(0, 100) },
  );
}
