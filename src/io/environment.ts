// The real environment: Node's clocks, timers and loop.

import type { DueTimer, Environment, Tick, Turn } from '../conn/environment.js';
import { idleMs, monotonicNow, wallNow } from './clock.js';
import { newMemory } from './content-memory.js';
import { processBudget } from './memory-budget.js';
import { holdProcess } from './process-hold.js';
import { requestChannel } from './request-channel.js';
import { scopeOfNow } from './scope.js';
import { TickScheduler } from './tick.js';
import { OneTimer } from './timer.js';
import { TurnScheduler } from './turn.js';

/** Time, turns, memory and chance as Node gives them. It holds no state: one serves all servers. */
export function nodeEnvironment(): Environment {
  return {
    now: monotonicNow,
    idleMs,
    wallNow,
    random: Math.random,
    createTimer: (onDue): DueTimer => new OneTimer(onDue),
    createTurn: (onTurn): Turn => new TurnScheduler(onTurn),
    createTick: (onTick): Tick => new TickScheduler(onTick),
    makeMemory: newMemory,
    bufferedBytesDefault: processBudget,
    warn: (text) => process.emitWarning(text, { type: 'SluiceWarning' }),
    scopeOfNow,
    requestChannel,
    holdProcess,
  };
}
