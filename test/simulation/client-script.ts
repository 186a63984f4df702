// What a client does, step by step: drawn before the run from its messages, or
// written by hand for one scenario.

import type { Random } from '../../src/testing/index.js';
import type { FaultMix } from './fault-mix.js';
import type { Message } from './planned-request.js';

export type Step =
  | { readonly do: 'write'; readonly bytes: Uint8Array }
  | { readonly do: 'wait'; readonly ms: number }
  /** Until so many final responses are complete, or the server has ended. */
  | { readonly do: 'await'; readonly responses: number }
  /** Until an interim response came, or so long. */
  | { readonly do: 'awaitInterim'; readonly ms: number }
  | { readonly do: 'pause' }
  | { readonly do: 'resume' }
  /** FIN; reading goes on. */
  | { readonly do: 'end' }
  | { readonly do: 'destroy' }
  | { readonly do: 'reset' }
  /** The network breaks the connection. */
  | { readonly do: 'cut' };

export interface Script {
  readonly startMs: number;
  readonly messages: readonly Message[];
  readonly steps: readonly Step[];
  /** What is done when the server's FIN came: closed after so long; `never`: kept open. */
  readonly closesAfterMs: number | 'never';
  /** Goes on writing though the server has ended. */
  readonly writesBehindEnd: boolean;
  /** After so many bytes it reads nothing for so long. */
  readonly readPause: { readonly bytes: number; readonly ms: number } | undefined;
}

export function drawScript(random: Random, swarm: FaultMix, messages: readonly Message[]): Script {
  const steps: Step[] = [];
  const pipelined = swarm.has('pipelined') && random.chance(0.6);
  if (swarm.has('silence') && random.chance(0.15)) steps.push({ do: 'wait', ms: 1500 });
  let pending: Uint8Array[] = [];
  const flush = (): void => {
    if (pending.length > 0) pushWrites(random, swarm, steps, Buffer.concat(pending));
    pending = [];
  };
  for (const [i, message] of messages.entries()) {
    if (message.expectsContinue && random.chance(0.7)) {
      pending.push(message.bytes.subarray(0, message.headBytes));
      flush();
      steps.push({ do: 'awaitInterim', ms: random.pick([5, 80, 1000]) });
      pending.push(message.bytes.subarray(message.headBytes));
    } else pending.push(message.bytes);
    if (pipelined && random.chance(0.7)) continue;
    flush();
    if (random.chance(0.9)) steps.push({ do: 'await', responses: i + 1 });
    if (swarm.has('delays') && random.chance(0.3)) steps.push(waitOf(random));
  }
  flush();
  spoilSteps(random, swarm, steps);
  const broken = steps.some(({ do: what }) => ['destroy', 'reset', 'cut'].includes(what));
  if (!broken) pushEnd(random, steps, messages.length);
  return {
    startMs: random.pick([0, 0, random.integer(0, 200)]),
    messages,
    steps,
    closesAfterMs:
      swarm.has('neverCloses') && random.chance(0.4) ? 'never' : random.pick([0, 1, 100]),
    writesBehindEnd: swarm.has('chatter') && random.chance(0.5),
    readPause: drawReadPause(random, swarm),
  };
}

function drawReadPause(random: Random, swarm: FaultMix): Script['readPause'] {
  const bytes = random.integer(0, 1000);
  if (swarm.has('neverReads') && random.chance(0.3)) return { bytes, ms: Infinity };
  if (swarm.has('pauses') && random.chance(0.4)) return { bytes, ms: random.pick([5, 300, 3000]) };
  return undefined;
}

function waitOf(random: Random): Step {
  return { do: 'wait', ms: random.pick([1, 15, 60, 250, 700]) };
}

/** One stretch of bytes as one write, or several with pauses. */
function pushWrites(random: Random, swarm: FaultMix, steps: Step[], bytes: Uint8Array): void {
  if (swarm.has('trickle') && random.chance(0.1)) {
    // Slow all the way, but never silent.
    const ms = random.pick([20, 60]);
    const size = Math.max(1, Math.ceil(bytes.length / 60));
    for (let at = 0; at < bytes.length; at += size)
      steps.push({ do: 'write', bytes: bytes.subarray(at, at + size) }, { do: 'wait', ms });
    return;
  }
  let at = 0;
  while (swarm.has('pieces') && at < bytes.length && random.chance(0.6)) {
    const to = Math.min(bytes.length, at + random.integer(1, random.chance(0.5) ? 20 : 500));
    steps.push({ do: 'write', bytes: bytes.subarray(at, to) });
    if (swarm.has('delays') && random.chance(0.4)) steps.push(waitOf(random));
    at = to;
  }
  if (at < bytes.length) steps.push({ do: 'write', bytes: bytes.subarray(at) });
}

/** Ends the conversation somewhere in the middle, at any byte. */
function spoilSteps(random: Random, swarm: FaultMix, steps: Step[]): void {
  const ends = (['fin', 'destroy', 'reset', 'cut', 'silence'] as const).filter((end) =>
    swarm.has(end),
  );
  if (ends.length === 0 || !random.chance(0.4)) return;
  const end = random.pick(ends);
  const at = random.integer(0, steps.length);
  const cut = steps[at];
  steps.length = at;
  if (cut?.do === 'write' && cut.bytes.length > 1)
    steps.push({ do: 'write', bytes: cut.bytes.subarray(0, random.integer(1, cut.bytes.length)) });
  if (random.chance(0.4)) steps.push(waitOf(random));
  if (end === 'silence') steps.push({ do: 'wait', ms: 60_000 });
  else if (end === 'fin') steps.push({ do: 'end' });
  else steps.push({ do: end });
}

/** The conversation is over: what a client does then. */
function pushEnd(random: Random, steps: Step[], responses: number): void {
  if (steps.at(-1)?.do === 'end') return;
  switch (random.integer(0, 3)) {
    case 0:
      steps.push({ do: 'await', responses }, { do: 'destroy' });
      return;
    case 1:
      steps.push({ do: 'end' });
      return;
    case 2:
      steps.push({ do: 'await', responses }, { do: 'end' });
      return;
    default:
      // Waits for the server to end.
      return;
  }
}
