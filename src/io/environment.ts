// The real environment: Node's clocks, timers and loop.

import type { DueTimer, Environment, Tick, Turn } from '../conn/environment.js';
import { noScope } from './async-scope.js';
import { monotonicNow, wallNow } from './clock.js';
import { contentMemory, newMemory } from './content-memory.js';
import type { TransportChoice } from './listener.js';
import { holdProcess } from './process-hold.js';
import { streamApi } from './stream-api.js';
import { TickScheduler } from './tick.js';
import { OneTimer } from './timer.js';
import { TurnScheduler } from './turn.js';

/** Time, turns, memory and chance as Node gives them. It holds nothing: one does for all servers. */
export function nodeEnvironment(transport: TransportChoice): Environment {
  return {
    now: monotonicNow,
    wallNow,
    random: Math.random,
    createTimer: (onDue): DueTimer => new OneTimer(onDue),
    createTurn: (onTurn): Turn => new TurnScheduler(onTurn),
    createTick: (onTick): Tick => new TickScheduler(onTick),
    makeMemory: transport === 'net' ? newMemory : makeMemory,
    runInNoScope: noScope(),
    holdProcess,
  };
}

/** Where Node has nothing below sockets to offer, or it is forbidden, V8 is left alone, too. */
function makeMemory(bytes: number): Uint8Array<ArrayBuffer> {
  return streamApi() === undefined ? newMemory(bytes) : contentMemory.make(bytes);
}
